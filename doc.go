// Package comity is the domain of an identity registry for research
// collaborations: what a resource is (Resource, Field, Kind, Record, Error) and
// the resources themselves, a file each. It does no I/O.
//
// A Resource is a table of fields. The routes, the JSON and XML codecs, validation
// and SQL are derived from the tables, so a new field or resource is added only
// here, except for its migration and for rules that need the database, which are in
// the registry under the same file name.
//
// Every field has a handle that is created with its table (Cou.Name); code reads and
// writes records through handles, never by a string:
//
//	rec := comity.NewRecord(comity.Cou.Resource)
//	rec.SetText(comity.Cou.Name, "Physics")
package comity
