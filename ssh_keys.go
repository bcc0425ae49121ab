package comity

import (
	"encoding/base64"
	"encoding/binary"
)

// SshKey is a person's public key for SSH.
var SshKey = func() (t struct {
	*Resource
	Type, Skey, Comment, SshKeyAuthenticatorId, Person *Field
},
) {
	t.Resource = resource("SshKey", "SshKeys", "ssh_key_authenticator/ssh_keys").short("SSH").versioned().
		named("SSH key", "SSH keys").
		doc("A person's public key for SSH.")
	t.Type = t.text("Type", 32).required().
		doc("The first part of a line of an OpenSSH public key, such as `ssh-ed25519`.").example("ssh-ed25519")
	t.Skey = t.text("Skey", 4000).required().markup().
		label("Key").doc("The base64 part of that line.").example("AAAAC3NzaC1lZDI1NTE5AAAAIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")
	t.Comment = t.text("Comment", 256)
	t.SshKeyAuthenticatorId = t.integer("SshKeyAuthenticatorId").
		doc("A client's own number, given back as it was sent. It names no record here.")
	t.Person = t.owner(OwnerCO)
	t.must(func(rec *Record) []FieldError {
		if !rec.Has(t.Type) || !rec.Has(t.Skey) || sshKeyType(rec.Text(t.Skey)) == rec.Text(t.Type) {
			return nil
		}
		return []FieldError{t.Skey.FieldError("must be the base64 part of an OpenSSH public key of type %s", rec.Text(t.Type))}
	})
	return t
}()

// sshKeyType returns the type that the base64 part of an OpenSSH public key names (RFC 4253, 6.6):
// its first string; "" for what is no key.
func sshKeyType(skey string) string {
	b, err := base64.StdEncoding.DecodeString(skey)
	if err != nil || len(b) < 4 {
		return ""
	}
	n := int(binary.BigEndian.Uint32(b))
	if n > len(b)-4 || len(b) == 4+n {
		return ""
	}
	return string(b[4 : 4+n])
}
