package openapi_test

import (
	"math"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

var (
	colour  = regexp.MustCompile(`--([a-z]+): #([0-9a-f]{6})`)
	fetched = regexp.MustCompile(`url\(|@import|//`)
)

// TestContrast checks the colours against WCAG 2 AA: the contrast of text and background is at least 4.5 to
// 1, light and dark.
func TestContrast(t *testing.T) {
	style := ask(handler(t, root), http.MethodGet, root+"docs/style.css").Body.String()
	if fetched.MatchString(style) {
		t.Error("the style sheet loads something")
	}
	light, rest, ok := strings.Cut(style, "@media (prefers-color-scheme: dark)")
	if !ok {
		t.Fatal("there are no dark colours")
	}
	dark, _, _ := strings.Cut(rest, "}\n}")
	for name, part := range map[string]string{"light": light, "dark": dark} {
		colours := map[string]float64{}
		for _, m := range colour.FindAllStringSubmatch(part, -1) {
			colours[m[1]] = luminance(t, m[2])
		}
		for _, text := range []string{"text", "quiet", "link"} {
			for _, ground := range []string{"ground", "raised"} {
				a, b := colours[text], colours[ground]
				if ratio := (max(a, b) + 0.05) / (min(a, b) + 0.05); ratio < 4.5 {
					t.Errorf("%s: %s on %s has a contrast of %.2f", name, text, ground, ratio)
				}
			}
		}
	}
}

// luminance returns a colour's relative luminance (WCAG 2).
func luminance(t *testing.T, hex string) float64 {
	t.Helper()
	sum := 0.0
	for i, weight := range []float64{0.2126, 0.7152, 0.0722} {
		n, err := strconv.ParseUint(hex[2*i:2*i+2], 16, 8)
		if err != nil {
			t.Fatal(err)
		}
		channel := float64(n) / 255
		if channel <= 0.04045 {
			channel /= 12.92
		} else {
			channel = math.Pow((channel+0.055)/1.055, 2.4)
		}
		sum += weight * channel
	}
	return sum
}
