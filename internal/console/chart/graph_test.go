package chart_test

import (
	"fmt"
	"strings"
	"testing"

	"comity/internal/console/chart"
)

// A node is a layer below all that its edges lead to, and layers are centred.
func ExampleNewGraph() {
	g := chart.NewGraph(
		[]chart.Node{{ID: 1, Label: "Staff"}, {ID: 2, Label: "Physics"}, {ID: 3, Label: "Chemistry"}},
		[]chart.Edge{{From: 2, To: 1}, {From: 3, To: 1, Negate: true}}, 1,
	)
	for _, b := range g.Boxes {
		fmt.Println(b.Label, b.X, b.Y, b.Here)
	}
	for _, a := range g.Arrows {
		fmt.Println(a)
	}
	fmt.Println(g.Width, g.Height)
	// Output:
	// Staff 103 1 true
	// Physics 1 97 false
	// Chemistry 205 97 false
	// {91 97 193 47 false}
	// {295 97 193 47 true}
	// 386 138
}

func TestGraphOfSeveralLayers(t *testing.T) {
	g := chart.NewGraph(
		[]chart.Node{{1, "a"}, {2, "b"}, {3, strings.Repeat("c", 30)}},
		[]chart.Edge{{From: 3, To: 1}, {From: 3, To: 2}, {From: 2, To: 1}}, 3,
	)
	if a, b, c := g.Boxes[0].Y, g.Boxes[1].Y, g.Boxes[2].Y; a >= b || b >= c {
		t.Errorf("the layers are at %d, %d and %d, want each below the one before", a, b, c)
	}
	if got, want := g.Boxes[2].Label, strings.Repeat("c", 21)+"…"; got != want {
		t.Errorf("the label is %q, want %q", got, want)
	}
}
