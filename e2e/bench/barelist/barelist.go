// Package barelist is the bare limit of lists: a handler that reads the rows of a list from the program's own database
// by one prepared query and appends them as JSON of the same shape. Everything that the program does besides is
// missing.
package barelist

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"comity"
)

// kind says how a column is written.
type kind int

const (
	number kind = iota
	text
	boolean
	seconds
	micros
	person
	deleted
)

// column is a column of a list, with the name that its value has in JSON.
type column struct {
	expression, name string
	kind             kind
}

// list is a table, the column that narrows it, and what is read of it.
type list struct {
	name, table, of string
	columns         []column
}

// lists are those of the people of a CO and of the memberships of a group.
var lists = map[string]list{
	"people": {"CoPeople", "co_people", "co_id", append([]column{
		{"id", "Id", number},
		{"co_id", "CoId", number},
		{"status", "Status", text},
		{"date_of_birth", "DateOfBirth", text},
		{"timezone", "Timezone", text},
	}, stamps...)},
	"members": {"CoGroupMembers", "co_group_members", "co_group_id", append([]column{
		{"id", "Id", number},
		{"co_group_id", "CoGroupId", number},
		{"member", "Member", boolean},
		{"owner", "Owner", boolean},
		{"valid_from", "ValidFrom", seconds},
		{"valid_through", "ValidThrough", seconds},
		{"co_group_nesting_id", "CoGroupNestingId", number},
		{"co_person_id", "Person", person},
	}, stamps...)},
}

var stamps = []column{
	{"created", "Created", micros},
	{"modified", "Modified", micros},
	{"revision", "Revision", number},
	{"1", "Deleted", deleted},
	{"actor", "ActorIdentifier", text},
}

// query returns the query of the rows of a list, of which the condition %s is true, in the order of their ids.
func (l list) query(where, order string) string {
	expressions := make([]string, len(l.columns))
	for i, c := range l.columns {
		expressions[i] = c.expression
	}
	return "SELECT " + strings.Join(expressions, ", ") + " FROM " + l.table + " WHERE " + where + " ORDER BY " + order
}

// row is a row as a driver has it; i counts columns from 0.
type row interface {
	null(i int) bool
	int(i int) int64
	bool(i int) bool
	text(i int) []byte
}

// reader calls a function with each row of a list.
type reader interface {
	read(ctx context.Context, name string, id int64, each func(row) error) error
}

// Open opens a database and returns the handler of /people/CO and /members/GROUP.
func Open(ctx context.Context, database string) (http.Handler, error) {
	open := openSQLite
	if strings.HasPrefix(database, "postgres") {
		open = openPostgres
	}
	from, err := open(ctx, database)
	if err != nil {
		return nil, err
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name, of, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
		l, known := lists[name]
		id, err := strconv.ParseInt(of, 10, 64)
		if err != nil || !known {
			http.Error(w, "no such list", http.StatusNotFound)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		if err := l.write(r.Context(), w, from, name, id); err != nil {
			panic(errors.Join(http.ErrAbortHandler, err))
		}
	}), nil
}

// part is about how many bytes are written at once.
const part = 64 << 10

func (l list) write(ctx context.Context, w http.ResponseWriter, from reader, name string, id int64) error {
	b := make([]byte, 0, part+part/8)
	b = append(b, `{"ResponseType":"`+l.name+`","Version":"1.0","`+l.name+`":[`...)
	first := true
	err := from.read(ctx, name, id, func(r row) error {
		if !first {
			b = append(b, ',')
		}
		first = false
		b = append(b, `{"Version":"1.0"`...)
		for i, c := range l.columns {
			if !r.null(i) {
				b = c.append(b, r, i)
			}
		}
		b = append(b, '}')
		if len(b) < part {
			return nil
		}
		_, err := w.Write(b)
		b = b[:0]
		return err
	})
	if err != nil {
		return err
	}
	_, err = w.Write(append(b, "]}"...))
	return err
}

func (c column) append(b []byte, r row, i int) []byte {
	b = append(append(append(b, `,"`...), c.name...), `":`...)
	switch c.kind {
	case number:
		return strconv.AppendInt(b, r.int(i), 10)
	case text:
		return strconv.AppendQuote(b, string(r.text(i)))
	case boolean:
		return strconv.AppendBool(b, r.bool(i))
	case seconds:
		return time.Unix(r.int(i), 0).UTC().AppendFormat(b, `"`+comity.TimeLayout+`"`)
	case micros:
		return time.UnixMicro(r.int(i)).UTC().AppendFormat(b, `"`+comity.TimeLayout+`"`)
	case person:
		return append(strconv.AppendInt(append(b, `{"Type":"CO","Id":`...), r.int(i), 10), '}')
	case deleted:
		return append(b, "false"...)
	}
	return b
}
