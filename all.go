package comity

import "slices"

// All returns every resource of the registry, parents before what refers to them.
func All() []*Resource { return append([]*Resource(nil), all...) }

// Stored returns the resources that have a table of their own, in the order of All.
func Stored() []*Resource {
	return slices.DeleteFunc(All(), func(r *Resource) bool { return r.InHistory })
}

// ByName returns the resource with that singular name, nil if there is none.
func ByName(singular string) *Resource {
	for _, r := range all {
		if r.Singular == singular {
			return r
		}
	}
	return nil
}

// all is the one list of resources, with the resource of each reference resolved from its name.
var all = resolve(slices.Concat([]*Resource{
	Co.Resource, Cou.Resource, CoPerson.Resource, CoPersonRole.Resource,
	OrgIdentity.Resource, CoOrgIdentityLink.Resource,
	CoGroup.Resource, CoGroupNesting.Resource, CoGroupMember.Resource, CoEmailList.Resource,
	CoDepartment.Resource, Organization.Resource, CoService.Resource,
	Server.Resource, HttpServer.Resource, KafkaServer.Resource,
	CoProvisioningTarget.Resource,
}, targetSettings, []*Resource{
	Name.Resource, EmailAddress.Resource, Identifier.Resource, Url.Resource,
	Address.Resource, TelephoneNumber.Resource, AdHocAttribute.Resource,
	CoExtendedType.Resource, CoTermsAndConditions.Resource, CoTAndCAgreement.Resource,
	IdentityDocument.Resource, CoNavigationLink.Resource, CoIdentifierAssignment.Resource,
	ApiUser.Resource, HistoryRecord.Resource, SshKey.Resource,
}))

func resolve(resources []*Resource) []*Resource {
	byName := map[string]*Resource{}
	for _, r := range resources {
		byName[r.Singular] = r
	}
	for _, r := range resources {
		for _, f := range r.Fields {
			f.target = byName[f.Target]
		}
		r.setLabels()
	}
	return resources
}

// Link is a field of one resource that refers to another.
type Link struct {
	// Field is the Reference or Owner field.
	Field *Field
	// Column is the column that holds the id.
	Column string
	// Takes says that deleting the named record deletes this one too, instead of clearing the field.
	Takes bool
}

// LinksTo returns the fields of all resources that refer to a record of r. Those of the history are left
// out, since it also names deleted records.
func LinksTo(r *Resource) []Link {
	var links []Link
	for _, other := range Stored() {
		for _, f := range other.Fields {
			switch f.Kind {
			case Reference:
				if f.target == r {
					links = append(links, Link{f, f.Column, f.Required || f.Owned})
				}
			case Owner:
				for _, o := range f.Owners {
					if o.Target == r.Singular {
						links = append(links, Link{f, o.Column, true})
					}
				}
			case Text, Integer, Boolean, Time, Date, Code, Secret:
			}
		}
	}
	return links
}
