package console

import (
	"comity/internal/console/present"
	"comity/internal/registry/view"
)

// latestSize is how many lines of the history a person's page shows.
const latestSize = 8

// latest are the last lines of a person's history, without whom they are about.
func (v *visit) latest(person int64) ([]happening, error) {
	filter := view.HistoryFilter{CoId: v.co.Id, CoPersonId: person}
	found, err := v.View.History(v.ctx(), v.caller, filter, 0, latestSize)
	if err != nil {
		return nil, err
	}
	t, err := v.titles(changed(filter, found)...)
	if err != nil {
		return nil, err
	}
	var lines []happening
	for _, h := range found.Entries {
		line := v.happening(h, t)
		line.Whom = present.Link{}
		lines = append(lines, line)
	}
	return lines, nil
}
