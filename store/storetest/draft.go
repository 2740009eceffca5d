package storetest

import (
	"context"

	"github.com/gohelpdesk/helpdesk"
)

// testDrafts: what is about to be said in a conversation.
func testDrafts(s suite) {
	s.test("SetDraft replaces, and removes", func(d *desk) {
		c, bystander := d.conversation().ID, d.conversation().ID
		d.setDraft(bystander, "other")
		for _, message := range []string{awkward("draft"), "plain", ""} {
			d.setDraft(c, message)
			equal(d, "draft", d.draftOf(c), message)
		}
		equal(d, "another conversation's draft", d.draftOf(bystander), "other")
	})
	s.test("a conversation that has none says nothing", func(d *desk) {
		equal(d, "draft", d.draftOf(d.conversation().ID), "")
	})
	s.test("another account does not see it", func(d *desk) {
		c := d.conversation().ID
		d.setDraft(c, "secret")
		equal(d, "draft", d.in(d.other).draftOf(c), "")
	})
	s.test("another account cannot write or remove it", func(d *desk) {
		c := d.conversation().ID
		d.setDraft(c, "secret")
		d.in(d.other).refuses(helpdesk.NotFound, func(ctx context.Context, tx helpdesk.Tx) error {
			return tx.Conversations().SetDraft(ctx, c, "theirs", at(2))
		})
		equal(d, "draft", d.in(d.other).draftOf(c), "")
		d.in(d.other).update(func(ctx context.Context, tx helpdesk.Tx) error {
			return tx.Conversations().SetDraft(ctx, c, "", at(2))
		})
		equal(d, "draft", d.draftOf(c), "secret")
		d.refuses(helpdesk.NotFound, func(ctx context.Context, tx helpdesk.Tx) error {
			return tx.Conversations().SetDraft(ctx, c+1000, "of nothing", at(2))
		})
	})
	s.test("it does not move the conversation's version", func(d *desk) {
		c := d.conversation()
		d.setDraft(c.ID, "hello")
		same(d, get(d, conversations, c.ID), c)
	})
}

func (d *desk) setDraft(id helpdesk.ConversationID, message string) {
	d.Helper()
	d.twice(func(ctx context.Context, tx helpdesk.Tx) error {
		return tx.Conversations().SetDraft(ctx, id, message, at(1))
	})
}

func (d *desk) draftOf(id helpdesk.ConversationID) (message string) {
	d.Helper()
	d.view(func(ctx context.Context, tx helpdesk.Tx) (err error) {
		message, err = tx.Conversations().Draft(ctx, id)
		return err
	})
	return message
}
