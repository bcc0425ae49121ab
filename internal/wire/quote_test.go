package wire_test

import (
	"testing"

	"comity/internal/wire"
)

func TestQuoteNumbers(t *testing.T) {
	for text, want := range map[string]string{
		``:      ``,
		`7`:     `"7"`,
		`[]`:    `[]`,
		`"7"`:   `"7"`,
		`[1,2]`: `["1","2"]`,
		`{"a1":-1.5e+10,"b":[0,true,null,{"c":12}],"d":false}`: `{"a1":"-1.5e+10","b":["0",true,null,{"c":"12"}],"d":false}`,
		`{"a":"7\\\"8","b":9}`:                                 `{"a":"7\\\"8","b":"9"}`,
	} {
		got := string(wire.AppendQuotingNumbers(nil, []byte(text)))
		if again := string(wire.AppendQuotingNumbers(nil, []byte(got))); got != want || again != got {
			t.Errorf("%s is written %s and again %s, want %s", text, got, again, want)
		}
	}
}
