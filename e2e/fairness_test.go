package e2e_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"comity"
	"comity/internal/pgtest"
)

// tenant is a caller with the rights of one CO.
type tenant struct {
	t         *testing.T
	registry  *registry
	http      *http.Client
	user, key string
	co        int64
}

// tenantOf makes a CO and an API user with all rights in it.
func tenantOf(t *testing.T, r *registry, name string) *tenant {
	t.Helper()
	co := comity.NewRecord(comity.Co.Resource)
	co.SetText(comity.Co.Name, name)
	co.SetText(comity.Co.Status, comity.Active)
	added, err := r.platform().Add(t.Context(), co)
	if err != nil {
		t.Fatal(err)
	}
	f, user := comity.ApiUser, comity.NewRecord(comity.ApiUser.Resource)
	user.SetInt(f.CoId, added.Id)
	user.SetText(f.Username, fmt.Sprintf("co_%d.all", added.Id))
	user.SetText(f.Status, comity.Active)
	user.SetBool(f.Privileged, true)
	login, err := r.platform().Add(t.Context(), user)
	if err != nil {
		t.Fatal(err)
	}
	h := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 100}}
	return &tenant{t, r, h, user.Text(f.Username), login.Generated, added.Id}
}

// call makes a call whose answer is one that is allowed, and returns the body.
func (x *tenant) call(method, path, body string, allowed ...int) string {
	x.t.Helper()
	r, err := http.NewRequestWithContext(x.t.Context(), method, x.registry.api()+path, strings.NewReader(body))
	if err != nil {
		x.t.Error(err)
		return ""
	}
	r.SetBasicAuth(x.user, x.key)
	answer, err := x.http.Do(r)
	if err != nil {
		x.t.Errorf("%s %s: %v", method, path, err)
		return ""
	}
	defer func() { _ = answer.Body.Close() }()
	b, err := io.ReadAll(answer.Body)
	if err != nil || !slices.Contains(append(allowed, 200, 201), answer.StatusCode) {
		x.t.Errorf("%s %s is answered %s: %.300s %v", method, path, answer.Status, b, err)
	}
	return string(b)
}

// add adds one record.
func (x *tenant) add(r *comity.Resource, fields string) (id int64) {
	x.t.Helper()
	var got struct {
		Id int64 `json:",string"`
	}
	b := x.call("POST", r.Path+".json", `{"Version":"1.0",`+fields+`}`)
	if err := json.Unmarshal([]byte(b), &got); err != nil {
		x.t.Errorf("%v in %.300s", err, b)
	}
	return got.Id
}

// addMany adds records a thousand at a time.
func (x *tenant) addMany(r *comity.Resource, n int, fields func(int) string) (ids []int64) {
	x.t.Helper()
	for first := 0; first < n; first += 1000 {
		var elements []string
		for i := first; i < min(n, first+1000); i++ {
			elements = append(elements, `{"Version":"1.0",`+fields(i)+`}`)
		}
		b := x.call("POST", r.Path+"/bulk.json", fmt.Sprintf(`{"RequestType":%q,"Version":"1.0",%[1]q:[%s]}`, r.Plural, strings.Join(elements, ",")))
		var got struct {
			Answers []struct {
				Id int64 `json:",string"`
			}
		}
		if err := json.Unmarshal([]byte(b), &got); err != nil {
			x.t.Errorf("%v in %.300s", err, b)
		}
		for _, a := range got.Answers {
			ids = append(ids, a.Id)
		}
	}
	return ids
}

func (x *tenant) people(n int) []int64 {
	return x.addMany(comity.CoPerson.Resource, n, func(int) string { return fmt.Sprintf(`"CoId":%d,"Status":"Active"`, x.co) })
}

func (x *tenant) groups(name string, n int) []int64 {
	return x.addMany(comity.CoGroup.Resource, n, func(i int) string {
		return fmt.Sprintf(`"CoId":%d,"Name":"%s %d","Status":"Active"`, x.co, name, i)
	})
}

