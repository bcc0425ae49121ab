package console

import (
	"slices"
	"strconv"

	"comity"
	"comity/internal/registry"
)

// graph is a group's nestings, drawn and as a list. A group is drawn below those that it is nested in.
type graph struct {
	Width, Height int
	Nodes         []graphNode
	Arrows        []graphArrow
	// Nestings are the same to read.
	Nestings []nesting
	// Cut says that not all are drawn.
	Cut bool
}

type graphNode struct {
	X, Y, MiddleX, TextY int
	Label                string
	// Here is the group whose page it is.
	Here bool
}

type graphArrow struct {
	X1, Y1, X2, Y2 int
	// Negate says that members are kept out.
	Negate bool
}

// nesting is one group in another.
type nesting struct {
	Group, Target link
	Negate        bool
	// Remove leads to the question whether it is to be, "" where the reader may not.
	Remove string
}

// The measures of the drawing.
const (
	nodeWidth, nodeHeight = 180, 40
	nodeGap, layerGap     = 24, 56
	maxNodeLabel          = 22
)

// graph draws the nestings, nil where there are none.
func (v *visit) graph(g registry.GroupView) *graph {
	if len(g.Edges) == 0 {
		return nil
	}
	f := comity.CoGroupNesting
	at := place(g)
	p := &graph{Cut: g.Cut}
	for _, n := range g.Nodes {
		node := at[n.Id]
		node.Here = n.Id == g.Group.Id
		p.Nodes = append(p.Nodes, node)
		p.Width, p.Height = max(p.Width, node.X+nodeWidth+1), max(p.Height, node.Y+nodeHeight+1)
	}
	names := map[int64]string{}
	for _, n := range g.Nodes {
		names[n.Id] = n.Text(comity.CoGroup.Name)
	}
	for _, e := range g.Edges {
		from, to := at[e.Int(f.CoGroupId)], at[e.Int(f.TargetCoGroupId)]
		p.Arrows = append(p.Arrows, graphArrow{X1: from.MiddleX, Y1: from.Y, X2: to.MiddleX, Y2: to.Y + nodeHeight + 6, Negate: e.Bool(f.Negate)})
		one := nesting{Negate: e.Bool(f.Negate)}
		for id, to := range map[int64]*link{e.Int(f.CoGroupId): &one.Group, e.Int(f.TargetCoGroupId): &one.Target} {
			*to = link{names[id], v.record(comity.CoGroup.Resource, id)}
		}
		if g.MayChange && e.Int(f.TargetCoGroupId) == g.Group.Id {
			one.Remove = v.form(f.Resource, e.Id, "delete")
		}
		p.Nestings = append(p.Nestings, one)
	}
	return p
}

// place puts each group a layer below all that it is nested in, the layers above each other and each
// in the middle.
func place(g registry.GroupView) map[int64]graphNode {
	f := comity.CoGroupNesting
	layer := map[int64]int{}
	// Nestings have no cycle, so each round moves somebody or is the last.
	for range g.Nodes {
		moved := false
		for _, e := range g.Edges {
			if below := layer[e.Int(f.TargetCoGroupId)] + 1; layer[e.Int(f.CoGroupId)] < below {
				layer[e.Int(f.CoGroupId)], moved = below, true
			}
		}
		if !moved {
			break
		}
	}
	var layers [][]*comity.Record
	for _, n := range g.Nodes {
		for len(layers) <= layer[n.Id] {
			layers = append(layers, nil)
		}
		layers[layer[n.Id]] = append(layers[layer[n.Id]], n)
	}
	widest := 0
	for _, l := range layers {
		widest = max(widest, len(l))
		slices.SortFunc(l, func(a, b *comity.Record) int { return int(a.Id - b.Id) })
	}
	at := map[int64]graphNode{}
	for y, l := range layers {
		left := (widest - len(l)) * (nodeWidth + nodeGap) / 2
		for x, n := range l {
			node := graphNode{X: left + x*(nodeWidth+nodeGap) + 1, Y: y*(nodeHeight+layerGap) + 1, Label: short(n.Text(comity.CoGroup.Name))}
			node.MiddleX, node.TextY = node.X+nodeWidth/2, node.Y+nodeHeight/2+5
			at[n.Id] = node
		}
	}
	return at
}

// short is a text that fits a box.
func short(text string) string {
	if points := []rune(text); len(points) > maxNodeLabel {
		return string(points[:maxNodeLabel-1]) + "…"
	}
	return text
}

// Summary says what the drawing shows.
func (g *graph) Summary() string {
	return strconv.Itoa(len(g.Nodes)) + " groups and how they are nested; the list below says the same."
}
