package control

import (
	"fmt"
	"os"
	"path/filepath"
)

// socketOf returns the path of the socket of an SQLite file.
func socketOf(database string) string { return database + ".sock" }

// shortPath returns a path of the socket that is short enough for the system, by way of its open folder
// if need be, and a function that closes that folder.
func shortPath(socket string) (string, func(), error) {
	const longest = 100
	if len(socket) <= longest {
		return socket, func() {}, nil
	}
	folder, err := os.Open(filepath.Dir(socket))
	if err != nil {
		return "", nil, err
	}
	return fmt.Sprintf("/proc/self/fd/%d/%s", folder.Fd(), filepath.Base(socket)), func() { _ = folder.Close() }, nil
}
