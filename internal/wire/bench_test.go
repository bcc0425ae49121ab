package wire_test

import (
	"testing"

	"comity"
	"comity/internal/wire"
)

// person is a CoPerson with a value in every field.
func person() *comity.Record {
	return sample(comity.CoPerson.Resource, map[*comity.Field]comity.Cell{
		comity.CoPerson.CoId:        comity.IntCell(2),
		comity.CoPerson.Status:      comity.TextCell(comity.Active),
		comity.CoPerson.DateOfBirth: comity.TextCell("1815-12-10"),
		comity.CoPerson.Timezone:    comity.TextCell("Europe/London"),
	})
}

func BenchmarkEncodeCoPerson(b *testing.B) {
	rec := person()
	for title, f := range formats {
		b.Run(title, func(b *testing.B) {
			b.ReportAllocs()
			buf := make([]byte, 0, 4096)
			for b.Loop() {
				buf = wire.AppendRecord(buf[:0], f, rec, false)
			}
			b.SetBytes(int64(len(buf)))
		})
	}
}

func BenchmarkDecodeName(b *testing.B) {
	for title, body := range map[string]string{
		"json": `{"RequestType":"Names","Version":"1.0","Names":[{"Version":"1.0","Given":"Ada","Family":"Lovelace",` +
			`"Type":"official","PrimaryName":true,"Person":{"Type":"CO","Id":"7"}}]}`,
		"xml": `<Names Version="1.0"><Name Version="1.0"><Given>Ada</Given><Family>Lovelace</Family>` +
			`<Type>official</Type><PrimaryName>1</PrimaryName><Person><Type>CO</Type><Id>7</Id></Person></Name></Names>`,
	} {
		b.Run(title, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(body)))
			for b.Loop() {
				if in, err := wire.Decode(formats[title], comity.Name.Resource, []byte(body)); err != nil || len(in.FieldErrors) > 0 {
					b.Fatal(in.FieldErrors, err)
				}
			}
		})
	}
}
