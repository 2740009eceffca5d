package storetest

import (
	"context"
	"fmt"
	"slices"

	"github.com/gohelpdesk/helpdesk"
)

// testMessages: their order, windows, states and ids.
func testMessages(s suite) {
	s.test("Insert keeps every field", messageKeepsEveryField)
	s.test("Update keeps every field", messageUpdate)
	s.test("a version that moved runs the closure again", messageStale)
	s.test("ids grow in order of arrival", messageOrder)
	s.test("windows", messageWindows)
	s.test("Public hides notes and activity", messagePublic)
	s.test("Last of each conversation", lastMessages)
	s.test("an external id is unique in its inbox", externalIDs)
	s.test("of many with one external id one is stored", externalIDAtOnce)
	s.test("CountSince is inclusive", countSince)
	s.test("MarkRead moves what was sent", markRead)
	s.test("ids of deleted messages are never reused", func(d *desk) {
		c, second := d.conversation(), d.conversation()
		m, next := text(c, "gone"), text(second, "next")
		d.say(m)
		d.update(func(ctx context.Context, tx helpdesk.Tx) error { return tx.Conversations().Delete(ctx, c.ID) })
		if d.say(next); next.ID <= m.ID {
			d.Fatalf("the id %d came after %d was deleted", next.ID, m.ID)
		}
	})
	s.test("another account sees and changes nothing", func(d *desk) {
		c := d.conversation()
		m := text(c, "hello")
		m.ExternalID = "x"
		d.say(m)
		there := d.in(d.other)
		there.refuses(helpdesk.NotFound, func(ctx context.Context, tx helpdesk.Tx) error {
			_, err := tx.Messages().Get(ctx, m.ID)
			return err
		})
		there.refuses(helpdesk.NotFound, func(ctx context.Context, tx helpdesk.Tx) error {
			row := *m
			return tx.Messages().Update(ctx, &row)
		})
		there.refuses(helpdesk.NotFound, func(ctx context.Context, tx helpdesk.Tx) error {
			_, err := tx.Messages().ByExternal(ctx, m.Inbox, "x")
			return err
		})
		equal(d, "messages", len(there.messages(helpdesk.MessageFilter{Conversation: c.ID}, 9)), 0)
		d.view(func(ctx context.Context, tx helpdesk.Tx) error {
			_, err := tx.Messages().Get(ctx, m.ID)
			return err
		})
	})
	s.test("View refuses writes", func(d *desk) {
		m := text(d.conversation(), "hello")
		err := d.store.View(d.ctx(), d.account, func(ctx context.Context, tx helpdesk.Tx) error {
			return tx.Messages().Insert(ctx, m)
		})
		if err == nil {
			d.Fatal("a View took a message")
		}
	})
}

func (d *desk) message(id helpdesk.MessageID) *helpdesk.Message {
	d.Helper()
	var m *helpdesk.Message
	d.view(func(ctx context.Context, tx helpdesk.Tx) (err error) {
		m, err = tx.Messages().Get(ctx, id)
		return err
	})
	return m
}

// messages are the contents of what the filter lists.
func (d *desk) messages(f helpdesk.MessageFilter, limit int) []string {
	d.Helper()
	out := []string{}
	d.view(func(ctx context.Context, tx helpdesk.Tx) error {
		rows, err := tx.Messages().List(ctx, f, helpdesk.Page{Limit: limit})
		for _, m := range rows {
			out = append(out, m.Content)
		}
		return err
	})
	return out
}

func fullMessage(c *helpdesk.Conversation) *helpdesk.Message {
	return &helpdesk.Message{
		Account: c.Account, Conversation: c.ID, Inbox: c.Inbox, Kind: helpdesk.Outgoing, Private: true,
		Content: awkward("content"), ContentType: "cards", ContentAttrs: things("c"), Extra: things("x"),
		Sender: helpdesk.ActorRef{Kind: helpdesk.ByAgent, ID: 7}, ExternalID: awkward("ext"), EchoID: awkward("echo"),
		State: helpdesk.StateFailed, FailReason: awkward("no"), ProviderAt: away(1), Origin: c.ID,
		Attachments: []*helpdesk.Attachment{fullAttachment(c.Account)}, CreatedAt: away(2), UpdatedAt: away(3),
	}
}

func messageKeepsEveryField(d *desk) {
	c := d.conversation()
	row := fullMessage(c)
	filled(d, row, "ID", "Version")
	var stored *helpdesk.Message
	d.twice(func(ctx context.Context, tx helpdesk.Tx) error {
		stored = fullMessage(c)
		return tx.Messages().Insert(ctx, stored)
	})
	if stored.ID <= 0 || stored.Version != 1 {
		d.Fatalf("Insert assigned id %d and Version %d", stored.ID, stored.Version)
	}
	got := d.message(stored.ID)
	same(d, got, row, "ID", "Version", "Attachments")
	inUTC(d, got)
	equal(d, "attachments", len(got.Attachments), 1)
	same(d, got.Attachments[0], row.Attachments[0], "ID", "Message")
	equal(d, "messages", len(d.messages(helpdesk.MessageFilter{Conversation: c.ID}, 9)), 1)
}

