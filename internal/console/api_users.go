package console

import (
	"comity"
)

// apiUserPages are the custom pages of API users.
func apiUserPages() []page { return nil }

// apiUserParts say how to get a new key.
func apiUserParts() []part {
	return []part{{template: "api_user_key", data: func(_ *visit, rec *comity.Record) (any, error) {
		return rec.Text(comity.ApiUser.Username), nil
	}}}
}
