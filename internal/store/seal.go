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

// LoadSealer reads the key from a file of 64 hexadecimal digits. A file that is not there is made,
// readable by its owner alone.
func LoadSealer(path string) (s *Sealer, made bool, err error) {
	content, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		if path, err = ResolvePath(path); err != nil {
			return nil, false, fmt.Errorf("make the key that seals secrets: %w", err)
		}
		if made, err = makeKey(path); err != nil {
			return nil, false, fmt.Errorf("make the key that seals secrets: %w", err)
		}
		content, err = os.ReadFile(path)
	}
	if err != nil {
		return nil, false, fmt.Errorf("read the key that seals secrets: %w", err)
	}
	key, err := hex.DecodeString(strings.TrimSpace(string(content)))
	if err != nil || len(key) != keySize {
		return nil, false, fmt.Errorf("the key that seals secrets in %s is not %d hexadecimal digits", path, 2*keySize)
	}
	s, err = NewSealer(key)
	return s, made, err
}

// makeKey makes a file with a new key, unless another program does so first. It is there as a
// whole or not at all, and on the disk before anything is sealed with it.
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

// KeyID names the key, so that a database can say that it was sealed with another.
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

// putSecrets stores the secrets that the record names: a minted one as it is, for it is a digest,
// the others sealed.
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

// ClaimedKey is the id of the key that seals the database's secrets, "" while none does.
func (tx *Tx) ClaimedKey(ctx context.Context) (string, error) { return tx.setting(ctx, keySetting) }

// ClaimKey notes which key seals the database's secrets, or says that it was another one. A program
// without a key claims nothing.
func (tx *Tx) ClaimKey(ctx context.Context) error {
	if tx.sealer == nil {
		return nil
	}
	id, err := tx.setting(ctx, keySetting)
	switch {
	case err != nil:
		return err
	case id == "":
		return tx.setSetting(ctx, keySetting, tx.sealer.KeyID())
	case id != tx.sealer.KeyID():
		return fmt.Errorf("this database's secrets are sealed with key %s, --secret-key-file names key %s: name the file that it was first started with", id, tx.sealer.KeyID())
	}
	return nil
}
