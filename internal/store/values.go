package store

import (
	"comity"
	"comity/internal/store/db"
)

func text(c comity.Cell) any {
	if !c.HasValue() {
		return nil
	}
	return c.Text()
}

func folded(c comity.Cell) any {
	if !c.HasValue() {
		return nil
	}
	return db.Fold(c.Text())
}
