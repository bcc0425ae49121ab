package console

// unitPages are the pages of units that are made by hand.
func unitPages() []page { return nil }