func (x *tenant) join(group int64, people []int64) {
	x.addMany(comity.CoGroupMember.Resource, len(people), func(i int) string {
		return fmt.Sprintf(`"CoGroupId":%d,"Person":{"Type":"CO","Id":%d},"Member":true`, group, people[i])
	})
}

func nested(group, target int64) string {
	return fmt.Sprintf(`"CoGroupId":%d,"TargetCoGroupId":%d`, group, target)
}

// attack is the worst of a kind that a tenant's rights allow.
type attack struct {
	name string
	run  func(x *tenant)
}

// attacks returns the attacks, each with that many people.
func attacks(size int) []attack {
	var crowd []int64
	var group int64
	edit := func(x *tenant, name, status string) {
		x.call("PUT", fmt.Sprintf("co_groups/%d.json", group), fmt.Sprintf(`{"Version":"1.0","CoId":%d,"Name":%q,"Status":%q}`, x.co, name, status))
	}
	return []attack{
		{"a dense graph, and 100 members below it", func(x *tenant) {
			layers := x.groups("dense", 100)
			f := comity.CoGroupNesting.Resource
			x.addMany(f, 900, func(i int) string { return nested(layers[i/100*10+i/10%10], layers[i/100*10+10+i%10]) })
			x.join(layers[0], x.people(100))
		}},
		{"a deep graph, and 100 members below it", func(x *tenant) {
			chain := x.groups("deep", 51)
			x.addMany(comity.CoGroupNesting.Resource, 50, func(i int) string { return nested(chain[i], chain[i+1]) })
			x.join(chain[0], x.people(100))
		}},
		{"many members", func(x *tenant) {
			group = x.groups("crowd", 1)[0]
			crowd = x.people(size)
			x.join(group, crowd)
		}},
		{"the group of many is nested", func(x *tenant) {
			x.add(comity.CoGroupNesting.Resource, nested(group, x.groups("above", 1)[0]))
		}},
		{"the group of many is suspended and resumed", func(x *tenant) {
			edit(x, "crowd", comity.Suspended)
			edit(x, "crowd", comity.Active)
		}},
		{"the group of many has another name", func(x *tenant) { edit(x, "many", comity.Active) }},
		{"a reconcile", func(x *tenant) { x.call("PUT", fmt.Sprintf("co_groups/reconcile.json?coid=%d", x.co), "") }},
		{"the group of many is deleted", func(x *tenant) { x.call("DELETE", fmt.Sprintf("co_groups/%d.json", group), "") }},
		{"a person with 5,000 identifiers, and without", func(x *tenant) {
			person := x.people(1)[0]
			x.addMany(comity.Identifier.Resource, 5000, func(i int) string {
				return fmt.Sprintf(`"Person":{"Type":"CO","Id":%d},"Identifier":"many-%d","Type":"uid","Status":"Active"`, person, i)
			})
			x.call("DELETE", fmt.Sprintf("co_people/%d.json", person), "")
		}},
		{"bulks of 8 MiB of nothing", func(x *tenant) {
			body := `{"CoPeople":[{}` + strings.Repeat(",{}", 8<<20/3-10) + `]}`
			for range 10 {
				x.call("POST", "co_people/bulk.json", body, http.StatusBadRequest)
			}
		}},
		{"100 lists at once", func(x *tenant) {
			var all sync.WaitGroup
			for range 100 {
				all.Go(func() { x.call("GET", fmt.Sprintf("co_people.json?coid=%d", x.co), "") })
			}
			all.Wait()
		}},
		{"100 who read slowly", func(x *tenant) {
			ctx, end := context.WithTimeout(x.t.Context(), 10*time.Second)
			defer end()
			var all sync.WaitGroup
			for range 100 {
				all.Go(func() {
					r, err := http.NewRequestWithContext(ctx, "GET", x.registry.api()+fmt.Sprintf("co_people.json?coid=%d", x.co), nil)
					if err != nil {
						x.t.Error(err)
						return
					}
					r.SetBasicAuth(x.user, x.key)
					answer, err := x.http.Do(r)
					if err != nil {
						return // the time was over
					}
					defer func() { _ = answer.Body.Close() }()
					for err == nil {
						_, err = io.CopyN(io.Discard, answer.Body, 1024)
						time.Sleep(100 * time.Millisecond)
					}
				})
			}
			all.Wait()
		}},
		{"a copy of the CO, and its delete", func(x *tenant) {
			platform := *x
			platform.user, platform.key = x.registry.user, x.registry.key
			platform.call("POST", fmt.Sprintf("cos/duplicate/%d.json", x.co), "")
			platform.call("DELETE", fmt.Sprintf("cos/%d.json", x.co), "")
		}},
	}
}

