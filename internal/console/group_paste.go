package console

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"comity"
	"comity/internal/console/form"
	"comity/internal/console/present"
	"comity/internal/registry"
	"comity/internal/registry/view"
)

// pastePage asks for a list of people to add to a group, and says whom each line means.
type pastePage struct {
	// Text is the list, Fault what is wrong with it.
	Text, Error, Back, Check, Add string
	// Sure are the lines that mean one person, Unsure those that mean several, Unknown nobody, and
	// There somebody who is in the group.
	Sure, Unsure, There []pasted
	Unknown             []string
	Checked             bool
}

// pasted is a line of the list.
type pasted struct {
	Line, Name string
	People     []form.Choice
}

// Some says that there is somebody to add.
func (p pastePage) Some() bool { return len(p.Sure)+len(p.Unsure) > 0 }

// pasteGroup is the group, if the reader may change who is in it.
func (v *visit) pasteGroup() (*comity.Record, error) {
	group, err := drawn{comity.CoGroup.Resource}.asked(v)
	if err != nil {
		return nil, err
	}
	g, err := v.View.Group(v.ctx(), v.caller, group.Id)
	if err == nil && !g.MayChange {
		err = comity.Forbid()
	}
	return group, err
}

func (v *visit) showPaste(status int, group *comity.Record, p pastePage) error {
	p.Back = v.present.RecordPath(group.Resource, group.Id)
	p.Check, p.Add = v.present.ActionPath(group.Resource, group.Id, "paste"), v.present.ActionPath(group.Resource, group.Id, "paste/add")
	name := group.Text(comity.CoGroup.Name)
	return v.showAs(status, "paste.html", "Add people to "+name, p, v.present.Crumbs(group, name, present.Link{Text: "Add people"})...)
}

func (v *visit) pasteForm() error {
	group, err := v.pasteGroup()
	if err != nil {
		return err
	}
	return v.showPaste(http.StatusOK, group, pastePage{})
}

// paste shows whom each line matches, before anybody is added.
func (v *visit) paste() error {
	group, err := v.pasteGroup()
	if err != nil {
		return err
	}
	p := pastePage{Text: v.r.PostFormValue("people")}
	all, err := v.View.MatchPeople(v.ctx(), v.caller, v.co.Id, strings.Split(p.Text, "\n"))
	var e *comity.Error
	switch {
	case errors.As(err, &e) && e.Code == comity.Malformed:
		p.Error = e.Detail + "."
	case err != nil:
		return err
	case len(all) == 0:
		p.Error = "Write at least one line."
	}
	if p.Error != "" {
		return v.showPaste(http.StatusUnprocessableEntity, group, p)
	}
	var people []int64
	for _, line := range all {
		for _, one := range line.People {
			people = append(people, one.Person.Id)
		}
	}
	there, err := v.View.InGroup(v.ctx(), v.caller, group.Id, people)
	if err != nil {
		return err
	}
	p.Checked = true
	p.sort(all, there)
	return v.showPaste(http.StatusOK, group, p)
}

// sort sorts the lines by how many people they match. A person whom two lines match is added once.
func (p *pastePage) sort(all []view.LineMatch, there map[int64]bool) {
	named := map[int64]bool{}
	for i, line := range all {
		one := pasted{Line: line.Line, Name: fmt.Sprintf("person-%d", i)}
		for _, found := range line.People {
			one.People = append(one.People, pastedChoice(found))
		}
		switch {
		case len(line.People) == 0:
			p.Unknown = append(p.Unknown, line.Line)
		case len(line.People) > 1:
			p.Unsure = append(p.Unsure, one)
		case there[line.People[0].Person.Id] || named[line.People[0].Person.Id]:
			p.There = append(p.There, one)
		default:
			named[line.People[0].Person.Id] = true
			p.Sure = append(p.Sure, one)
		}
	}
}

func pastedChoice(found view.PersonFound) form.Choice {
	c := form.Choice{Value: strconv.FormatInt(found.Person.Id, 10), Label: present.PersonName(found.Person.Id, found.Name)}
	var notes []string
	if found.EmailAddress != nil {
		notes = append(notes, found.EmailAddress.Text(comity.EmailAddress.Mail))
	}
	if found.Identifier != nil {
		notes = append(notes, found.Identifier.Text(comity.Identifier.Identifier))
	}
	for _, unit := range found.Units {
		notes = append(notes, unit.Text(comity.Cou.Name))
	}
	c.Note = present.Join(" · ", notes...)
	return c
}

// addPasted adds the chosen people: all or none.
func (v *visit) addPasted() error {
	group, err := v.pasteGroup()
	if err != nil {
		return err
	}
	chosen := peopleChosen(v.r.PostForm)
	if len(chosen) > comity.MaxBulk {
		return comity.BadRequest("At most %d people are added at once", comity.MaxBulk)
	}
	there, err := v.View.InGroup(v.ctx(), v.caller, group.Id, chosen)
	if err != nil {
		return err
	}
	f := comity.CoGroupMember
	var inputs []comity.Input
	for _, person := range chosen {
		if there[person] {
			continue
		}
		rec := comity.NewRecord(f.Resource)
		rec.SetInt(f.CoGroupId, group.Id)
		rec.SetOwner(f.Person, comity.OwnerCO, person)
		rec.SetBool(f.Member, true)
		inputs = append(inputs, comity.Input{Record: rec})
	}
	if len(inputs) > 0 {
		if _, err := v.Registry.AddAll(v.ctx(), v.caller, f.Resource, inputs, registry.Idempotency{}); err != nil {
			return err
		}
	}
	switch len(inputs) {
	case 0:
		v.say("Nobody was added.")
	case 1:
		v.say("1 person added.")
	default:
		v.say(fmt.Sprintf("%d people added.", len(inputs)))
	}
	return v.redirect(v.present.RecordPath(group.Resource, group.Id))
}

// peopleChosen are the people that a form names, each once.
func peopleChosen(sent url.Values) (people []int64) {
	seen := map[int64]bool{}
	for name, values := range sent {
		if !strings.HasPrefix(name, "person") {
			continue
		}
		for _, value := range values {
			if id := comity.ParseId(value); id != 0 && !seen[id] {
				seen[id] = true
				people = append(people, id)
			}
		}
	}
	return people
}
