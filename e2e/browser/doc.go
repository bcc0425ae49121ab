// Package browser holds the tests of the console that need a browser: Debian's chromium, driven over
// its own protocol, against the real program. They read a page as its users do, by what is written on
// buttons, links and labels.
package browser
