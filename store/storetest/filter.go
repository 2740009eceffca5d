package storetest

import (
	"context"
	"maps"
	"slices"

	"github.com/gohelpdesk/helpdesk"
)

// testConversationFilter asks each field of ConversationFilter alone and with
// others, of six conversations.
func testConversationFilter(s suite) {
	s.test("every field", func(d *desk) {
		w := newWorld(d)
		cases := w.cases()
		for _, name := range slices.Sorted(maps.Keys(cases)) {
			equal(d, "conversations by "+name, w.find(cases[name].filter), cases[name].want)
		}
	})
	s.test("never shows another account's", func(d *desk) {
		w := newWorld(d)
		there := *w
		there.d = d.in(d.other)
		for name, c := range w.cases() {
			equal(d, "conversations by "+name, len(there.find(c.filter)), 0)
		}
	})
}

// world is six conversations, named a to f.
type world struct {
	d            *desk
	ids          map[string]helpdesk.ConversationID
	one, two     *helpdesk.ContactInbox // addresses of two contacts in two inboxes
	again        *helpdesk.ContactInbox // the first contact's in the second inbox
	ann, bob     helpdesk.AgentID
	sales        helpdesk.TeamID
	vip, urgent  helpdesk.LabelID
	answered     func(*helpdesk.Conversation)
	waitingAgain func(*helpdesk.Conversation)
}

func newWorld(d *desk) *world {
	w := &world{d: d, ids: map[string]helpdesk.ConversationID{}, ann: d.agent(), bob: d.agent(), sales: d.team().ID}
	w.vip, w.urgent = d.label("vip").ID, d.label("urgent").ID
	contact, inbox := d.contact().ID, d.inbox().ID
	w.one, w.two = d.address(d.inbox().ID, contact), d.address(inbox, d.contact().ID)
	w.again = d.address(inbox, contact)
	w.answered = func(c *helpdesk.Conversation) { c.FirstReplyAt = at(1) }
	w.waitingAgain = func(c *helpdesk.Conversation) { c.FirstReplyAt, c.WaitingSince = at(1), at(2) }

	w.add("a", w.one, 1)
	w.add("b", w.one, 2, w.answered, func(c *helpdesk.Conversation) { c.Assignee = w.ann })
	w.add("c", w.two, 3, w.waitingAgain, func(c *helpdesk.Conversation) { c.Assignee, c.Team = w.bob, w.sales })
	w.add("d", w.two, 4, w.answered, func(c *helpdesk.Conversation) { c.Status, c.Team = helpdesk.Pending, w.sales })
	w.add("e", w.again, 5, w.answered, func(c *helpdesk.Conversation) { c.Status, c.Assignee = helpdesk.Snoozed, w.ann })
	w.add("f", w.again, 6, w.answered, func(c *helpdesk.Conversation) { c.Status = helpdesk.Resolved })

	w.label("a", w.vip)
	w.label("c", w.vip, w.urgent)
	w.label("e", w.urgent)
	w.say("a", "Où est mon ÉTÉ à 100% ?")
	w.say("b", "where is it?", "Now 1000 times")
	w.involve()
	return w
}

func (w *world) add(name string, a *helpdesk.ContactInbox, updated int, changes ...func(*helpdesk.Conversation)) {
	w.d.Helper()
	stamped := func(c *helpdesk.Conversation) { c.UpdatedAt, c.LastActivity = at(updated), at(updated) }
	w.ids[name] = w.d.converse(a, append(changes, stamped)...).ID
}

func (w *world) label(name string, labels ...helpdesk.LabelID) {
	w.d.Helper()
	row := get(w.d, conversations, w.ids[name])
	w.d.update(func(ctx context.Context, tx helpdesk.Tx) error {
		c := *row
		return tx.Conversations().SetLabels(ctx, &c, labels)
	})
}

func (w *world) say(name string, contents ...string) {
	w.d.Helper()
	c := get(w.d, conversations, w.ids[name])
	for _, content := range contents {
		w.d.say(text(c, content))
	}
}

// involve makes bob take part in a and b, and mentions ann in b, twice, and f.
func (w *world) involve() {
	w.d.Helper()
	w.d.twice(func(ctx context.Context, tx helpdesk.Tx) error {
		for _, name := range []string{"a", "b"} {
			if _, err := tx.Participants().Add(ctx, w.ids[name], w.bob); err != nil {
				return err
			}
		}
		for i, name := range []string{"b", "f", "b"} {
			if err := tx.Conversations().Mention(ctx, w.ids[name], at(i), w.ann); err != nil {
				return err
			}
		}
		return nil
	})
}

