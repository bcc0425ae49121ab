package console

import (
	"cmp"
	"slices"
	"strconv"

	"comity"
	"comity/internal/authz"
	"comity/internal/console/present"
	"comity/internal/provisioning"
)

// targetPages are the custom pages of targets: one form for a target and its settings, and below a target the
// pages about its deliveries.
func targetPages() []page {
	at := "co/{co}/" + present.Segment(comity.CoProvisioningTarget.Resource) + "/{id}/"
	return append(pairPages(comity.CoProvisioningTarget.Resource, newTarget),
		page{pattern: "GET " + at + "health", handle: (*visit).statusFragment},
		page{pattern: "GET " + at + "failed", handle: (*visit).failedPage},
		page{pattern: "POST " + at + "resend", handle: (*visit).resendAll},
		page{pattern: "POST " + at + "everybody", handle: (*visit).provisionEverybody},
		page{pattern: "POST " + at + "stop", handle: (*visit).stopEverybody},
		page{pattern: "GET " + at + "people/{$}", handle: (*visit).peopleToProvision},
		page{pattern: "GET " + at + "people/{person}/{$}", handle: (*visit).subjectAtTarget},
		page{pattern: "POST " + at + "people/{person}/send", handle: (*visit).sendSubject},
		page{pattern: "POST " + at + "people/{person}/resend", handle: (*visit).resendSubject},
		page{pattern: "GET " + at + "groups/{group}/{$}", handle: (*visit).subjectAtTarget},
		page{pattern: "POST " + at + "groups/{group}/send", handle: (*visit).sendSubject},
		page{pattern: "POST " + at + "groups/{group}/resend", handle: (*visit).resendSubject},
	)
}

// newTarget is the form of a target and its settings, in the table of the plugin that was chosen in the form, or
// that the query parameter "plugin" names.
func newTarget(v *visit) (*pair, error) {
	f := comity.CoProvisioningTarget
	settings := comity.SettingsFor(cmp.Or(v.r.PostForm.Get(f.Plugin.Name), v.r.URL.Query().Get("plugin")))
	if settings == nil {
		settings = comity.TargetSettings()[0]
	}
	p := newPair(v, f.Resource, settings, settings.TargetId())
	p.first.Given.SetText(f.Plugin, settings.Plugin)
	p.first.Given.SetText(f.Status, comity.ModeAutomatic)
	p.page.Sections[0].Title, p.page.Sections[1].Title = "The target", "How it is provisioned"
	if tables := comity.TargetSettings(); len(tables) > 1 {
		for _, t := range tables {
			p.page.Ways = append(p.page.Ways, present.Link{Text: f.Plugin.WordLabel(t.Plugin), To: v.present.AddPath(f.Resource, "plugin", t.Plugin)})
		}
		p.page.Ways[slices.Index(tables, settings)].To = ""
	}
	if settings.ServerId() == nil {
		return p, nil
	}
	return p, v.chooseServer(p)
}

// chooseServer fills in the server of a target's settings: the one that the query parameter "server" names, or
// the only one there is.
func (v *visit) chooseServer(p *pair) error {
	f := p.second.Resource.ServerId()
	servers, few, err := v.choices().Records(comity.Server.Resource)
	if err != nil {
		return err
	}
	server := comity.ParseId(v.r.URL.Query().Get("server"))
	switch {
	case server != 0:
		p.second.Given.SetInt(f, server)
	case few && len(servers) == 1:
		p.second.Given.SetInt(f, comity.ParseId(servers[0].Value))
	case few && len(servers) == 0:
		p.page.Missing = present.Link{Text: "A target needs a server to send to, and there is none in this CO yet.", To: v.present.AddPathIfAllowed(comity.Server.Resource)}
	}
	return nil
}

// target returns the target of the path, if the reader may do op to it.
func (v *visit) target(op authz.Operation) (*comity.Record, error) {
	target, err := v.Provisioning.Target(v.ctx(), v.caller, op, comity.ParseId(v.r.PathValue("id")))
	if err == nil && target.CoId != v.co.Id {
		err = comity.Missing(comity.CoProvisioningTarget.UnknownOnView)
	}
	return target, err
}

// atTarget returns a path below a target's page.
func (v *visit) atTarget(target int64, what string) string {
	return v.present.ActionPath(comity.CoProvisioningTarget.Resource, target, what)
}

// subjectPath returns the path of the page of a person or group at a target.
func (v *visit) subjectPath(target int64, s comity.Subject) string {
	kind := "people/"
	if s.Kind == comity.KindGroup {
		kind = "groups/"
	}
	return v.atTarget(target, kind+strconv.FormatInt(s.Id, 10)+"/")
}

// targetCrumbs are the breadcrumbs of a page below a target's.
func (v *visit) targetCrumbs(target *comity.Record, more ...present.Link) []present.Link {
	return v.present.Crumbs(target, present.Titles{}.Of(target), more...)
}

// targetPart is what a target's page shows besides its record.
type targetPart struct {
	Obstacles []obstacle
	Health    statusFragment
	How       []present.Field
	// Mode is the name of the target's mode, Explained what it does.
	Mode, Explained string
	// People leads to the list of people, to choose one to send. Settings leads to the settings shown in How.
	People, Settings string
	// FullSync is the path that the form of a full sync is posted to, "" if the reader may not.
	FullSync string
	// Fresh says that nothing has been delivered to the target yet.
	Fresh bool
}

func targetParts() []part {
	return []part{{template: "target", data: func(v *visit, rec *comity.Record) (any, error) {
		w, err := v.wiring(rec)
		if err != nil {
			return nil, err
		}
		p := targetPart{Mode: comity.CoProvisioningTarget.Status.WordLabel(rec.Text(comity.CoProvisioningTarget.Status))}
		p.Explained = comity.CoProvisioningTarget.Status.WordDoc(rec.Text(comity.CoProvisioningTarget.Status))
		if p.Obstacles, err = v.obstacles(rec, w); err != nil {
			return nil, err
		}
		l, err := v.health(rec)
		if err != nil {
			return nil, err
		}
		if p.Health, err = v.healthFragment(l); err != nil {
			return nil, err
		}
		p.How, p.People, p.Fresh = v.how(w), v.atTarget(rec.Id, "people/"), l.LastSuccess.IsZero()
		if w.settings != nil {
			p.Settings = v.present.RecordPath(w.settings.Resource, w.settings.Id)
		}
		if provisioning.MayProvision(v.caller, rec) {
			p.FullSync = v.atTarget(rec.Id, "everybody")
		}
		return p, nil
	}}}
}
