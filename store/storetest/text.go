package storetest

import (
	"context"

	"github.com/gohelpdesk/helpdesk"
)

// hostile is text that a careless store would run, cut or change.
func hostile() map[string]string {
	return map[string]string{
		"backslash and quote": `\'; DELETE FROM helpdesk_contacts; --`,
		"quote":               `'; DROP TABLE helpdesk_contacts; --`,
		"trailing backslash":  `C:\dir\`,
		"doubled":             `''''\\\\''\'`,
		"placeholders":        `? ?0 ?name $1 :a @b %s %d $$body$$ {{.}}`,
		"escapes":             `\x41 \101 \u0041 \n E'\'' U&'\0041'`,
		"JSON":                `{"a":"\u0041\\"}`,
		"wildcards":           `100% _under_ [a-z] *?`,
		"controls":            "\x01\x02\x1b\x7f\r\n\t\v\f",
		"separators":          "a\u2028b\u2029c\u0085d\ufeffe\u200bf\u202eg",
		"outside the BMP":     "𝕳𝖊𝖑𝖕 🧑🏽‍🚒 🏴󠁧󠁢󠁥󠁮󠁧󠁿 \U0010ffff",
		"not normalised":      "e\u0301 \u00e9 ﬁ Å Å",
		"right to left":       "שלום مرحبا",
		"spaces":              "  leading and trailing  ",
	}
}

// testText stores hostile text in every kind of column, and finds it again.
func testText(s suite) {
	for name, value := range hostile() {
		s.test(name, func(d *desk) { verbatim(d, value) })
	}
	if s.Hostile == nil {
		return
	}
	s.group("under a hostile setting", func(s suite) {
		store := s.Hostile(s.t)
		if store == nil {
			return // it refused to open, which is as good
		}
		d := newDesk(s.t, store)
		for _, value := range hostile() {
			verbatim(d, value)
		}
	})
}

// verbatim stores the text as text, as JSON, as bytes and as a key.
func verbatim(d *desk, value string) {
	d.Helper()
	inbox := d.inbox()
	c := &helpdesk.Contact{
		Name: value, Company: value, Attributes: map[string]any{value: value}, CreatedAt: start, UpdatedAt: start,
	}
	entry := &helpdesk.JournalEntry{
		Inbox: inbox.ID, ContentType: value, Body: []byte(value), Header: map[string]string{value: value}, ReceivedAt: start,
	}
	hook := &helpdesk.Webhook{Name: value, URL: value, Secret: []byte(value), CreatedAt: start, UpdatedAt: start}
	d.update(func(ctx context.Context, tx helpdesk.Tx) error {
		contact, journal, webhook := *c, *entry, *hook
		if err := tx.Contacts().Insert(ctx, &contact); err != nil {
			return err
		}
		if err := tx.Journal().Insert(ctx, &journal); err != nil {
			return err
		}
		if err := tx.Webhooks().Insert(ctx, &webhook); err != nil {
			return err
		}
		*c, *entry, *hook = contact, journal, webhook
		return tx.State(inbox.ID).Write(ctx, map[string][]byte{value: []byte(value)})
	})
	same(d, get(d, contacts, c.ID), c, "Account", "Labels")
	same(d, get(d, webhooks, hook.ID), hook, "Account")
	d.view(func(ctx context.Context, tx helpdesk.Tx) error {
		stored, err := tx.Journal().Get(ctx, entry.ID)
		if err != nil {
			return err
		}
		same(d, stored, entry, "Account")
		state, err := tx.State(inbox.ID).Get(ctx, value)
		if err != nil {
			return err
		}
		equal(d, "state", string(state), value)
		return nil
	})
	found(d, inbox.ID, value)
}

// found stores an address and a message with the text and finds both by it.
func found(d *desk, inbox helpdesk.InboxID, value string) {
	d.Helper()
	a := &helpdesk.ContactInbox{}
	contact := d.contact().ID
	d.update(func(ctx context.Context, tx helpdesk.Tx) error {
		claimed, err := tx.ContactInboxes().Claim(ctx, inbox, value)
		if err != nil {
			return err
		}
		claimed.Contact, claimed.PubsubToken = contact, d.name("pubsub")
		claimed.CreatedAt, claimed.UpdatedAt = start, start
		*a = *claimed
		return tx.ContactInboxes().Update(ctx, claimed)
	})
	c := d.converse(a)
	m := text(c, value)
	m.ExternalID, m.ContentAttrs = value, map[string]any{value: []any{value}}
	d.say(m)
	d.view(func(ctx context.Context, tx helpdesk.Tx) error {
		address, err := tx.ContactInboxes().Find(ctx, inbox, value)
		if err != nil {
			return err
		}
		equal(d, "source", address.Source, value)
		stored, err := tx.Messages().ByExternal(ctx, inbox, value)
		if err != nil {
			return err
		}
		same(d, stored, m)
		f := helpdesk.ConversationFilter{Inbox: inbox, Source: value}
		rows, err := tx.Conversations().List(ctx, f, helpdesk.Page{})
		equal(d, "conversations of the source", len(rows), 1)
		return err
	})
}