func messageUpdate(d *desk) {
	c := d.conversation()
	row, bystander := fullMessage(c), text(c, "bystander")
	d.say(row, bystander)
	changed := *row
	changed.Content, changed.ContentType, changed.ContentAttrs, changed.Extra = "plain", "text", map[string]any{"deleted": true}, nil
	changed.ExternalID, changed.State, changed.FailReason, changed.UpdatedAt = "other", helpdesk.StateSent, "", at(9)
	var after helpdesk.Message
	d.twice(func(ctx context.Context, tx helpdesk.Tx) error {
		after = changed
		return tx.Messages().Update(ctx, &after)
	})
	if after.Version <= row.Version {
		d.Fatalf("Update left Version %d, was %d", after.Version, row.Version)
	}
	got := d.message(row.ID)
	same(d, got, &after, "Attachments")
	same(d, got, &changed, "Version", "Attachments")
	same(d, d.message(bystander.ID), bystander)
}

func messageStale(d *desk) {
	stale := text(d.conversation(), "hello")
	d.say(stale)
	d.update(func(ctx context.Context, tx helpdesk.Tx) error {
		moved := *stale
		return tx.Messages().Update(ctx, &moved)
	})
	runs := 0
	d.update(func(ctx context.Context, tx helpdesk.Tx) error {
		if runs++; runs > 1 {
			return nil
		}
		row := *stale
		return tx.Messages().Update(ctx, &row)
	})
	equal(d, "runs of the closure", runs, 2)
	d.refuses(helpdesk.NotFound, func(ctx context.Context, tx helpdesk.Tx) error {
		row := *stale
		row.ID = 1 << 40
		return tx.Messages().Update(ctx, &row)
	})
}

// messageOrder: whatever time a provider claims.
func messageOrder(d *desk) {
	c := d.conversation()
	var ms []*helpdesk.Message
	for i := range 5 {
		m := text(c, fmt.Sprint(i))
		m.ProviderAt, m.CreatedAt = at(100-i), at(50-i)
		ms = append(ms, m)
	}
	d.say(ms[:3]...)
	d.say(ms[3:]...)
	for i, m := range ms[1:] {
		if m.ID <= ms[i].ID {
			d.Fatalf("the ids are %v", ids[helpdesk.MessageID](ms))
		}
	}
	equal(d, "messages", d.messages(helpdesk.MessageFilter{Conversation: c.ID}, 9), []string{"0", "1", "2", "3", "4"})
}

func messageWindows(d *desk) {
	c, noise := d.conversation(), d.conversation()
	var id []helpdesk.MessageID
	for i := range 9 {
		m := text(c, fmt.Sprint(i))
		d.say(m, text(noise, "noise"))
		id = append(id, m.ID)
	}
	for name, w := range map[string]struct {
		before, after helpdesk.MessageID
		limit         int
		want          []string
	}{
		"the newest":               {0, 0, 3, []string{"6", "7", "8"}},
		"all":                      {0, 0, 20, []string{"0", "1", "2", "3", "4", "5", "6", "7", "8"}},
		"just before":              {id[5], 0, 3, []string{"2", "3", "4"}},
		"just before the second":   {id[1], 0, 3, []string{"0"}},
		"before the first":         {id[0], 0, 3, nil},
		"just after":               {0, id[2], 3, []string{"3", "4", "5"}},
		"just after the last one":  {0, id[7], 3, []string{"8"}},
		"after the last":           {0, id[8], 3, nil},
		"between, lower inclusive": {id[6], id[3], 9, []string{"3", "4", "5"}},
		"between, empty":           {id[3], id[3], 9, nil},
	} {
		f := helpdesk.MessageFilter{Conversation: c.ID, Before: w.before, After: w.after}
		equal(d, "messages: "+name, d.messages(f, w.limit), w.want)
	}
}

// kinds says one message of each kind, of which the first and the last are for
// the customer.
func (d *desk) kinds(c *helpdesk.Conversation) (in, template *helpdesk.Message) {
	d.Helper()
	in, template = text(c, "in"), text(c, "template")
	template.Kind = helpdesk.Template
	note, activity := text(c, "note"), text(c, "activity")
	note.Kind, note.Private, activity.Kind = helpdesk.Outgoing, true, helpdesk.Activity
	d.say(in, note, template, activity, laterNote(c))
	return in, template
}

func laterNote(c *helpdesk.Conversation) *helpdesk.Message {
	m := text(c, "note 2")
	m.Kind, m.Private = helpdesk.Outgoing, true
	return m
}

func messagePublic(d *desk) {
	c := d.conversation()
	_, template := d.kinds(c)
	f := helpdesk.MessageFilter{Conversation: c.ID, Public: true}
	equal(d, "public messages", d.messages(f, 9), []string{"in", "template"})
	equal(d, "the newest public message", d.messages(f, 1), []string{"template"})
	f.Before = template.ID
	equal(d, "public messages before", d.messages(f, 9), []string{"in"})
}

