package console

import (
	"net/url"
	"strconv"

	"comity/internal/console/present"
)

// pager leads to other pages of a list: First to the first, More to the next; nowhere where there is none.
type pager struct{ First, More present.Link }

// pagerOf is the pager of the list that is asked for, whose next page is after a record; "" for none.
func pagerOf(asked url.Values, next string) (p pager) {
	if asked.Get("after") != "" {
		p.First = present.Link{Text: "First page", To: again(asked, "after", "")}
	}
	if next != "" {
		p.More = present.Link{Text: "Next page", To: again(asked, "after", next)}
	}
	return p
}

// afterId is what the page after a record is asked for by, "" for 0.
func afterId(id int64) string {
	if id == 0 {
		return ""
	}
	return strconv.FormatInt(id, 10)
}

// again is the query of the same list from another place on, which a parameter says.
func again(asked url.Values, by, place string) string {
	q := url.Values{}
	for name, values := range asked {
		if name != by && values[0] != "" {
			q[name] = values
		}
	}
	if place != "" {
		q.Set(by, place)
	}
	return "?" + q.Encode()
}