// took are the durations of calls.
type took []time.Duration

func (all took) at(share float64) time.Duration {
	if len(all) == 0 {
		return 0
	}
	return slices.Sorted(slices.Values(all))[int(share*float64(len(all)-1))]
}

// others calls as another tenant until the context ends: a write of one row and a view.
func (x *tenant) others(ctx context.Context) (writes, views took) {
	person := x.people(1)[0]
	unit := x.add(comity.Cou.Resource, fmt.Sprintf(`"CoId":%d,"Name":"Quiet %d"`, x.co, time.Now().UnixNano()))
	for ctx.Err() == nil {
		start := time.Now()
		x.call("PUT", fmt.Sprintf("co_people/%d.json", person), fmt.Sprintf(`{"Version":"1.0","CoId":%d,"Status":"Active"}`, x.co))
		middle := time.Now()
		x.call("GET", fmt.Sprintf("cous/%d.json", unit), "")
		writes, views = append(writes, middle.Sub(start)), append(views, time.Since(middle))
		time.Sleep(10 * time.Millisecond)
	}
	return writes, views
}

// TestFairness measures what others wait while a tenant does the worst that its rights allow. It is part
// of the long run, on a machine that does nothing else; COMITY_SOAK says so.
func TestFairness(t *testing.T) {
	if os.Getenv("COMITY_SOAK") == "" {
		return
	}
	for name, database := range map[string]func() string{
		"SQLite":     func() string { return filepath.Join(t.TempDir(), "fair.db") },
		"PostgreSQL": func() string { return pgtest.URL(t) },
	} {
		t.Run(name, func(t *testing.T) {
			r := serve(t, database())
			worst, other := tenantOf(t, r, "Worst"), tenantOf(t, r, "Other")
			size := 100_000
			if text := os.Getenv("COMITY_FAIRNESS_SIZE"); text != "" {
				if _, err := fmt.Sscan(text, &size); err != nil {
					t.Fatal(err)
				}
			}
			var table strings.Builder
			fmt.Fprintf(&table, "\n| %s | takes | writes: 95 %% | longest | views: 95 %% | longest |\n|---|---|---|---|---|---|\n", name)
			for _, a := range attacks(size) {
				ctx, end := context.WithCancel(t.Context())
				var writes, views took
				var all sync.WaitGroup
				all.Go(func() { writes, views = other.others(ctx) })
				start := time.Now()
				a.run(worst)
				lasted := time.Since(start)
				end()
				all.Wait()
				ms := func(d time.Duration) string { return fmt.Sprintf("%d ms", d.Milliseconds()) }
				fmt.Fprintf(&table, "| %s | %.1f s | %s | %s | %s | %s |\n", a.name, lasted.Seconds(), ms(writes.at(0.95)), ms(writes.at(1)), ms(views.at(0.95)), ms(views.at(1)))
				for what, d := range map[string]took{"write": writes, "view": views} {
					if d.at(0.95) > 250*time.Millisecond || d.at(1) > time.Second {
						t.Errorf("%s: a %s of another tenant waits %v (95 %%), %v at most", a.name, what, d.at(0.95), d.at(1))
					}
				}
			}
			t.Log(table.String())
		})
	}
}
