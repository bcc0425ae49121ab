package console

import (
	"comity"
)

func overviewPages() []page {
	return []page{
		{pattern: "GET co/{co}/{$}", handle: (*visit).overview},
		{pattern: "GET co/{co}/everything/{$}", handle: (*visit).everything},
	}
}

// overviewPage is a CO at a glance.
type overviewPage struct {
	CO *comity.Record
	// Groups are the ways on, as the navigation has them.
	Groups []navGroup
	// Edit and Delete lead to forms, "" where the reader may not.
	Edit, Delete string
}

func (v *visit) overview() error {
	p := overviewPage{CO: v.co, Groups: v.nav()}
	rights, err := v.Registry.RightsTo(v.ctx(), v.caller, v.co)
	if err != nil {
		return err
	}
	if rights.Edit {
		p.Edit = v.form(comity.Co.Resource, v.co.Id, "edit")
	}
	if rights.Delete {
		p.Delete = v.form(comity.Co.Resource, v.co.Id, "delete")
	}
	return v.show("overview.html", v.co.Text(comity.Co.Name), p)
}

// everything lists all kinds of records that the reader may see, also those without a place in the
// navigation.
func (v *visit) everything() error {
	return v.show("everything.html", "All records", v.allLists(), link{"All records", ""})
}
