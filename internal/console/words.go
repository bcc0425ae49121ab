package console

import "comity"

// tone is the colour that a status is shown in.
func tone(value string) string {
	switch value {
	case comity.Active, comity.GracePeriod, comity.ModeAutomatic:
		return "good"
	case comity.Suspended, comity.Expired, comity.Denied, comity.Declined, comity.Deleted, comity.Locked, comity.ModeDisabled:
		return "bad"
	}
	return "quiet"
}
