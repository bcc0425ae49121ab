package comity

// PluginFile is the plugin that writes people to files.
const PluginFile = "FileProvisioner"

// The layouts of the file provisioner.
const (
	LayoutFiles = "F"
	LayoutLog   = "L"
)

// CoFileProvisionerTarget is the file provisioner's settings for one provisioning target.
var CoFileProvisionerTarget = func() (t struct {
	*Resource
	CoProvisioningTargetId, Layout, IdentifierType, IncludeAttributes, IncludeGroups, GroupReadable *Field
},
) {
	t.Resource = resource("CoFileProvisionerTarget", "CoFileProvisionerTargets", "file_provisioner/co_file_provisioner_targets").short("FPT").
		named("file provisioner", "file provisioners").
		doc("The file provisioner's settings for one provisioning target. It writes below the folder that the operator gives with `--spool-dir`, in `target-` and the target's id.").
		settingsFor(PluginFile)
	t.CoProvisioningTargetId = t.reference("CoProvisioningTargetId", "CoProvisioningTarget").required().listed()
	t.Layout = t.code("Layout",
		option(LayoutFiles, "One file each").
			does("Each person has a file with their present state, `people/identifier.json`; it is removed for whoever is gone."),
		option(LayoutLog, "One log").
			does("Every message is a line at the end of `log.jsonl`, with `\"deleted\": true` for whoever is gone."),
	).required().summary().usually(TextCell(LayoutFiles)).
		doc("What is written.")
	t.IdentifierType = t.text("IdentifierType", 32).required().types("Identifier.type", identifierTypes...).summary().queueColumn(QueueIdentifierType).
		doc("People are written under their identifier of this type.").example("uid")
	t.IncludeAttributes = t.boolean("IncludeAttributes").summary().defaults(BoolCell(true)).
		doc("`false` writes who changed and not what.")
	t.IncludeGroups = t.boolean("IncludeGroups").advanced().defaults(Cell{}).queueColumn(QueueIncludeGroups).
		doc("The CO's groups are written, too, each with its members' identifiers.")
	t.GroupReadable = t.boolean("GroupReadable").advanced().defaults(BoolCell(true)).
		doc("The files have the mode 0640 and folders 0750, so that a program of another user picks them up; `false` makes them 0600 and 0700. It holds for those that are made from then on.")
	t.unique(Unique{Phrase: PhraseTargetConfigured, Fields: []*Field{t.CoProvisioningTargetId}})
	return t
}()
