package comity

// How the API provisioner talks to its endpoint.
const (
	ProtocolPOST = "PO"
	ProtocolPUT  = "PU"
)

// CoApiProvisionerTarget is the API provisioner's settings for one provisioning target.
var CoApiProvisionerTarget = func() (t struct {
	*Resource
	CoProvisioningTargetId, ServerId, Mode, IdentifierType, IncludeAttributes *Field
},
) {
	t.Resource = resource("CoApiProvisionerTarget", "CoApiProvisionerTargets", "api_provisioner/co_api_provisioner_targets").short("APT")
	t.CoProvisioningTargetId = t.reference("CoProvisioningTargetId", "CoProvisioningTarget").required().listed()
	t.ServerId = t.reference("ServerId", "Server").required()
	t.Mode = t.code("Mode", words(ProtocolPOST, ProtocolPUT)...).required()
	t.IdentifierType = t.text("IdentifierType", 32).required().types("Identifier.type", identifierTypes...)
	t.IncludeAttributes = t.boolean("IncludeAttributes").defaults(BoolCell(true))
	t.unique(Unique{Phrase: "Target Already Configured", Fields: []*Field{t.CoProvisioningTargetId}})
	return t
}()
