package client

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
)

// Caller is whom a client's name and key belong to, and what they may do.
type Caller struct {
	Username string
	// CoId is the CO that they belong to.
	CoId int64
	// AdministersPlatform says that they administer every CO, AdministersCo their own; AdministersCous are the
	// units that they administer where they do not administer their CO.
	AdministersPlatform, AdministersCo bool
	AdministersCous                    []int64
	// CoPersonId is the CO person whom they act for, 0 for none.
	CoPersonId int64
	// RateLimit is how many requests a minute they may make, 0 for no limit.
	RateLimit int64
}

// Caller returns who the client calls as.
func (c *Client) Caller(ctx context.Context) (Caller, error) {
	resp, err := c.call(ctx, http.MethodGet, "caller", nil, nil)
	if err != nil {
		return Caller{}, err
	}
	defer finish(resp)
	// A json.Number is read from its text, too, which users with StringIds get.
	var answer struct {
		Caller

		CoId, CoPersonId, RateLimit json.Number
		AdministersCous             []json.Number
	}
	if err := json.NewDecoder(resp.Body).Decode(&answer); err != nil {
		return Caller{}, fmt.Errorf("caller: read the answer: %w", err)
	}
	who := answer.Caller
	who.CoId, _ = answer.CoId.Int64()
	who.CoPersonId, _ = answer.CoPersonId.Int64()
	who.RateLimit, _ = answer.RateLimit.Int64()
	for _, unit := range answer.AdministersCous {
		id, _ := unit.Int64()
		who.AdministersCous = append(who.AdministersCous, id)
	}
	return who, nil
}
