package rest

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"net/http"

	"comity/internal/wire"
)

// callerAnswer is the answer to who is calling, in both formats.
type callerAnswer struct {
	XMLName      xml.Name `json:"-"            xml:"CallerResponse"`
	ResponseType string   `xml:"-"`
	Version      string   `xml:"Version,attr"`
	Username     string
	CoId         int64
	// AdministersPlatform, AdministersCo and AdministersCous are what the caller administers: everything, their
	// CO, or units, none of which are listed beside a whole CO.
	AdministersPlatform, AdministersCo bool
	AdministersCous                    []int64 `xml:"AdministersCous>CouId"`
	// CoPersonId is the CO person whom the caller acts for, 0 for none.
	CoPersonId int64 `json:",omitempty" xml:",omitempty"`
	// RateLimit is how many requests a minute the caller may make, 0 for no limit.
	RateLimit int64 `json:",omitempty" xml:",omitempty"`
}

// describeCaller answers who is calling, as this request was authenticated.
func (c *call) describeCaller(route) error {
	out := callerAnswer{
		ResponseType: "Caller", Version: "1.0", Username: c.caller.Username, CoId: c.caller.CoId,
		AdministersPlatform: c.caller.Platform, AdministersCo: c.caller.Admin, AdministersCous: append([]int64{}, c.caller.Units...),
		CoPersonId: c.caller.PersonId, RateLimit: c.caller.RateLimit,
	}
	body, err := json.Marshal(out)
	if c.format == wire.XML {
		body, err = xml.Marshal(out)
		body = append([]byte(xml.Header), body...)
	}
	if err != nil {
		return fmt.Errorf("write the caller: %w", err)
	}
	c.answer(http.StatusOK, "OK", body)
	return nil
}
