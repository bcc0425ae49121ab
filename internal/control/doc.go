// Package control is the control API: what the program's commands ask of a running server.
//
// One process at a time writes an SQLite file. A command that changes a registry while it is served therefore
// sends its request to the serving process, over a Unix socket beside the file that only the file's owner can
// open. There is a type for each request ([AddUser], [VerifyTarget], …), which says what it is answered with. [Do]
// carries one out: through a client of [Dial] in the process that serves the file, and through one of [Local]
// in its own, so that a command is written once for both. Errors keep their code, phrase and fields on the way.
package control
