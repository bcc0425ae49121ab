package console

import (
	"time"

	"comity"
	"comity/internal/registry"
)

// happened is a line of a person's history.
type happened struct {
	At   time.Time
	Text string
	Who  string
	To   string
}

// latestSize is how many lines of the history a person's page shows.
const latestSize = 8

// latest are the last lines of a person's history.
func (v *visit) latest(person int64) ([]happened, error) {
	page, err := v.Registry.History(v.ctx(), v.caller, registry.HistoryFilter{CoId: v.co.Id, CoPersonId: person}, 0, latestSize)
	if err != nil {
		return nil, err
	}
	var lines []happened
	for _, h := range page.Happenings {
		line := happened{
			At: h.Record.Created, Text: h.Record.Text(comity.HistoryRecord.Comment), Who: h.Record.Actor,
			To: v.record(h.Record.Resource, h.Record.Id),
		}
		if h.Actor != nil {
			line.Who = fullName(h.Actor)
		}
		lines = append(lines, line)
	}
	return lines, nil
}
