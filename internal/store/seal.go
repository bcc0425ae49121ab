package store

import (
	"context"
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

	"comity"
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

// NewSealer returns a sealer with a 32-byte key.
func NewSealer(key []byte) (*Sealer, error) {
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

// LoadSealer returns a sealer with the key in a file of 64 hexadecimal digits. It creates the file, readable
// by its owner only, where it does not exist; made says that it did.
func LoadSealer(path string) (s *Sealer, made bool, err error) {
	s, err = readKey(path)
	if !errors.Is(err, fs.ErrNotExist) {
		return s, false, err
	}
	if path, err = ResolvePath(path); err == nil {
		made, err = makeKey(path)
	}
	if err != nil {
		return nil, false, fmt.Errorf("make the key that seals secrets: %w", err)
	}
	s, err = readKey(path)
	return s, made && err == nil, err
}

// TrySealer is LoadSealer, but where the file does not exist the new key is not written to it.
func TrySealer(path string) (s *Sealer, made bool, err error) {
	s, err = readKey(path)
	if !errors.Is(err, fs.ErrNotExist) {
		return s, false, err
	}
	key := make([]byte, keySize)
	if _, err := rand.Read(key); err != nil {
		return nil, false, err
	}
	s, err = NewSealer(key)
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
	return NewSealer(key)
}

// nextKeySuffix is the suffix of the name of the file with the key that will replace the current one. The
// file exists from before the secrets are sealed with the new key until it replaces the old file. A program
// that is killed in between leaves both files, and the next start uses the key that the database names
// (SettleKey).
const nextKeySuffix = ".new"

// NextKey creates the key that will replace the one in a file, and returns a sealer with it.
func NextKey(path string) (*Sealer, error) {
	path, err := ResolvePath(path)
	if err != nil {
		return nil, fmt.Errorf("make a new key: %w", err)
	}
	// An existing next key was never used: SettleKey would have renamed it.
	if err := os.Remove(path + nextKeySuffix); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("make a new key: %w", err)
	}
	s, _, err := LoadSealer(path + nextKeySuffix)
	return s, err
}

// SettleKey replaces the key in the file by the next key, if that exists and has the id. It keeps the old key,
// for backups that were made with it, in a file named by its id, and returns the path of that file; "" where
// it kept none.
func SettleKey(path, id string) (kept string, err error) {
	if path, err = ResolvePath(path); err != nil {
		return "", err
	}
	if _, err := os.Stat(path + nextKeySuffix); err != nil {
		return "", nil //nolint:nilerr // there is none
	}
	next, _, err := LoadSealer(path + nextKeySuffix)
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
	return kept, syncFolder(filepath.Dir(path))
}

// HasNextKey returns whether a next key exists, which a program that was killed while it changed the key left.
func HasNextKey(path string) bool {
	path, err := ResolvePath(path)
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
		err = syncFolder(dir)
	}
	return made, err
}

func syncFolder(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// KeyID returns the id of the key, by which a database shows with which key it was sealed.
func (s *Sealer) KeyID() string { return hex.EncodeToString(s.id[:]) }

// errNoSealer is the error of a secret where the store was opened without the key.
var errNoSealer = errors.New("the database was opened without the key that seals secrets")

func (s *Sealer) seal(plain string) ([]byte, error) {
	if s == nil {
		return nil, errNoSealer
	}
	out := make([]byte, keyIDSize+s.aead.NonceSize(), keyIDSize+s.aead.NonceSize()+len(plain)+s.aead.Overhead())
	copy(out, s.id[:])
	nonce := out[keyIDSize:]
	if _, err := rand.Read(nonce); err != nil {
		return nil, fmt.Errorf("seal a secret: %w", err)
	}
	return s.aead.Seal(out, nonce, []byte(plain), s.id[:]), nil
}

func (s *Sealer) open(sealed []byte) (string, error) {
	if len(sealed) == 0 {
		return "", nil
	}
	if s == nil {
		return "", errNoSealer
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

// putSecrets stores the secrets in the record: a generated one as it is, because it is a digest, others
// sealed.
func (tx *Tx) putSecrets(ctx context.Context, rec *comity.Record) error {
	for _, f := range rec.Resource.Fields {
		cell := rec.Get(f)
		if f.Kind != comity.Secret || cell.IsAbsent() {
			continue
		}
		var v any
		switch {
		case !cell.HasValue():
		case f.Minted:
			v = cell.Text()
		default:
			if err := tx.stillSealedWith(ctx); err != nil {
				return err
			}
			sealed, err := tx.sealer.seal(cell.Text())
			if err != nil {
				return err
			}
			v = sealed
		}
		sql := "UPDATE " + rec.Resource.Table + " SET " + f.Column + " = $1 WHERE id = $2"
		if err := tx.conn.queue(ctx, sql, args{v, rec.Id}); err != nil {
			return err
		}
	}
	return nil
}

const keySetting = "secret_key_id"

// ClaimedKey returns the id of the key that seals the database's secrets, "" for none.
func (tx *Tx) ClaimedKey(ctx context.Context) (string, error) { return tx.setting(ctx, keySetting) }

// keptKey is ClaimedKey, and locks the value until the transaction ends.
func (tx *Tx) keptKey(ctx context.Context) (id string, err error) {
	err = tx.conn.query(ctx, `SELECT value FROM settings WHERE name = $1`+tx.dialect.forUpdate, args{keySetting}, func(r Row) error {
		id = r.Text(0)
		return nil
	})
	return id, err
}

// stillSealedWith returns an error if another program has changed the key since this one was started: a secret
// that this one seals could not be opened.
func (tx *Tx) stillSealedWith(ctx context.Context) error {
	if tx.sealer == nil {
		return errNoSealer
	}
	id, err := tx.keptKey(ctx)
	if err == nil && id != "" && id != tx.sealer.KeyID() {
		err = fmt.Errorf("the key that seals secrets is now %s, this program was started with %s: start it again", id, tx.sealer.KeyID())
	}
	return err
}

// ClaimKey stores the id of this program's key as that of the key that seals the database's secrets. It
// returns an error if there are secrets and another key sealed them. Without a key it does nothing.
func (tx *Tx) ClaimKey(ctx context.Context) error {
	if tx.sealer == nil {
		return nil
	}
	id, err := tx.keptKey(ctx)
	if err != nil || id == tx.sealer.KeyID() {
		return err
	}
	sealed, err := tx.HasSealed(ctx)
	if err != nil {
		return err
	}
	if id != "" && sealed {
		return fmt.Errorf("this database's secrets are sealed with key %s, --secret-key-file names key %s: name the file that it was first started with, or, if it is lost, run `comity key replace`", id, tx.sealer.KeyID())
	}
	return tx.setSetting(ctx, keySetting, tx.sealer.KeyID())
}
