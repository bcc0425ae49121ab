// Package seal encrypts the secrets that must be read back, and keeps the key that does so in a file.
package seal

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"comity/internal/store/files"
)

// Sealer seals the secrets that must be read back (a server's password) with AES-256-GCM. A sealed
// value is the key's id, the nonce and the ciphertext.
type Sealer struct {
	id   [keyIDSize]byte
	aead cipher.AEAD
}

const (
	keySize   = 32
	keyIDSize = 8
)

// New returns a sealer with a 32-byte key.
func New(key []byte) (*Sealer, error) {
	if len(key) != keySize {
		return nil, fmt.Errorf("the key that seals secrets has %d bytes, want %d", len(key), keySize)
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		return nil, err
	}
	s := &Sealer{aead: aead}
	digest := sha256.Sum256(append([]byte("comity key id\n"), key...))
	copy(s.id[:], digest[:])
	return s, nil
}

// Load returns a sealer with the key in a file of 64 hexadecimal digits. It creates the file, readable
// by its owner only, where it does not exist; made says that it did.
func Load(path string) (s *Sealer, made bool, err error) {
	s, err = readKey(path)
	if !errors.Is(err, fs.ErrNotExist) {
		return s, false, err
	}
	if path, err = files.Resolve(path); err == nil {
		made, err = makeKey(path)
	}
	if err != nil {
		return nil, false, fmt.Errorf("make the key that seals secrets: %w", err)
	}
	s, err = readKey(path)
	return s, made && err == nil, err
}

// Try is Load, but where the file does not exist the new key is not written to it.
func Try(path string) (s *Sealer, made bool, err error) {
	s, err = readKey(path)
	if !errors.Is(err, fs.ErrNotExist) {
		return s, false, err
	}
	key := make([]byte, keySize)
	if _, err := rand.Read(key); err != nil {
		return nil, false, err
	}
	s, err = New(key)
	return s, true, err
}

func readKey(path string) (*Sealer, error) {
	content, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read the key that seals secrets: %w", err)
	}
	key, err := hex.DecodeString(strings.TrimSpace(string(content)))
	if err != nil || len(key) != keySize {
		return nil, fmt.Errorf("the key that seals secrets in %s is not %d hexadecimal digits", path, 2*keySize)
	}
	return New(key)
}

// nextKeySuffix is the suffix of the name of the file with the key that will replace the current one. The
// file exists from before the secrets are sealed with the new key until it replaces the old file. A program
// that is killed in between leaves both files, and the next start uses the key that the database names
// (UseNextKey).
const nextKeySuffix = ".new"

// NextKey creates the key that will replace the one in a file, and returns a sealer with it.
func NextKey(path string) (*Sealer, error) {
	path, err := files.Resolve(path)
	if err != nil {
		return nil, fmt.Errorf("make a new key: %w", err)
	}
	// An existing next key was never used: UseNextKey would have renamed it.
	if err := os.Remove(path + nextKeySuffix); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("make a new key: %w", err)
	}
	s, _, err := Load(path + nextKeySuffix)
	return s, err
}

// UseNextKey replaces the key in the file by the next key, if that exists and has the id. It keeps the old key,
// for backups that were made with it, in a file named by its id, and returns the path of that file; "" where
// it kept none.
func UseNextKey(path, id string) (kept string, err error) {
	if path, err = files.Resolve(path); err != nil {
		return "", err
	}
	if _, err := os.Stat(path + nextKeySuffix); err != nil {
		return "", nil //nolint:nilerr // there is none
	}
	next, _, err := Load(path + nextKeySuffix)
	if err != nil || next.KeyID() != id {
		return "", err
	}
	if old, err := readKey(path); err == nil && old.KeyID() != id {
		kept = path + "." + old.KeyID()
		if err := os.Link(path, kept); err != nil && !errors.Is(err, fs.ErrExist) {
			return "", fmt.Errorf("keep the old key: %w", err)
		}
	}
	if err := os.Rename(path+nextKeySuffix, path); err != nil {
		return "", fmt.Errorf("put the new key in its place: %w", err)
	}
	return kept, files.SyncFolder(filepath.Dir(path))
}

// HasNextKey returns whether a next key exists, which a program that was killed while it changed the key left.
func HasNextKey(path string) bool {
	path, err := files.Resolve(path)
	if err == nil {
		_, err = os.Stat(path + nextKeySuffix)
	}
	return err == nil
}

// makeKey creates a file with a new key, unless another program does so first; made says that it did. The file
// is complete or does not exist, and is on the disk before anything is sealed with the key.
func makeKey(path string) (made bool, err error) {
	key := make([]byte, keySize)
	if _, err := rand.Read(key); err != nil {
		return false, err
	}
	dir := filepath.Dir(path)
	f, err := os.CreateTemp(dir, filepath.Base(path)+".*") // readable by its owner alone
	if err != nil {
		return false, err
	}
	_, err = fmt.Fprintln(f, hex.EncodeToString(key))
	err = errors.Join(err, f.Sync(), f.Close())
	if err == nil {
		err = os.Link(f.Name(), path)
	}
	made = err == nil
	if errors.Is(err, fs.ErrExist) {
		err = nil
	}
	err = errors.Join(err, os.Remove(f.Name()))
	if made && err == nil {
		err = files.SyncFolder(dir)
	}
	return made, err
}

// KeyID returns the id of the key, by which a database shows with which key it was sealed.
func (s *Sealer) KeyID() string { return hex.EncodeToString(s.id[:]) }

// ErrNoSealer is the error of a secret where the store was opened without the key.
var ErrNoSealer = errors.New("the database was opened without the key that seals secrets")

// Seal returns a text as a sealed value. A nil Sealer returns ErrNoSealer.
func (s *Sealer) Seal(plain string) ([]byte, error) {
	if s == nil {
		return nil, ErrNoSealer
	}
	out := make([]byte, keyIDSize+s.aead.NonceSize(), keyIDSize+s.aead.NonceSize()+len(plain)+s.aead.Overhead())
	copy(out, s.id[:])
	nonce := out[keyIDSize:]
	if _, err := rand.Read(nonce); err != nil {
		return nil, fmt.Errorf("seal a secret: %w", err)
	}
	return s.aead.Seal(out, nonce, []byte(plain), s.id[:]), nil
}

// Open returns the text of a sealed value, "" for an empty one. It fails where another key sealed the value.
func (s *Sealer) Open(sealed []byte) (string, error) {
	if len(sealed) == 0 {
		return "", nil
	}
	if s == nil {
		return "", ErrNoSealer
	}
	head := keyIDSize + s.aead.NonceSize()
	if len(sealed) < head {
		return "", errors.New("a sealed secret is too short")
	}
	if id := hex.EncodeToString(sealed[:keyIDSize]); id != s.KeyID() {
		return "", fmt.Errorf("a secret was sealed with key %s, this program has key %s: start it with the right --secret-key-file", id, s.KeyID())
	}
	plain, err := s.aead.Open(nil, sealed[keyIDSize:head], sealed[head:], sealed[:keyIDSize])
	if err != nil {
		return "", fmt.Errorf("open a sealed secret: %w", err)
	}
	return string(plain), nil
}
