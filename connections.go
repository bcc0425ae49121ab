package comity

import "slices"

// A provisioning target has its own record, a record of settings in the table of its Plugin and, where these
// settings name a Server, that server's address in the table of its ServerType. What is here says which tables
// these are, and what each demands, so that nothing else has to know one of them by name.

// targetSettings are the tables of the settings of provisioning targets, one for each Plugin.
var targetSettings = []*Resource{CoApiProvisionerTarget.Resource, CoFileProvisionerTarget.Resource}

// plugins returns the values of a provisioning target's Plugin.
func plugins() []Word {
	words := make([]Word, len(targetSettings))
	for i, r := range targetSettings {
		words[i] = option(r.Plugin, Capitalize(r.One))
	}
	return words
}

// TargetSettings returns the resources whose records are the settings of provisioning targets.
func TargetSettings() []*Resource { return slices.Clone(targetSettings) }

// SettingsFor returns the resource that has the settings of the targets with a Plugin, nil if there is none.
func SettingsFor(plugin string) *Resource {
	for _, r := range targetSettings {
		if r.Plugin == plugin {
			return r
		}
	}
	return nil
}

// ServerTables returns the resources whose records are the addresses of servers, one for each ServerType.
func ServerTables() []*Resource {
	return slices.DeleteFunc(All(), func(r *Resource) bool { return r.ServerType == "" })
}

// ServerTable returns the resource that has the addresses of servers of a ServerType, nil if there is none.
func ServerTable(serverType string) *Resource {
	for _, r := range ServerTables() {
		if r.ServerType == serverType {
			return r
		}
	}
	return nil
}

// settingsFor makes the records the settings of the provisioning targets with a Plugin.
func (r *Resource) settingsFor(plugin string) *Resource { r.Plugin = plugin; return r }

// addressOf makes the records the addresses of servers of a ServerType. The heading is the title of their part
// of a server's form.
func (r *Resource) addressOf(serverType, heading string) *Resource {
	r.ServerType, r.Heading = serverType, heading
	return r
}

// TargetId returns the field of a target's settings that names the target.
func (r *Resource) TargetId() *Field { return r.Field("CoProvisioningTargetId") }

// ServerId returns the field that names the Server of an address or of a target's settings, nil if there is
// none.
func (r *Resource) ServerId() *Field { return r.Field("ServerId") }

// QueueField returns the field of a target's settings that fills a column of the target, nil if none does.
func (r *Resource) QueueField(column string) *Field {
	for _, f := range r.Fields {
		if f.QueueColumn == column {
			return f
		}
	}
	return nil
}

// queueColumn names the column of the target that holds the field's value for the queue.
func (f *Field) queueColumn(name string) *Field { f.QueueColumn = name; return f }

// onServers permits the Server that the field names to have one of the types.
func (f *Field) onServers(types ...string) *Field { f.ServerTypes = types; return f }

// Login says how the records of a resource log in to a server.
type Login struct {
	// User and Password are the name and the Secret that they log in with.
	User, Password *Field
	// Scheme returns by which scheme a record logs in, "" for none: then it needs no password.
	Scheme func(*Record) string
	// Leads are the fields whose change sends the password to another place or less safely. Guards are
	// booleans that protect it while they are true. The stored password cannot be read by those who may edit
	// the record, so such an edit must give it again.
	Leads, Guards []*Field
}
