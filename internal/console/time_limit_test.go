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
	onEachDatabase(t, func(t *testing.T, fx *fixture) {
		co := fx.addCO(t)
		unit := fx.add(t, comity.Cou.Resource, func(rec *comity.Record) {
			rec.SetInt(comity.Cou.CoId, co)
			rec.SetText(comity.Cou.Name, "Physics")
		})
		b := signedIn(t, fx.serveWithin(t, time.Second, nil).URL, fx.operator)
		at := fmt.Sprintf("/console/co/%d/cous/%d/", co, unit)
		b.get(at+"edit", 200)
		form := b.page
		held, release, ended := make(chan struct{}), make(chan struct{}), make(chan error)
		go func() {
			ended <- fx.store.WriteAlone(context.WithoutCancel(t.Context()), func(tx *db.Tx) error {
				if _, err := store.EnterCO(t.Context(), tx, co, true); err != nil {
					return err
				}
				close(held)
				<-release
				return nil
			})
		}()
		<-held
		b.submit(values{"Name": "Chemistry"}, 503)
		if wait := b.page.header.Get("Retry-After"); wait == "" || !strings.Contains(b.page.text, "longer than 1s") {
			t.Errorf("Retry-After is %q, the page says\n%s", wait, b.page.text)
		}
		close(release)
		if err := <-ended; err != nil {
			t.Fatal(err)
		}
		b.page = form
		b.submit(values{"Name": "Optics"}, 200)
		b.get(at, 200)
		b.says("Optics")
	})
}
