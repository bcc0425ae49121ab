// Package layering holds the test of which package may import which.
//
// Imports run one way, so that a part can be read, tested and changed without those above it. The rules are a
// table in the test, which is the place to change when a package is added. The linter's depguard reports the
// same earlier, in the editor, but sees neither indirect imports nor packages without a rule.
package layering
