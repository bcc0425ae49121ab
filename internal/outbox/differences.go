package outbox

import (
	"bytes"
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"strconv"
)

// Difference is one difference between two messages.
type Difference struct {
	// Path is its place as a JSON Pointer (RFC 6901): /person/names/0/given.
	Path string
	// Last is the value that was sent, Next the one that would be sent; nil where there is none.
	Last, Next any
}

// differences returns the differences between two JSON texts, in the order of their paths; a nil text
// stands for no value.
func differences(last, next []byte) ([]Difference, error) { return comparer{}.texts(last, next) }

// lacks returns the differences between what a target holds and what it should, without members of
// objects that the target added.
func lacks(holds, should []byte) ([]Difference, error) {
	return comparer{ownMembers: true}.texts(holds, should)
}

func parse(text []byte) (v any, err error) {
	if text == nil {
		return nil, nil
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	err = d.Decode(&v)
	return v, err
}

// comparer compares JSON values. With ownMembers, additional members in objects of the last value are
// no difference.
type comparer struct{ ownMembers bool }

func (c comparer) texts(last, next []byte) ([]Difference, error) {
	a, err := parse(last)
	if err != nil {
		return nil, err
	}
	b, err := parse(next)
	if err != nil {
		return nil, err
	}
	return c.compare(nil, "", a, b), nil
}

func (c comparer) compare(found []Difference, path string, last, next any) []Difference {
	switch a := last.(type) {
	case map[string]any:
		if b, ok := next.(map[string]any); ok {
			names := slices.Collect(maps.Keys(b))
			for name := range a {
				if _, both := b[name]; !both && !c.ownMembers {
					names = append(names, name)
				}
			}
			slices.Sort(names)
			for _, name := range names {
				found = c.compare(found, path+"/"+name, a[name], b[name])
			}
			return found
		}
	case []any:
		if b, ok := next.([]any); ok {
			for i := range max(len(a), len(b)) {
				found = c.compare(found, path+"/"+strconv.Itoa(i), at(a, i), at(b, i))
			}
			return found
		}
	}
	if reflect.DeepEqual(last, next) {
		return found
	}
	return append(found, Difference{path, last, next})
}

func at(list []any, i int) any {
	if i < len(list) {
		return list[i]
	}
	return nil
}
