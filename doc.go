// Package comity is the domain of an identity registry for research
// collaborations: what a resource is (Resource, Field, Kind, Record, Error) and
// the resources themselves, a file each. It does no I/O.
//
// A Resource is a table of fields. From the tables come the routes, JSON and XML
// both ways, validation and SQL, so a new field or resource is added here and
// nowhere else, but for the rules that need the database, which are in the
// registry under the same file name, and its migration.
//
// Every field has a handle made with its table (Cou.Name); code reads and writes
// records through handles, never by a string:
//
//	rec := comity.NewRecord(comity.Cou.Resource)
//	rec.SetText(comity.Cou.Name, "Physics")
package comity
