package httpserver

import (
	"bytes"
	"fmt"
	"io"
	"log/slog"
	"strconv"
	"strings"
	"sync"
)

// AccessLog returns a function that writes a line about each request, in the format "json" or "combined"
// (that of Apache and nginx). Queries that contain login secrets are left out, and those of referring pages.
func AccessLog(out io.Writer, format string) (func(*Exchange), error) {
	switch format {
	case "json":
		log := slog.New(slog.NewJSONHandler(out, &slog.HandlerOptions{ReplaceAttr: withoutMessage}))
		return func(x *Exchange) {
			log.Info("", "request", x.ID, "address", x.Address, "user", x.User, "method", x.Method, "path", x.shownURL(), "proto", x.Proto,
				"route", x.Route, "status", x.Status, "bytes", x.Bytes, "seconds", x.Took.Seconds(), "agent", x.Agent, "referer", x.shownReferer(),
				"written", x.Unwritten == nil)
		}, nil
	case "combined":
		var mu sync.Mutex
		return func(x *Exchange) {
			var b bytes.Buffer
			fmt.Fprintf(&b, "%s - %s [%s] %s %03d %d %s %s\n", bare(x.Address), bare(x.User), x.Start.Format("02/Jan/2006:15:04:05 -0700"),
				strconv.QuoteToASCII(x.Method+" "+x.shownURL()+" "+x.Proto), x.Status, x.Bytes, quoted(x.shownReferer()), quoted(x.Agent))
			mu.Lock()
			defer mu.Unlock()
			_, _ = out.Write(b.Bytes()) // there is no way to report that logging fails
		}, nil
	}
	return nil, fmt.Errorf("access log format %q: it must be off, json or combined", format)
}

// withoutMessage drops the message and level, which are the same in all lines.
func withoutMessage(_ []string, a slog.Attr) slog.Attr {
	if a.Key == slog.MessageKey || a.Key == slog.LevelKey {
		return slog.Attr{}
	}
	return a
}

// bare returns a value for a place without quotes, "-" for none.
func bare(text string) string {
	if text == "" {
		return "-"
	}
	return strings.ReplaceAll(strings.Trim(strconv.QuoteToASCII(text), `"`), " ", `\x20`)
}

func quoted(text string) string {
	if text == "" {
		return `"-"`
	}
	return strconv.QuoteToASCII(text)
}

// shownURL returns the path and query, without the query for pages that log somebody in: these links and
// answers are as good as keys.
func (x *Exchange) shownURL() string {
	if x.URL.RawQuery == "" || strings.Contains(x.URL.Path, "/sign-in") {
		return x.URL.EscapedPath()
	}
	return x.URL.EscapedPath() + "?" + x.URL.RawQuery
}

func (x *Exchange) shownReferer() string {
	page, _, _ := strings.Cut(x.Referer, "?")
	return page
}
