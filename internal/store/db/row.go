package db

import "time"

// Row is one row of a query. It is read column by column in the order of the statement: each method returns the
// value of the next column, the zero value for NULL.
type Row struct {
	cells cells
	next  int
}

// cells are the values of a row as a driver has them; i counts columns from 0.
type cells interface {
	null(i int) bool
	int(i int) int64
	bool(i int) bool
	// text and bytes are valid until the next row.
	text(i int) []byte
	bytes(i int) []byte
}

func (r *Row) column() int {
	r.next++
	return r.next - 1
}

// IsNull returns whether the next column is NULL, and does not go on to the one after it.
func (r *Row) IsNull() bool { return r.cells.null(r.next) }

// Skip goes on without the value of the next column.
func (r *Row) Skip() { r.next++ }

// Int returns the number in the next column.
func (r *Row) Int() int64 { return r.cells.int(r.column()) }

// Bool returns the truth value in the next column.
func (r *Row) Bool() bool { return r.cells.bool(r.column()) }

// Text returns the text in the next column.
func (r *Row) Text() string { return string(r.cells.text(r.column())) }

// TextLike returns the text in the next column: the text was itself if it is the same, so that rows with the same texts
// take no memory for each.
func (r *Row) TextLike(was string) string {
	text := r.cells.text(r.column())
	if string(text) == was {
		return was
	}
	return string(text)
}

// Bytes returns a copy of the bytes in the next column, nil for NULL alone.
func (r *Row) Bytes() []byte {
	if r.IsNull() {
		r.Skip()
		return nil
	}
	return append([]byte{}, r.cells.bytes(r.column())...)
}

// Time returns the time in the next column, which is stored in microseconds since 1970.
func (r *Row) Time() time.Time {
	if r.IsNull() {
		r.Skip()
		return time.Time{}
	}
	return time.UnixMicro(r.Int()).UTC()
}
