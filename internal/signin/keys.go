// Package signin says who is calling: API users by their keys, people by their sessions.
package signin

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base32"
	"encoding/hex"
	"fmt"
	"strings"
)

// keyBits is the entropy of a generated key.
const keyBits = 160

// MinKeyLength is the minimum length of a key that an operator chooses, in characters.
const MinKeyLength = 32

// NewKey generates an API user's key: 160 random bits, in letters and digits.
func NewKey() (string, error) {
	b := make([]byte, keyBits/8)
	if _, err := rand.Read(b); err != nil {
		return "", fmt.Errorf("make a key: %w", err)
	}
	return strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(b)), nil
}

// Digest returns what is stored of a key. The key is random and long, so it cannot be guessed and a fast
// digest is enough.
func Digest(key string) string {
	d := sha256.Sum256([]byte(key))
	return hex.EncodeToString(d[:])
}

// Matches says whether a key has the digest, in a time that does not depend on either.
func Matches(key, digest string) bool {
	return subtle.ConstantTimeCompare([]byte(Digest(key)), []byte(digest)) == 1
}
