package console

import (
	"strconv"
	"time"

	"comity"
	"comity/internal/access"
	"comity/internal/outbox"
	"comity/internal/registry"
)

// sentTo is how it stands between a target and a person.
type sentTo struct {
	Target link
	State  value
	// Told is the last time that the target took a message, Answer what it said to the last one.
	Told   time.Time
	Answer string
}

// maxTargets is how many targets a page asks after.
const maxTargets = 20

// targetsToShow are the targets of the CO, as far as the reader may see them.
func (v *visit) targetsToShow() ([]*comity.Record, error) {
	r := comity.CoProvisioningTarget.Resource
	if !v.caller.May(access.View, r) {
		return nil, nil
	}
	l, err := v.Registry.List(v.ctx(), v.caller, r, map[string][]string{"coid": {strconv.FormatInt(v.co.Id, 10)}, "limit": {strconv.Itoa(maxTargets)}})
	if err != nil {
		return nil, err
	}
	return l.Records, nil
}

// sent are the targets and what they were told of a person.
func (v *visit) sent(person int64) ([]sentTo, error) {
	targets, err := v.targetsToShow()
	if err != nil {
		return nil, err
	}
	var all []sentTo
	for _, target := range targets {
		s, err := v.Provisioner.SubjectStatus(v.ctx(), target.Id, person)
		if err != nil {
			return nil, err
		}
		to := sentTo{
			Target: link{titles{}.of(target), v.record(target.Resource, target.Id)},
			State:  value{Text: title(s.State), Tone: "quiet"}, Told: s.Success, Answer: s.Answer,
		}
		switch s.State {
		case outbox.StateTold:
			to.State.Tone = "good"
		case outbox.StateFailed:
			to.State.Tone = "bad"
		}
		all = append(all, to)
	}
	return all, nil
}

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
