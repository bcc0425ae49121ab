package console_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"comity"
	"comity/internal/store"
	"comity/internal/store/db"
)

// TestFormWhoseTimeIsOver is answered by a page that says so, nothing is changed, and it can be sent again.
func TestFormWhoseTimeIsOver(t *testing.T) {
	everywhere(t, func(t *testing.T, w *world) {
		co := w.addCO(t)
		unit := w.add(t, comity.Cou.Resource, func(rec *comity.Record) {
			rec.SetInt(comity.Cou.CoId, co)
			rec.SetText(comity.Cou.Name, "Physics")
		})
		r := signedIn(t, w.serveWithin(t, time.Second, nil).URL, w.operator)
		at := fmt.Sprintf("/console/co/%d/cous/%d/", co, unit)
		r.get(at+"edit", 200)
		form := r.page
		held, release, ended := make(chan struct{}), make(chan struct{}), make(chan error)
		go func() {
			ended <- w.store.WriteAlone(context.WithoutCancel(t.Context()), func(tx *db.Tx) error {
				if _, err := store.EnterCO(t.Context(), tx, co, true); err != nil {
					return err
				}
				close(held)
				<-release
				return nil
			})
		}()
		<-held
		r.submit(values{"Name": "Chemistry"}, 503)
		if wait := r.page.header.Get("Retry-After"); wait == "" || !strings.Contains(r.page.text, "longer than 1s") {
			t.Errorf("Retry-After is %q, the page says\n%s", wait, r.page.text)
		}
		close(release)
		if err := <-ended; err != nil {
			t.Fatal(err)
		}
		r.page = form
		r.submit(values{"Name": "Optics"}, 200)
		r.get(at, 200)
		r.says("Optics")
	})
}
