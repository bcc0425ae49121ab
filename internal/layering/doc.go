// Package layering holds the test of which package may import which.
//
// Imports run one way, so that a part can be read, tested and changed without
// those above it. The rules are a table in the test, which is the place to read
// them and the one to change when a package joins. The linter's depguard says the
// same earlier, in the editor, but knows neither what is imported by way of others
// nor a package that nobody made a rule for.
package layering
