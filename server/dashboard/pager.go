package dashboard

import "strconv"

// pager leads through a long list.
type pager struct {
	Page, Pages    int
	Before, After  string // addresses; "" = there is none
	From, To, Many int    // rows that are shown, of how many
}

// page is the page of a list that the address asks for, from 1.
func (c *call) page() int {
	return min(max(int(c.asked("page")), 1), 10_000)
}

// pager is for a list of which so many rows are shown at a time.
func (c *call) pager(size, many int) pager {
	at := c.page()
	p := pager{Page: at, Pages: max((many+size-1)/size, 1), From: (at-1)*size + 1, To: min(at*size, many), Many: many}
	if at > 1 {
		p.Before = c.with("page", strconv.Itoa(at-1))
	}
	if at < p.Pages {
		p.After = c.with("page", strconv.Itoa(at+1))
	}
	return p
}
