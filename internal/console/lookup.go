package console

import (
	"comity"
	"comity/internal/console/present"
)

// titles looks up all that the records name, and the people among them, in a question for each resource.
func (v *visit) titles(lists ...[]*comity.Record) (present.Titles, error) {
	wanted := map[*comity.Resource][]int64{}
	for _, records := range lists {
		for _, rec := range records {
			if rec.Resource == comity.CoPerson.Resource {
				wanted[rec.Resource] = append(wanted[rec.Resource], rec.Id)
			}
			for _, f := range rec.Resource.Fields {
				if target, id := present.Named(rec, f); id != 0 && target != comity.Co.Resource {
					wanted[target] = append(wanted[target], id)
				}
			}
		}
	}
	found, err := v.View.Lookup(v.ctx(), v.caller, wanted)
	return present.Titles{Found: found, Caller: v.caller}, err
}

// linkToOne is linkTo for a record that is looked up for it.
func (v *visit) linkToOne(r *comity.Resource, id int64) (present.Link, error) {
	found, err := v.View.Lookup(v.ctx(), v.caller, map[*comity.Resource][]int64{r: {id}})
	return v.present.Link(r, id, present.Titles{Found: found, Caller: v.caller}), err
}
