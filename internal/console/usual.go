package console

import "comity"

// usual is what the form of a new record begins with in a field: what most records of the kind have, where
// that is not the table's default. It is empty where there is no such thing.
func usual(f *comity.Field) comity.Cell {
	switch f {
	case comity.CoGroupMember.Member:
		return comity.BoolCell(true)
	case comity.HttpServer.AuthType:
		return comity.TextCell(comity.AuthNone)
	case comity.KafkaServer.SecurityProtocol:
		return comity.TextCell("ssl")
	}
	if f.Kind == comity.Code && f.Required && f.Name == "Status" && f.Default.IsAbsent() {
		for _, w := range f.Words {
			if w.Word == comity.Active {
				return comity.TextCell(comity.Active)
			}
		}
	}
	return comity.EmptyCell()
}
