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
	Notice *notice
	// Theme is the reader's choice, "" for none; Here the page, to come back to.
	Theme, Here string
	static.Files
}

// show answers with a page.
func (q *request) show(name, title string, data any, crumbs ...present.Link) error {
	return q.showAs(http.StatusOK, name, title, data, crumbs...)
}

// showAs is show with another status.
func (q *request) showAs(status int, name, title string, data any, crumbs ...present.Link) error {
	f := frame{
		Title: title, Page: data, Crumbs: crumbs, Who: q.session.Who, Notice: q.takeNotice(),
		Theme: q.cookies.Theme(), Here: q.currentPath(), Files: q.static,
	}
	if q.co != nil {
		f.CO, f.Home, f.Nav, f.Search = q.co.Text(comity.Co.Name), q.present.HomePath(), navigation(q), q.present.HomePath()+"search"
		if len(crumbs) > 0 {
			f.Crumbs = append([]present.Link{{Text: f.CO, To: f.Home}}, crumbs...)
		}
	}
	return q.write(status, name, templates.Layout, f)
}

// write answers with a template of a page, with its times in the reader's zone.
func (q *request) write(status int, name, template string, data any) error {
	b, err := q.templates.Execute(name, template, data, q.zone())
	if err != nil {
		return err
	}
	q.w.Header().Set("Content-Type", "text/html; charset=utf-8")
	q.w.WriteHeader(status)
	_, _ = q.w.Write(b) // the exchange records a failure
	return nil
}

// errorPage is the content of an error page.
type errorPage struct {
	Text, Next string
	// Back is where the reader can go on.
	Back present.Link
}

// fail answers with the page of an error, which says what to do.
func (q *request) fail(err error) {
	var e *comity.Error
	if !errors.As(err, &e) || e.Code == comity.Internal {
		if e = httpserver.Ended(q.ctx()); e == nil {
			level := slog.LevelError
			if q.ctx().Err() != nil {
				level = slog.LevelDebug
			}
			q.Log.Log(q.ctx(), level, "request failed", "request", q.exchange().ID, "method", q.r.Method, "path", q.r.URL.Path, "error", err)
			e = &comity.Error{Code: comity.Internal, Phrase: comity.PhraseOther}
		}
	}
	status, title, t := errorPageOf(e)
	if e.RetryAfter > 0 {
		q.w.Header().Set("Retry-After", strconv.Itoa(int(e.RetryAfter/time.Second)+1))
	}
	t.Back = present.Link{Text: "Go to the start", To: present.Root}
	if q.co != nil {
		t.Back = present.Link{Text: "Go to the overview of " + q.co.Text(comity.Co.Name), To: q.present.HomePath()}
	}
	if err := q.showAs(status, "trouble.html", title, t); err != nil {
		q.Log.ErrorContext(q.ctx(), "request failed", "request", q.exchange().ID, "path", q.r.URL.Path, "error", err)
	}
}

func errorPageOf(e *comity.Error) (status int, title string, t errorPage) {
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