// find names what the filter finds; it must count as many.
func (w *world) find(f helpdesk.ConversationFilter) string {
	w.d.Helper()
	found := ""
	w.d.view(func(ctx context.Context, tx helpdesk.Tx) error {
		rows, err := tx.Conversations().List(ctx, f, helpdesk.Page{})
		if err != nil {
			return err
		}
		n, err := tx.Conversations().Count(ctx, f)
		equal(w.d, "Count", n, len(rows))
		for _, name := range slices.Sorted(maps.Keys(w.ids)) {
			if slices.Contains(ids[helpdesk.ConversationID](rows), w.ids[name]) {
				found += name
			}
		}
		equal(w.d, "conversations found", len(rows), len(found))
		return err
	})
	return found
}

type filterCase struct {
	filter helpdesk.ConversationFilter
	want   string
}

func (w *world) cases() map[string]filterCase {
	type filter = helpdesk.ConversationFilter
	open := []helpdesk.Status{helpdesk.Open}
	return map[string]filterCase{
		"nothing":                       {filter{}, "abcdef"},
		"ids":                           {filter{IDs: []helpdesk.ConversationID{w.ids["b"], w.ids["e"], 1 << 40}}, "be"},
		"no ids":                        {filter{IDs: []helpdesk.ConversationID{}}, ""},
		"one status":                    {filter{Status: open}, "abc"},
		"two statuses":                  {filter{Status: []helpdesk.Status{helpdesk.Pending, helpdesk.Resolved}}, "df"},
		"mine":                          {filter{Assignee: helpdesk.Mine, AssigneeID: w.ann}, "be"},
		"mine, nobody's":                {filter{Assignee: helpdesk.Mine, AssigneeID: 1 << 40}, ""},
		"unassigned":                    {filter{Assignee: helpdesk.Unassigned}, "adf"},
		"assigned":                      {filter{Assignee: helpdesk.Assigned}, "bce"},
		"inbox":                         {filter{Inbox: w.one.Inbox}, "ab"},
		"team":                          {filter{Team: w.sales}, "cd"},
		"label":                         {filter{Labels: []string{"vip"}}, "ac"},
		"any of two labels":             {filter{Labels: []string{"vip", "urgent"}}, "ace"},
		"a label nobody has":            {filter{Labels: []string{"none"}}, ""},
		"contact":                       {filter{Contact: w.one.Contact}, "abef"},
		"address":                       {filter{ContactInbox: w.again.ID}, "ef"},
		"source":                        {filter{Source: w.two.Source}, "cd"},
		"a source nobody has":           {filter{Source: "nobody"}, ""},
		"text":                          {filter{Text: "WHERE is"}, "b"},
		"text without case":             {filter{Text: "été"}, "a"},
		"text, a beginning":             {filter{Text: "100"}, "ab"},
		"text in quotes":                {filter{Text: `"à 100%"`}, "a"},
		"text of two messages":          {filter{Text: "where times"}, ""},
		"text without a word":           {filter{Text: "%"}, ""},
		"text and scope":                {filter{Text: "où", Scope: &helpdesk.Scope{Inboxes: []helpdesk.InboxID{w.two.Inbox}, Free: true}}, ""},
		"person":                        {filter{Person: get(w.d, contacts, w.two.Contact).Name[1:]}, "cd"},
		"person, by number":             {filter{Person: "#3"}, "c"},
		"person nobody is":              {filter{Person: "nobody"}, ""},
		"text nobody wrote":             {filter{Text: "nowhere"}, ""},
		"unattended":                    {filter{Unattended: true}, "ac"},
		"participant":                   {filter{Participant: w.bob}, "ab"},
		"mentioned":                     {filter{Mentioned: w.ann}, "bf"},
		"mentioned, nobody":             {filter{Mentioned: w.bob}, ""},
		"updated since, inclusive":      {filter{UpdatedSince: at(4)}, "def"},
		"nothing said since, inclusive": {filter{ActiveBy: at(2)}, "ab"},
		"waits for no answer":           {filter{Answered: true}, "ab"},
		"updated since, by zone":        {filter{UpdatedSince: away(6)}, "f"},
		"scope":                         {filter{Scope: &helpdesk.Scope{Inboxes: []helpdesk.InboxID{w.two.Inbox}, Free: true}}, "df"},
		"scope of nothing":              {filter{Scope: &helpdesk.Scope{}}, ""},
		"status and assignee":           {filter{Status: open, Assignee: helpdesk.Mine, AssigneeID: w.ann}, "b"},
		"label and inbox":               {filter{Labels: []string{"vip"}, Inbox: w.one.Inbox}, "a"},
		"team and unattended":           {filter{Team: w.sales, Unattended: true}, "c"},
		"participant and label":         {filter{Participant: w.bob, Labels: []string{"vip"}}, "a"},
		"mentioned and contact":         {filter{Mentioned: w.ann, Contact: w.one.Contact, Status: open}, "b"},
		"text and status":               {filter{Text: "1000", Status: []helpdesk.Status{helpdesk.Resolved}}, ""},
	}
}
