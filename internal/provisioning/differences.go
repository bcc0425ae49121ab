package provisioning

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

// compare adds the differences between two values at a path to those found.
func (c comparer) compare(found []Difference, path string, last, next any) []Difference {
	switch a := last.(type) {
	case map[string]any:
		if b, ok := next.(map[string]any); ok {
			return c.compareObjects(found, path, a, b)
		}
	case []any:
		if b, ok := next.([]any); ok {
			return c.compareLists(found, path, a, b)
		}
	}
	if reflect.DeepEqual(last, next) {
		return found
	}
	return append(found, Difference{path, last, next})
}

func (c comparer) compareObjects(found []Difference, path string, last, next map[string]any) []Difference {
	names := slices.Collect(maps.Keys(next))
	for name := range last {
		if _, both := next[name]; !both && !c.ownMembers {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	for _, name := range names {
		found = c.compare(found, path+"/"+name, last[name], next[name])
	}
	return found
}

func (c comparer) compareLists(found []Difference, path string, last, next []any) []Difference {
	for i := range max(len(last), len(next)) {
		found = c.compare(found, path+"/"+strconv.Itoa(i), at(last, i), at(next, i))
	}
	return found
}

func at(list []any, i int) any {
	if i < len(list) {
		return list[i]
	}
	return nil
}
