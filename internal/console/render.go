package console

import (
	"errors"
	"log/slog"
	"net/http"
	"strconv"
	"time"

	"comity"
	"comity/internal/console/present"
	"comity/internal/console/static"
	"comity/internal/console/templates"
	"comity/internal/httpserver"
)

// frame is what the layout shows around a page.
type frame struct {
	Title string
	// Page is the page's own.
	Page any
	// Crumbs are the way to the page.
	Crumbs []present.Link
	// Who has signed in, "" for nobody.
	Who string
	// CO is the CO's name, Home its overview; "" outside of any.
	CO, Home string
	Nav      []navGroup
	// Search is the page that finds everything in the CO.
	Search string
	Flash  *flash
	// Theme is the reader's choice, "" for none; Here the page, to come back to.
	Theme, Here string
	static.Files
}

// show answers with a page.
func (v *visit) show(name, title string, data any, crumbs ...present.Link) error {
	return v.showAs(http.StatusOK, name, title, data, crumbs...)
}

// showAs is show with another status.
func (v *visit) showAs(status int, name, title string, data any, crumbs ...present.Link) error {
	f := frame{
		Title: title, Page: data, Crumbs: crumbs, Who: v.session.Who, Flash: v.said(),
		Theme: v.theme(), Here: v.here(), Files: v.static,
	}
	if v.co != nil {
		f.CO, f.Home, f.Nav, f.Search = v.co.Text(comity.Co.Name), v.present.HomePath(), v.nav(), v.present.HomePath()+"search"
		if len(crumbs) > 0 {
			f.Crumbs = append([]present.Link{{Text: f.CO, To: f.Home}}, crumbs...)
		}
	}
	return v.write(status, name, templates.Layout, f)
}

// write answers with a template of a page, with its times in the reader's zone.
func (v *visit) write(status int, name, template string, data any) error {
	b, err := v.templates.Execute(name, template, data, v.zone())
	if err != nil {
		return err
	}
	v.w.Header().Set("Content-Type", "text/html; charset=utf-8")
	v.w.WriteHeader(status)
	_, _ = v.w.Write(b) // the exchange records a failure
	return nil
}

// trouble is the content of an error page.
type trouble struct {
	Text, Next string
	// Back is where the reader can go on.
	Back present.Link
}

// fail answers with the page of an error, which says what to do.
func (v *visit) fail(err error) {
	var e *comity.Error
	if !errors.As(err, &e) || e.Code == comity.Internal {
		if e = httpserver.Ended(v.ctx()); e == nil {
			level := slog.LevelError
			if v.ctx().Err() != nil {
				level = slog.LevelDebug
			}
			v.Log.Log(v.ctx(), level, "request failed", "request", v.exchange().ID, "method", v.r.Method, "path", v.r.URL.Path, "error", err)
			e = &comity.Error{Code: comity.Internal, Phrase: comity.PhraseOther}
		}
	}
	status, title, t := troubleOf(e)
	if e.RetryAfter > 0 {
		v.w.Header().Set("Retry-After", strconv.Itoa(int(e.RetryAfter/time.Second)+1))
	}
	t.Back = present.Link{Text: "Go to the start", To: present.Root}
	if v.co != nil {
		t.Back = present.Link{Text: "Go to the overview of " + v.co.Text(comity.Co.Name), To: v.present.HomePath()}
	}
	if err := v.showAs(status, "trouble.html", title, t); err != nil {
		v.Log.ErrorContext(v.ctx(), "request failed", "request", v.exchange().ID, "path", v.r.URL.Path, "error", err)
	}
}

func troubleOf(e *comity.Error) (status int, title string, t trouble) {
	t.Text = e.Detail
	switch e.Code {
	case comity.NotFound:
		status, title = http.StatusNotFound, "There is nothing here"
		t.Next = "The record was deleted, never existed, or you may not see it. The address may be mistyped."
	case comity.Unauthorised:
		status, title = http.StatusForbidden, "You may not do this"
		t.Next = "You do not have the necessary rights. An administrator of the CO can do it, or give you the right."
	case comity.Refused:
		status, title = http.StatusForbidden, "This is not possible"
		if t.Text == "" {
			t.Text = present.Sentence(e.Phrase)
		}
	case comity.Malformed, comity.Invalid, comity.Unprocessable:
		status, title = http.StatusBadRequest, "The request could not be read"
		for _, f := range e.Fields {
			t.Text += f.Sentence + ". "
		}
	case comity.Stale:
		status, title = http.StatusConflict, "Somebody else has changed this"
		t.Next = "Reload the page to see the present values."
	case comity.TooMany:
		status, title = http.StatusTooManyRequests, "Too many attempts"
		t.Next = "Wait a minute and try again."
	case comity.TooLarge:
		status, title = http.StatusRequestEntityTooLarge, "The request is too large"
	case comity.Undelivered:
		status, title = http.StatusBadGateway, "The message was not delivered"
	case comity.Unsupported:
		status, title = http.StatusUnsupportedMediaType, "The request could not be read"
	case comity.NotNow:
		status, title = http.StatusServiceUnavailable, "This is not possible now"
		t.Next = "Try again in a moment; what you typed is still in the page before this one."
	case comity.Internal:
		status, title = http.StatusInternalServerError, "Something went wrong here"
		t.Next = "The reason is in the server's log. Nothing was changed. Try again."
	}
	return status, title, t
}
