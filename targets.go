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

// The columns of a provisioning target that its settings fill, and that the queue reads: the type of the
// identifiers that people are sent under, the number of messages that are sent concurrently, and whether groups
// are sent.
const (
	QueueIdentifierType = "identifier_type"
	QueueWorkers        = "workers"
	QueueIncludeGroups  = "include_groups"
)

// CoProvisioningTarget is a provisioning target: an external system that receives the CO's changes.
var CoProvisioningTarget = func() (t struct {
	*Resource
	CoId, Description, Plugin, ProvisionCoGroupId, Status, RetryInterval, MaxRetry, Ordr *Field
},
) {
	t.Resource = resource("CoProvisioningTarget", "CoProvisioningTargets", "co_provisioning_targets").short("CPT").
		addedAs("Add Provisioning Target").purpose("The systems that receive changes.").
		doc("Where changes of the CO's people are sent. Adding a target or changing its mode sends nothing by itself.").
		called("CO Provisioning Target").
		unknown(PhraseTargetUnknown, PhraseTargetUnknown, PhraseTargetNotFound)
	t.CoId = t.co()
	t.Description = t.text("Description", 256)
	t.Plugin = t.code("Plugin", plugins()...).required().
		doc("How the target is called.")
	t.ProvisionCoGroupId = t.reference("ProvisionCoGroupId", "CoGroup").advanced().
		label("Only members of").doc("Only the members of this group are sent; without one everybody is.")
	t.Status = t.code("Status",
		option(ModeAutomatic, "Automatic").
			does("Every change is sent at once. A failed delivery is retried until it succeeds, or was refused too often."),
		option(ModeDisabled, "Disabled").
			does("Nothing is sent. Pending deliveries are kept and sent when this changes; changes in the meantime are not enqueued."),
		option(ModeEnrolment, "Enrollment only").
			does("A person is sent once, when they become active for the first time. Later changes are not, nor is the delete."),
		option(ModeQueue, "Queue").
			does("Every change is sent at once, too; but a message that somebody asks for is sent a moment later, without waiting for the answer."),
		option(ModeQueueOnError, "Queue on error").
			does("As automatic: sent at once, and a failed delivery waits in the queue and is retried."),
		option(ModeManual, "Manual").
			does("Nothing is sent by itself, only when somebody asks for it. A failed delivery is not retried."),
	).required().
		label("Status (mode)").doc("The mode: when changes are sent.")
	t.RetryInterval = t.integer("RetryInterval").advanced().min(1).defaults(IntCell(900)).
		doc("The longest wait between two tries, in seconds.")
	t.MaxRetry = t.integer("MaxRetry").advanced().min(1).defaults(IntCell(3)).
		doc("How often a refused message is retried.")
	t.Ordr = t.integer("Ordr").sequential().advanced().
		doc("Where the target stands among the CO's.")
	return t
}()
