package chart

import (
	"cmp"
	"slices"
)

// Node is a node of a graph.
type Node struct {
	ID    int64
	Label string
}

// Edge leads from one node to another, both by their ids. Negate marks an edge with the opposite meaning.
type Edge struct {
	From, To int64
	Negate   bool
}

// Graph is a drawing of an acyclic graph. Each node is below all nodes that its edges lead to.
type Graph struct {
	Width, Height int
	Boxes         []Box
	Arrows        []Arrow
}

// Box is a node in the drawing.
type Box struct {
	// X and Y are its top left corner, MiddleX and TextY the position of its label.
	X, Y, MiddleX, TextY int
	Label                string
	// Here marks the node that the graph is about.
	Here bool
}

// Arrow is an edge in the drawing.
type Arrow struct {
	X1, Y1, X2, Y2 int
	Negate         bool
}

const (
	boxWidth, boxHeight = 180, 40
	boxGap, layerGap    = 24, 56
	// maxLabel is how many characters fit in a box.
	maxLabel = 22
	// tipGap is the distance between the tip of an arrow and the box that it points to.
	tipGap = 6
)

// NewGraph draws the nodes and edges. here is the id of the node that the graph is about.
func NewGraph(nodes []Node, edges []Edge, here int64) *Graph {
	boxes := place(nodes, edges)
	g := &Graph{}
	for _, n := range nodes {
		box := boxes[n.ID]
		box.Here = n.ID == here
		g.Boxes = append(g.Boxes, box)
		g.Width, g.Height = max(g.Width, box.X+boxWidth+1), max(g.Height, box.Y+boxHeight+1)
	}
	for _, e := range edges {
		from, to := boxes[e.From], boxes[e.To]
		g.Arrows = append(g.Arrows, Arrow{X1: from.MiddleX, Y1: from.Y, X2: to.MiddleX, Y2: to.Y + boxHeight + tipGap, Negate: e.Negate})
	}
	return g
}

// place returns the boxes by the ids of their nodes. The layers are centred.
func place(nodes []Node, edges []Edge) map[int64]Box {
	layers := layersOf(nodes, edges)
	widest := 0
	for _, l := range layers {
		widest = max(widest, len(l))
	}
	boxes := map[int64]Box{}
	for y, l := range layers {
		left := (widest - len(l)) * (boxWidth + boxGap) / 2
		for x, n := range l {
			b := Box{X: left + x*(boxWidth+boxGap) + 1, Y: y*(boxHeight+layerGap) + 1, Label: shorten(n.Label)}
			b.MiddleX, b.TextY = b.X+boxWidth/2, b.Y+boxHeight/2+5
			boxes[n.ID] = b
		}
	}
	return boxes
}

// layersOf returns the nodes of each layer, by their ids. A node is one layer below the lowest that its edges lead to.
func layersOf(nodes []Node, edges []Edge) [][]Node {
	layer := map[int64]int{}
	// Without a cycle, each round moves a node or is the last, and there are no more rounds than nodes.
	for range nodes {
		moved := false
		for _, e := range edges {
			if below := layer[e.To] + 1; layer[e.From] < below {
				layer[e.From], moved = below, true
			}
		}
		if !moved {
			break
		}
	}
	var layers [][]Node
	for _, n := range nodes {
		for len(layers) <= layer[n.ID] {
			layers = append(layers, nil)
		}
		layers[layer[n.ID]] = append(layers[layer[n.ID]], n)
	}
	for _, l := range layers {
		slices.SortFunc(l, func(a, b Node) int { return cmp.Compare(a.ID, b.ID) })
	}
	return layers
}

// shorten returns a text that fits in a box.
func shorten(text string) string {
	if points := []rune(text); len(points) > maxLabel {
		return string(points[:maxLabel-1]) + "…"
	}
	return text
}
