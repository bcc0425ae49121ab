// Package chart computes the drawings of the console: numbers over time as stacked areas, periods as bars along a
// time axis, and nested groups as a graph.
//
// A function takes plain data and returns the positions, sizes and labels of an SVG drawing, which a template
// writes. Nothing here knows the registry or HTML. Positions are in user units of the SVG, from its top left
// corner. Times are labelled in UTC.
package chart
