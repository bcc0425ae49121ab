package wire_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"comity"
	"comity/internal/rapidtest"
	"comity/internal/wire"
)

// A list can be sent back as a request and has the same values.
func TestDecodeOfEncodeIsTheRecord(t *testing.T) {
	for _, res := range comity.All() {
		for title, f := range formats {
			t.Run(res.Singular+" in "+title, func(t *testing.T) {
				rapidtest.Check(t, func(t *rapid.T) {
					rec := record(t, res)
					body := list(f, res, rec)
					if f == wire.JSON && rapid.Bool().Draw(t, "numbers are strings") {
						body = wire.AppendQuotingNumbers(nil, body)
					}
					checkForm(t, f, body)
					in, err := wire.Decode(f, res, body)
					if err != nil || len(in.FieldErrors) > 0 {
						t.Fatalf("Decode: %v, %v\n%s", in.FieldErrors, err, body)
					}
					if diff := cmp.Diff(cells(asRequest(rec)), cells(in.Record)); diff != "" {
						t.Fatalf("(-want +got):\n%s\n%s", diff, body)
					}
				})
			})
		}
	}
}

// asRequest returns what a request should contain of a record that was shown: without fields that are never
// shown or never accepted.
func asRequest(rec *comity.Record) *comity.Record {
	rec = rec.Clone()
	for _, f := range rec.Resource.Fields {
		if f.ReadOnly || f.Kind == comity.Secret || !rec.Has(f) {
			rec.Set(f, comity.Cell{})
		}
	}
	return rec
}

// record draws a record whose cells are all valid.
func record(t *rapid.T, res *comity.Resource) *comity.Record {
	rec := comity.NewRecord(res)
	rec.Id = rapid.Int64Min(1).Draw(t, "Id")
	rec.Revision = rapid.Int64Min(0).Draw(t, "Revision")
	rec.Actor = anyText().Draw(t, "Actor")
	rec.Created = moment().Draw(t, "Created")
	rec.Modified = moment().Draw(t, "Modified")
	for _, f := range res.Fields {
		switch rapid.IntRange(0, 4).Draw(t, f.Name+" is there") {
		case 0:
		case 1:
			rec.Set(f, comity.EmptyCell())
		default:
			rec.Set(f, cell(t, f))
		}
	}
	return rec
}

func cell(t *rapid.T, f *comity.Field) comity.Cell {
	switch f.Kind {
	case comity.Text, comity.Secret:
		return text(t, f)
	case comity.Integer:
		if f.Most != 0 {
			return comity.IntCell(rapid.Int64Range(f.Min, f.Most).Draw(t, f.Name))
		}
		if f.HasMin {
			return comity.IntCell(rapid.Int64Min(f.Min).Draw(t, f.Name))
		}
		return comity.IntCell(rapid.Int64().Draw(t, f.Name))
	case comity.Boolean:
		return comity.BoolCell(rapid.Bool().Draw(t, f.Name))
	case comity.Time:
		return comity.TimeCell(moment().Draw(t, f.Name))
	case comity.Date:
		return comity.TextCell(moment().Draw(t, f.Name).Format(comity.DateLayout))
	case comity.Code:
		return comity.TextCell(rapid.SampledFrom(f.Words).Draw(t, f.Name).Word)
	case comity.Reference:
		return comity.IntCell(rapid.Int64Range(0, comity.MaxId).Draw(t, f.Name))
	case comity.Owner:
		return comity.OwnerCell(rapid.SampledFrom(f.Owners).Draw(t, f.Name).Word, rapid.Int64Range(0, comity.MaxId).Draw(t, f.Name+" id"))
	}
	t.Fatalf("no generator for %s, a %s", f.Name, f.Kind)
	return comity.Cell{}
}

// wellFormed are texts for the fields that need a certain form; each accepts at least one.
var wellFormed = []string{
	"ApiProvisioner", "en", "pt-BR", "Europe/Paris", "UTC", "ada@example.org", "https://example.org/?a=1&b='2'", `^10\.[0-9]+|"&$`,
	"co_2.app", "S", "kafka.example.org:9092", "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=",
}

// text draws a text that the field accepts, as it is stored.
func text(t *rapid.T, f *comity.Field) comity.Cell {
	pieces := rapid.OneOf(
		rapid.SampledFrom([]string{"\t", "\n", "\r\n", " ", `"`, `\`, "&", "'", "&amp;", "]]", "\uFFFD", "\u2028", "\U0001F600", "é", "\u00a0"}),
		rapid.StringN(0, 8, -1),
	)
	s := strings.Join(rapid.SliceOfN(pieces, 0, 6).Draw(t, f.Name), "")
	if c, sentence := f.Read(comity.Scalar{Type: comity.TextScalar, Text: s}); sentence == "" && c.HasValue() {
		return c
	}
	var good []comity.Cell
	for _, s := range wellFormed {
		if c, sentence := f.Read(comity.Scalar{Type: comity.TextScalar, Text: s}); sentence == "" {
			good = append(good, c)
		}
	}
	return rapid.SampledFrom(good).Draw(t, f.Name+" well-formed")
}

// moment draws times in the years that a field accepts, to the second.
func moment() *rapid.Generator[time.Time] {
	first := time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC).Unix()
	last := time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC).Unix()
	return rapid.Map(rapid.Int64Range(first, last), func(n int64) time.Time { return time.Unix(n, 0).UTC() })
}
