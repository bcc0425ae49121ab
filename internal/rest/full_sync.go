package rest

import (
	"cmp"
	"net/http"
	"net/url"
	"strconv"

	"comity"
	"comity/internal/provisioning"
)

type fullSyncStatus struct {
	State        string
	OnlyChanged  bool
	Total, Taken int64
	Began        string
	Ended        string `json:",omitempty"`
}

func fullSyncOf(s provisioning.FullSync) *fullSyncStatus {
	out := &fullSyncStatus{
		State: "under way", OnlyChanged: s.OnlyChanged, Total: s.Total, Taken: s.Taken, Began: formatTime(s.Began), Ended: formatTime(s.Ended),
	}
	switch {
	case s.Stopped:
		out.State = "stopped"
	case !s.Ended.IsZero():
		out.State = "done"
	}
	return out
}

// startFullSync answers the call that starts a full sync of a target.
func (c *call) startFullSync(rt route) error {
	if _, err := c.body(); err != nil {
		return err
	}
	target := comity.ParseId(rt.id)
	options, err := fullSyncOptions(c.r.URL.Query())
	if err != nil {
		_, first := c.Provisioning.Enabled(c.r.Context(), c.caller, target)
		return cmp.Or(first, err)
	}
	s, err := c.Provisioning.StartFullSync(c.r.Context(), c.caller, target, options)
	if err != nil {
		return err
	}
	return c.answerObject(http.StatusAccepted, comity.PhraseAccepted, "CoProvisioningTargetAll", fullSyncOf(s))
}

// fullSyncOptions parses the options of a full sync.
func fullSyncOptions(query url.Values) (o provisioning.FullSyncOptions, err error) {
	if o.OnlyChanged, err = parseFlag(query, "onlychanged"); err != nil {
		return o, err
	}
	if o.Anew, err = parseFlag(query, "anew"); err != nil {
		return o, err
	}
	o.MaxDeletes = provisioning.MaxDeletes
	if text := query.Get("maxdeletes"); text != "" {
		o.MaxDeletes, err = strconv.ParseInt(text, 10, 64)
		if err != nil || o.MaxDeletes < 0 || o.MaxDeletes > 100 {
			return o, comity.BadRequest("maxdeletes is %q, it must be a whole number of percent from 0 to 100", text)
		}
	}
	return o, nil
}

// parseFlag parses a boolean parameter, false if it is missing.
func parseFlag(query url.Values, name string) (bool, error) {
	value := query.Get(name)
	if value == "" {
		return false, nil
	}
	return parseBoolean(name, value)
}

// stopFullSync answers the call that stops a full sync of a target.
func (c *call) stopFullSync(rt route) error {
	target := comity.ParseId(rt.id)
	s, found, err := c.Provisioning.StopFullSync(c.r.Context(), c.caller, target)
	if err != nil {
		return err
	}
	if !found {
		return comity.RefuseBecause(comity.PhraseForbidden, "Provisioning target %d never had a full sync", target)
	}
	return c.answerObject(http.StatusOK, comity.PhraseOK, "CoProvisioningTargetAll", fullSyncOf(s))
}
