package comity

// PluginAPI is the plugin that sends people to an HTTP endpoint.
const PluginAPI = "ApiProvisioner"

// The modes of a provisioning target (its Status).
const (
	ModeAutomatic    = "A"
	ModeDisabled     = "X"
	ModeEnrolment    = "E"
	ModeQueue        = "Q"
	ModeQueueOnError = "QE"
	ModeManual       = "M"
)

// CoProvisioningTarget is an outside system that is told what changes in the CO.
var CoProvisioningTarget = func() (t struct {
	*Resource
	CoId, Description, Plugin, ProvisionCoGroupId, Status, RetryInterval, MaxRetry, Ordr *Field
},
) {
	t.Resource = resource("CoProvisioningTarget", "CoProvisioningTargets", "co_provisioning_targets").short("CPT").
		called("CO Provisioning Target").
		unknown("CoProvisioningTarget Unknown", "CoProvisioningTarget Unknown", "CoProvisioningTarget Not Found")
	t.CoId = t.co()
	t.Description = t.text("Description", 256)
	t.Plugin = t.code("Plugin", words(PluginAPI)...).required()
	t.ProvisionCoGroupId = t.reference("ProvisionCoGroupId", "CoGroup")
	t.Status = t.code("Status", words(ModeAutomatic, ModeDisabled, ModeEnrolment, ModeQueue, ModeQueueOnError, ModeManual)...).required()
	t.RetryInterval = t.integer("RetryInterval").min(1).defaults(IntCell(900))
	t.MaxRetry = t.integer("MaxRetry").min(1).defaults(IntCell(3))
	t.Ordr = t.integer("Ordr").sequential()
	return t
}()
