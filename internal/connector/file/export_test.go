package file

// BeforeRename sets what is called when a file is complete and not yet in its place.
func (c *Connector) BeforeRename(call func()) { c.spool.beforeRename = call }
