package store

import "strings"

// accented and plainly are the letters that a search of people takes for others, and those others:
// migration 00010 says the same to PostgreSQL, and comity_plain to SQLite.
const (
	accented = "àáâãäåçèéêëìíîïñòóôõöùúûüýÿāăąćĉċčďēĕėęěĝğġģĥĩīĭįĵķĺļľńņňōŏőŕŗřśŝşšţťũūŭůűųŵŷźżžơưǎǐǒǔșțάέήίΰϊϋόύώёạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹøłđħŧ"
	plainly  = "aaaaaaceeeeiiiinooooouuuuyyaaaccccdeeeeegggghiiiijklllnnnooorrrssssttuuuuuuwyzzzouaioustαεηιυιυουωеaaaaaaaaaaaaeeeeeeeeiioooooooooooouuuuuuuyyyyoldht"
)

// Plain is a text as people are searched by it: folded, and without accents.
func Plain(s string) string { return plainLetters.Replace(Fold(s)) }

var plainLetters = func() *strings.Replacer {
	to := []rune(plainly)
	var pairs []string
	for i, letter := range []rune(accented) {
		pairs = append(pairs, string(letter), string(to[i]))
	}
	return strings.NewReplacer(pairs...)
}()
