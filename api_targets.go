package comity

import (
	"encoding/base64"
	"errors"
	"strings"
)

// The protocol modes of the API provisioner.
const (
	ProtocolPOST = "PO"
	ProtocolPUT  = "PU"
)

// CoApiProvisionerTarget is the API provisioner's settings for one provisioning target.
var CoApiProvisionerTarget = func() (t struct {
	*Resource
	CoProvisioningTargetId, ServerId, Mode, IdentifierType, IncludeAttributes, SigningSecret, Workers, Tombstones, AnswersGet, IncludeGroups *Field
},
) {
	t.Resource = resource("CoApiProvisionerTarget", "CoApiProvisionerTargets", "api_provisioner/co_api_provisioner_targets").short("APT").
		named("API provisioner", "API provisioners").
		doc("The API provisioner's settings for one provisioning target.").settingsFor(PluginAPI)
	t.CoProvisioningTargetId = t.reference("CoProvisioningTargetId", "CoProvisioningTarget").required().listed()
	t.ServerId = t.reference("ServerId", "Server").required().onServers(ServerHTTP, ServerKafka)
	t.Mode = t.code("Mode",
		option(ProtocolPOST, "HTTP POST").
			does("Everything goes to one address: POST URL/, with \"deleted\": true for whoever is gone."),
		option(ProtocolPUT, "HTTP PUT").
			does("Each person has an address of their own: PUT URL/identifier, and DELETE for whoever is gone."),
	).required().summary().
		label("Protocol mode").doc("How an HTTP server is called. With a Kafka server it is not looked at.")
	t.IdentifierType = t.text("IdentifierType", 32).required().types("Identifier.type", identifierTypes...).summary().queueColumn(QueueIdentifierType).
		doc("People are sent under their identifier of this type.").example("uid")
	t.IncludeAttributes = t.boolean("IncludeAttributes").summary().defaults(BoolCell(true)).
		doc("`false` sends who changed and not what.")
	t.Workers = t.integer("Workers").advanced().min(1).most(MaxWorkers).queueColumn(QueueWorkers).
		doc("How many messages are sent side by side; without a number 4.")
	t.Tombstones = t.boolean("Tombstones").advanced().defaults(Cell{}). // no default: most targets have no topic
										doc("With a Kafka server, a delete is a record without a value.")
	t.AnswersGet = t.boolean("AnswersGet").advanced().defaults(Cell{}).
		label("Answers GET").doc("The endpoint answers GET of a person's URL with the message that it holds, so that it can be compared.")
	t.IncludeGroups = t.boolean("IncludeGroups").advanced().defaults(Cell{}).queueColumn(QueueIncludeGroups).
		doc("The CO's groups are sent, too, each with its members' identifiers.")
	t.SigningSecret = t.secret("SigningSecret", 128).advanced().must(signingSecret).
		doc("Messages are signed with it, if there is one.")
	t.unique(Unique{Phrase: PhraseTargetConfigured, Fields: []*Field{t.CoProvisioningTargetId}})
	return t
}()

// MaxWorkers is the most messages that can be sent to a target concurrently.
const MaxWorkers = 64

// The shortest and longest signing key in bytes, as Standard Webhooks 1.0 defines them.
const (
	minSigningKey = 24
	maxSigningKey = 64
)

// SigningKey decodes a secret in the form of Standard Webhooks 1.0: whsec_ and the key in base64.
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
