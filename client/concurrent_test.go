package client_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"comity"
	"comity/client"
)

// TestSharedByGoroutines makes several goroutines call through one client: each gets the answer to its own
// call, and the race detector finds no race.
func TestSharedByGoroutines(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		id := strings.TrimSuffix(strings.TrimPrefix(req.URL.Path, "/cous/"), ".json")
		w.Header().Set("Content-Type", "application/json")
		_, _ = fmt.Fprintf(w, `{"ResponseType":"Cous","Version":"1.0","Cous":[{"Version":"1.0","Id":%s,"CoId":2,"Name":"Unit %[1]s"}]}`, id)
	}))
	defer server.Close()
	c := client.New(server.URL+"/", "user", "key")
	var all sync.WaitGroup
	for id := range int64(8) {
		all.Go(func() {
			rec, err := c.View(t.Context(), comity.Cou.Resource, id+1)
			if err != nil {
				t.Error(err)
				return
			}
			if got, want := rec.Text(comity.Cou.Name), fmt.Sprintf("Unit %d", id+1); got != want {
				t.Errorf("unit %d is %q, want %q", id+1, got, want)
			}
		})
	}
	all.Wait()
}
