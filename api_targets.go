package comity

import (
	"encoding/base64"
	"errors"
	"strings"
)

// How the API provisioner talks to its endpoint.
const (
	ProtocolPOST = "PO"
	ProtocolPUT  = "PU"
)

// CoApiProvisionerTarget is the API provisioner's settings for one provisioning target.
var CoApiProvisionerTarget = func() (t struct {
	*Resource
	CoProvisioningTargetId, ServerId, Mode, IdentifierType, IncludeAttributes, SigningSecret, Workers, Tombstones, AnswersGet *Field
},
) {
	t.Resource = resource("CoApiProvisionerTarget", "CoApiProvisionerTargets", "api_provisioner/co_api_provisioner_targets").short("APT")
	t.CoProvisioningTargetId = t.reference("CoProvisioningTargetId", "CoProvisioningTarget").required().listed()
	t.ServerId = t.reference("ServerId", "Server").required()
	t.Mode = t.code("Mode", words(ProtocolPOST, ProtocolPUT)...).required()
	t.IdentifierType = t.text("IdentifierType", 32).required().types("Identifier.type", identifierTypes...)
	t.IncludeAttributes = t.boolean("IncludeAttributes").defaults(BoolCell(true))
	t.Workers = t.integer("Workers").min(1).most(MaxWorkers)
	t.Tombstones = t.boolean("Tombstones").defaults(Cell{}) // most targets have no topic: it is shown where it is set
	t.AnswersGet = t.boolean("AnswersGet").defaults(Cell{})
	t.SigningSecret = t.secret("SigningSecret", 128).must(signingSecret)
	t.unique(Unique{Phrase: "Target Already Configured", Fields: []*Field{t.CoProvisioningTargetId}})
	return t
}()

// MaxWorkers is how many messages a target can be sent side by side at most.
const MaxWorkers = 64

// The shortest and longest key of signatures, in bytes, by Standard Webhooks 1.0.
const (
	minSigningKey = 24
	maxSigningKey = 64
)

// SigningKey reads a secret as Standard Webhooks 1.0 writes them: whsec_ and the key in base64.
func SigningKey(secret string) ([]byte, error) {
	text, ok := strings.CutPrefix(secret, "whsec_")
	key, err := base64.StdEncoding.DecodeString(text)
	if !ok || err != nil || len(key) < minSigningKey || len(key) > maxSigningKey {
		return nil, errors.New("not a signing secret")
	}
	return key, nil
}

func signingSecret(s string) string {
	if _, err := SigningKey(s); err != nil && s != "" {
		return "The signing secret must be whsec_ and 24 to 64 random bytes in base64, as `echo whsec_$(openssl rand -base64 32)` prints"
	}
	return ""
}