func lastMessages(d *desk) {
	c, other, empty, unasked := d.conversation(), d.conversation(), d.conversation(), d.conversation()
	d.kinds(c)
	d.say(text(other, "only"), text(unasked, "unasked"))
	for public, want := range map[bool]map[helpdesk.ConversationID]string{
		false: {c.ID: "note 2", other.ID: "only"}, true: {c.ID: "template", other.ID: "only"},
	} {
		got := map[helpdesk.ConversationID]string{}
		d.view(func(ctx context.Context, tx helpdesk.Tx) error {
			rows, err := tx.Messages().Last(ctx, public, c.ID, other.ID, empty.ID)
			for id, m := range rows {
				got[id] = m.Content
			}
			return err
		})
		equal(d, fmt.Sprintf("last messages (public %v)", public), got, want)
	}
}

func externalIDs(d *desk) {
	c, elsewhere := d.conversation(), d.conversation()
	m := text(c, "first")
	m.ExternalID = "ext"
	d.say(m, text(c, "none"), text(c, "none either"))
	second := text(c, "second")
	second.ExternalID = "ext"
	d.refuses(helpdesk.Conflict, func(ctx context.Context, tx helpdesk.Tx) error {
		row := *second
		return tx.Messages().Insert(ctx, &row)
	})
	free := text(elsewhere, "elsewhere") // another inbox
	free.ExternalID = "ext"
	d.say(free)
	d.view(func(ctx context.Context, tx helpdesk.Tx) error {
		got, err := tx.Messages().ByExternal(ctx, c.Inbox, "ext")
		if err == nil {
			same(d, got, m)
		}
		return err
	})
	for _, missing := range []string{"nobody's", ""} {
		d.refuses(helpdesk.NotFound, func(ctx context.Context, tx helpdesk.Tx) error {
			_, err := tx.Messages().ByExternal(ctx, c.Inbox, missing)
			return err
		})
	}
}

func externalIDAtOnce(d *desk) {
	c := d.conversation()
	won := 0
	for _, err := range together(8, func(i int) error {
		m := text(c, "same")
		m.ExternalID = "ext"
		return d.try(func(ctx context.Context, tx helpdesk.Tx) error {
			row := *m
			return tx.Messages().Insert(ctx, &row)
		})
	}) {
		if err == nil {
			won++
			continue
		}
		d.is(err, helpdesk.Conflict)
	}
	equal(d, "messages stored", won, 1)
	equal(d, "messages", d.messages(helpdesk.MessageFilter{Conversation: c.ID}, 9), []string{"same"})
}

func countSince(d *desk) {
	c := d.conversation()
	for i := range 5 {
		m := text(c, "m")
		m.CreatedAt = at(i)
		d.say(m)
	}
	for since, want := range map[int]int{0: 5, 3: 2, 4: 1, 5: 0} {
		d.view(func(ctx context.Context, tx helpdesk.Tx) error {
			n, err := tx.Messages().CountSince(ctx, c.ID, at(since))
			equal(d, fmt.Sprintf("messages since %d", since), n, want)
			return err
		})
	}
}

func markRead(d *desk) {
	c, elsewhere := d.conversation(), d.conversation()
	states := []helpdesk.SendState{
		helpdesk.StateSent, helpdesk.StateDelivered, helpdesk.StateRead, helpdesk.StatePending, helpdesk.StateFailed, helpdesk.StateSent,
	}
	var ms []*helpdesk.Message
	for i, state := range states {
		m := text(c, "m")
		m.Kind, m.State, m.CreatedAt = helpdesk.Outgoing, state, at(i)
		ms = append(ms, m)
	}
	incoming, other := text(c, "in"), text(elsewhere, "elsewhere")
	other.Kind, other.State = helpdesk.Outgoing, helpdesk.StateSent
	d.say(append(ms, incoming, other)...)
	var moved []*helpdesk.Message
	d.twice(func(ctx context.Context, tx helpdesk.Tx) (err error) {
		moved, err = tx.Messages().MarkRead(ctx, c.ID, at(4)) // the last was sent later
		return err
	})
	got := ids[helpdesk.MessageID](moved)
	slices.Sort(got)
	equal(d, "messages that moved", got, []helpdesk.MessageID{ms[0].ID, ms[1].ID})
	equal(d, "state returned", moved[0].State, helpdesk.StateRead)
	want := []helpdesk.SendState{
		helpdesk.StateRead, helpdesk.StateRead, helpdesk.StateRead, helpdesk.StatePending, helpdesk.StateFailed, helpdesk.StateSent,
		helpdesk.StateDelivered, helpdesk.StateSent,
	}
	for i, m := range append(ms, incoming, other) {
		equal(d, fmt.Sprintf("state of message %d", i), d.message(m.ID).State, want[i])
	}
	equal(d, "Version of what moved", d.message(ms[0].ID).Version > ms[0].Version, true)
}
