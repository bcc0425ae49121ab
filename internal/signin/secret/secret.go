// Package secret makes the keys of API users and the tokens of sessions and links, and the digests that the
// database holds of them: neither can be read back from there.
package secret

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base32"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// keyBits is the entropy of a generated key.
const keyBits = 160

// minKeyLength is the minimum length of a key that an operator chooses, in characters.
const minKeyLength = 32

// NewKey generates an API user's key: 160 random bits, in letters and digits.
func NewKey() (string, error) {
	b := make([]byte, keyBits/8)
	if _, err := rand.Read(b); err != nil {
		return "", fmt.Errorf("make a key: %w", err)
	}
	return strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(b)), nil
}

// CheckKey returns an error if a key that an operator chose is not acceptable; "" is.
func CheckKey(key string) error {
	if n := utf8.RuneCountInString(key); key != "" && n < minKeyLength {
		return fmt.Errorf("the key has %d characters, it must have %d at least", n, minKeyLength)
	}
	if strings.ContainsFunc(key, unicode.IsControl) || !utf8.ValidString(key) {
		return errors.New("the key has a control character or is not UTF-8: Basic authentication (RFC 7617) cannot carry it")
	}
	return nil
}

// NewToken returns an unguessable token: 256 random bits.
func NewToken() string {
	b := make([]byte, sha256.Size)
	_, _ = rand.Read(b) // it never fails: the program ends instead
	return base64.RawURLEncoding.EncodeToString(b)
}

// Digest returns what is stored of a key or token. Both are random and long, so they cannot be guessed and a fast
// digest is enough.
func Digest(key string) string {
	d := sha256.Sum256([]byte(key))
	return hex.EncodeToString(d[:])
}

// Matches says whether a key has the digest, in a time that does not depend on either.
func Matches(key, digest string) bool {
	return subtle.ConstantTimeCompare([]byte(Digest(key)), []byte(digest)) == 1
}
