package storetest

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/gohelpdesk/helpdesk"
)

// testConversationSort: each order, whole and in pages.
func testConversationSort(s suite) {
	for name, o := range orders() {
		s.test(name, func(d *desk) { sorted(d, o) })
	}
}

// order is a sort and what it promises of two neighbours; ties end with the id.
type order struct {
	sort    helpdesk.ConversationSort
	compare func(a, b *helpdesk.Conversation) int
}

func orders() map[string]order {
	activity := func(a, b *helpdesk.Conversation) int { return b.LastActivity.Compare(a.LastActivity) }
	created := func(a, b *helpdesk.Conversation) int { return a.CreatedAt.Compare(b.CreatedAt) }
	waiting := func(a, b *helpdesk.Conversation) int {
		if a.WaitingSince.IsZero() || b.WaitingSince.IsZero() {
			return 0 // where those stand who do not wait is the store's choice
		}
		return a.WaitingSince.Compare(b.WaitingSince)
	}
	turned := func(compare func(a, b *helpdesk.Conversation) int) func(a, b *helpdesk.Conversation) int {
		return func(a, b *helpdesk.Conversation) int { return compare(b, a) }
	}
	priority := func(rank string) func(a, b *helpdesk.Conversation) int {
		ranks := []helpdesk.Priority{helpdesk.Urgent, helpdesk.High, helpdesk.Medium, helpdesk.Low}
		if rank == "lowest" {
			slices.Reverse(ranks)
		}
		ranks = append(ranks, "") // none last
		return func(a, b *helpdesk.Conversation) int {
			by := cmp.Compare(slices.Index(ranks, a.Priority), slices.Index(ranks, b.Priority))
			return cmp.Or(by, activity(a, b))
		}
	}
	return map[string]order{
		"latest activity": {helpdesk.LatestActivity, activity},
		"oldest activity": {helpdesk.OldestActivity, turned(activity)},
		"newest created":  {helpdesk.NewestCreated, turned(created)},
		"oldest created":  {helpdesk.OldestCreated, created},
		"highest first":   {helpdesk.HighestFirst, priority("highest")},
		"lowest first":    {helpdesk.LowestFirst, priority("lowest")},
		"longest wait":    {helpdesk.LongestWait, waiting},
		"shortest wait":   {helpdesk.ShortestWait, turned(waiting)},
	}
}

// sorted lists thirteen conversations, many of which are equal, whole and in
// pages of three, while new ones arrive.
func sorted(d *desk, o order) {
	a := d.address(d.inbox().ID, d.contact().ID)
	priorities := []helpdesk.Priority{"", helpdesk.Low, helpdesk.Urgent, helpdesk.Medium, "", helpdesk.High}
	add := func(i int) helpdesk.ConversationID {
		return d.converse(a, func(c *helpdesk.Conversation) {
			c.Priority, c.LastActivity, c.CreatedAt = priorities[i%6], at(i*7%5), at(i*5%4)
			if i%3 > 0 {
				c.WaitingSince = at(i * 3 % 4)
			}
		}).ID
	}
	for i := range 13 {
		add(i)
	}
	whole := d.sortedPage(o.sort, helpdesk.Page{})
	equal(d, "conversations listed", len(whole), 13)
	inOrder(d, o, whole)

	var offsets []*helpdesk.Conversation
	for len(offsets) < 13 {
		page := d.sortedPage(o.sort, helpdesk.Page{Limit: 3, Offset: len(offsets)})
		if len(page) == 0 {
			break
		}
		offsets = append(offsets, page...)
	}
	want := ids[helpdesk.ConversationID](whole)
	equal(d, "pages by Offset", ids[helpdesk.ConversationID](offsets), want)

	var keyed []helpdesk.ConversationID
	after := ""
	for n := 13; n < 40; n++ {
		page := d.sortedPage(o.sort, helpdesk.Page{Limit: 3, After: after})
		if len(page) == 0 {
			break
		}
		keyed = append(keyed, ids[helpdesk.ConversationID](page)...)
		after = helpdesk.ConversationFilter{Sort: o.sort}.Key(page[len(page)-1])
		if n < 16 {
			add(n)
		}
	}
	old := slices.DeleteFunc(slices.Clone(keyed), func(id helpdesk.ConversationID) bool { return !slices.Contains(want, id) })
	equal(d, "pages by After, of what was there before", old, want)
}

func inOrder(d *desk, o order, rows []*helpdesk.Conversation) {
	d.Helper()
	for i := range rows {
		for j := range i {
			if o.compare(rows[j], rows[i]) > 0 {
				d.Fatalf("rows %d and %d are in the wrong order: %s", j, i, fmt.Sprint(ids[helpdesk.ConversationID](rows)))
			}
		}
	}
}

func (d *desk) sortedPage(sort helpdesk.ConversationSort, p helpdesk.Page) []*helpdesk.Conversation {
	d.Helper()
	var rows []*helpdesk.Conversation
	d.view(func(ctx context.Context, tx helpdesk.Tx) (err error) {
		rows, err = tx.Conversations().List(ctx, helpdesk.ConversationFilter{Sort: sort}, p)
		return err
	})
	return rows
}
