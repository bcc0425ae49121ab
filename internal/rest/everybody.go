package rest

import (
	"net/http"
	"net/url"
	"strconv"

	"comity"
	"comity/internal/authz"
	"comity/internal/outbox"
	"comity/internal/registry"
)

type fullSyncStatus struct {
	State        string
	OnlyChanged  bool
	Total, Taken int64
	Began        string
	Ended        string `json:",omitempty"`
}

func fullSyncOf(s outbox.FullSync) *fullSyncStatus {
	out := &fullSyncStatus{
		State: "under way", OnlyChanged: s.OnlyChanged, Total: s.Total, Taken: s.Taken, Began: written(s.Began), Ended: written(s.Ended),
	}
	switch {
	case s.Stopped:
		out.State = "stopped"
	case !s.Ended.IsZero():
		out.State = "done"
	}
	return out
}

// provisionAll answers the call that starts a full sync of a target.
func (c *call) provisionAll(rt route) error {
	if _, err := c.body(); err != nil {
		return err
	}
	target, err := c.target(authz.Edit, rt)
	if err != nil {
		return err
	}
	if err := refuseDisabled(target); err != nil {
		return err
	}
	run, err := runOf(c.r.URL.Query())
	if err != nil {
		return err
	}
	s, err := c.Provisioner.ProvisionAll(c.r.Context(), target, run)
	if err != nil {
		return err
	}
	return c.say(http.StatusAccepted, "Accepted", "CoProvisioningTargetAll", fullSyncOf(s))
}

// runOf parses the options of a full sync.
func runOf(query url.Values) (run outbox.Run, err error) {
	if run.OnlyChanged, err = wanted(query, "onlychanged"); err != nil {
		return run, err
	}
	if run.Anew, err = wanted(query, "anew"); err != nil {
		return run, err
	}
	run.MaxDeletes = outbox.MaxDeletes
	if text := query.Get("maxdeletes"); text != "" {
		run.MaxDeletes, err = strconv.ParseInt(text, 10, 64)
		if err != nil || run.MaxDeletes < 0 || run.MaxDeletes > 100 {
			return run, comity.BadRequest("maxdeletes is %q, it must be a whole number of percent from 0 to 100", text)
		}
	}
	return run, nil
}

func wanted(query url.Values, name string) (bool, error) {
	value := query.Get(name)
	if value == "" {
		return false, nil
	}
	return registry.ParseBoolean(name, value)
}

// stopAll answers the call that stops a full sync of a target.
func (c *call) stopAll(rt route) error {
	target, err := c.target(authz.Edit, rt)
	if err != nil {
		return err
	}
	s, found, err := c.Provisioner.StopAll(c.r.Context(), target.Id)
	if err != nil {
		return err
	}
	if !found {
		return comity.RefuseBecause(comity.PhraseForbidden, "Provisioning target %d never had a full sync", target.Id)
	}
	return c.say(http.StatusOK, "OK", "CoProvisioningTargetAll", fullSyncOf(s))
}
