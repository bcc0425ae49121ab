package wire

// Format is the format of a body. The extension of the request's path selects it.
type Format uint8

// The formats.
const (
	JSON Format = iota
	XML
)

// version is the version of every resource and of every envelope.
const version = "1.0"

// ParseFormat returns the format for a path's extension, without its dot.
func ParseFormat(ext string) (Format, bool) {
	switch ext {
	case "json":
		return JSON, true
	case "xml":
		return XML, true
	}
	return 0, false
}

// ContentType returns the media type of the format.
func (f Format) ContentType() string {
	if f == XML {
		return "application/xml; charset=UTF-8"
	}
	return "application/json; charset=UTF-8"
}
