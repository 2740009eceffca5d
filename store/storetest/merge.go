package storetest

import (
	"context"
	"slices"

	"github.com/gohelpdesk/helpdesk"
)

func mergeNoun() noun[helpdesk.MergeID, helpdesk.ContactMerge, helpdesk.MergeFilter] {
	return noun[helpdesk.MergeID, helpdesk.ContactMerge, helpdesk.MergeFilter]{
		name: "ContactMerge", repo: helpdesk.Tx.Merges,
		make: func(d *desk) *helpdesk.ContactMerge {
			return &helpdesk.ContactMerge{
				Account: d.account, Base: helpdesk.Contact{ID: 3, Name: awkward("base"), Attributes: things("a"), CreatedAt: at(1)},
				Merged: helpdesk.Contact{ID: 1 << 40, Name: awkward("merged"), LastActivityAt: at(2), Blocked: true},
				Moved: helpdesk.MovedWithContact{
					Addresses: []helpdesk.ContactInboxID{1, 2}, Identities: []helpdesk.IdentityID{3}, Conversations: []helpdesk.ConversationID{4},
					Notes: []helpdesk.NoteID{5}, Consents: []helpdesk.ConsentID{6}, Contacts: []helpdesk.ContactID{1 << 40},
				},
				By: helpdesk.ActorRef{Kind: helpdesk.ByAgent, ID: 7}, CreatedAt: away(1), UndoneAt: away(2),
			}
		},
		change: func(_ *desk, m *helpdesk.ContactMerge) {
			*m = helpdesk.ContactMerge{
				Account: m.Account, ID: m.ID, CreatedAt: m.CreatedAt, Base: helpdesk.Contact{ID: 8}, Merged: helpdesk.Contact{ID: 9},
				By: helpdesk.ActorRef{Kind: helpdesk.ByApp, ID: 1},
			}
		},
	}
}

// testMerges: what becomes of two contacts' belongings.
func testMerges(s suite) {
	s.test("Merge hands over everything, and says what", mergeHandsOver)
	s.test("Split gives back what Merge moved, and what came there since", func(d *desk) {
		base, from := d.contact().ID, d.contact().ID
		want, m := d.belongings(from)
		moved := d.merge(base, from)
		later := d.converse(&helpdesk.ContactInbox{ID: want.Addresses[0], Contact: base, Inbox: d.inbox().ID})
		var convs []helpdesk.ConversationID
		d.twice(func(ctx context.Context, tx helpdesk.Tx) (err error) {
			convs, err = tx.Contacts().Split(ctx, base, from, moved)
			return err
		})
		equal(d, "conversations", convs, append(slices.Clone(want.Conversations), later.ID))
		equal(d, "nothing is left", d.merge(from, base), helpdesk.MovedWithContact{})
		again := d.merge(base, from)
		again.Conversations = again.Conversations[:1]
		equal(d, "all is there", again, moved)
		d.view(func(ctx context.Context, tx helpdesk.Tx) error {
			now, err := tx.Messages().Get(ctx, m.ID)
			if err == nil {
				equal(d, "whose words", now.Sender.ID, int64(base))
			}
			return err
		})
	})
	s.test("Merge leaves other accounts alone", func(d *desk) {
		base, from := d.contact().ID, d.contact().ID
		a := d.address(d.inbox().ID, from)
		d.in(d.other).update(func(ctx context.Context, tx helpdesk.Tx) error {
			moved, err := tx.Contacts().Merge(ctx, base, from)
			equal(d, "moved", moved, helpdesk.MovedWithContact{})
			return err
		})
		d.view(func(ctx context.Context, tx helpdesk.Tx) error {
			now, err := tx.ContactInboxes().Get(ctx, a.ID)
			if err == nil {
				equal(d, "whose address", now.Contact, from)
			}
			return err
		})
	})
	s.test("MergeFilter", func(d *desk) {
		put := func(base helpdesk.ContactID) helpdesk.MergeID {
			return insert(d, helpdesk.Tx.Merges, &helpdesk.ContactMerge{Account: d.account, Base: helpdesk.Contact{ID: base}, CreatedAt: start}).ID
		}
		put(1)
		want := []helpdesk.MergeID{put(2), put(2)}
		d.view(func(ctx context.Context, tx helpdesk.Tx) error {
			rows, err := tx.Merges().List(ctx, helpdesk.MergeFilter{Base: 2}, helpdesk.Page{})
			equal(d, "merges into 2", ids[helpdesk.MergeID](rows), want)
			return err
		})
	})
}

func (d *desk) merge(base, from helpdesk.ContactID) (moved helpdesk.MovedWithContact) {
	d.Helper()
	d.twice(func(ctx context.Context, tx helpdesk.Tx) (err error) {
		moved, err = tx.Contacts().Merge(ctx, base, from)
		return err
	})
	return moved
}

// belongings gives a contact one of everything, and two addresses.
func (d *desk) belongings(contact helpdesk.ContactID) (helpdesk.MovedWithContact, *helpdesk.Message) {
	d.Helper()
	a, b := d.address(d.inbox().ID, contact), d.address(d.inbox().ID, contact)
	c := d.converse(b)
	m := text(c, "hello")
	m.Sender = helpdesk.ActorRef{Kind: helpdesk.ByContact, ID: int64(contact)}
	d.say(m)
	n := noteNoun().make(d)
	n.Contact = contact
	before := d.contact()
	before.MergedInto = contact
	d.update(func(ctx context.Context, tx helpdesk.Tx) error {
		row := *before
		return tx.Contacts().Update(ctx, &row)
	})
	return helpdesk.MovedWithContact{
		Addresses:     []helpdesk.ContactInboxID{a.ID, b.ID},
		Identities:    []helpdesk.IdentityID{d.identify(helpdesk.EmailIdentity, d.name("id"), contact).ID},
		Conversations: []helpdesk.ConversationID{c.ID}, Notes: []helpdesk.NoteID{insert(d, helpdesk.Tx.Notes, n).ID},
		Consents: []helpdesk.ConsentID{d.consent(contact).ID}, Contacts: []helpdesk.ContactID{before.ID},
	}, m
}

func mergeHandsOver(d *desk) {
	base, from, third := d.contact().ID, d.contact().ID, d.contact().ID
	d.belongings(base)
	bystander, theirs := d.belongings(third)
	want, said := d.belongings(from)
	equal(d, "moved", d.merge(base, from), want)
	equal(d, "moved again", d.merge(base, from), helpdesk.MovedWithContact{})
	equal(d, "whose conversation", get(d, conversations, want.Conversations[0]).Contact, base)
	equal(d, "base's ledger", len(d.ledger(helpdesk.ConsentFilter{Contact: base}, helpdesk.Page{})), 2)
	equal(d, "a bystander's ledger", len(d.ledger(helpdesk.ConsentFilter{Contact: third}, helpdesk.Page{})), 1)
	equal(d, "whose note", get(d, helpdesk.Tx.Notes, want.Notes[0]).Contact, base)
	equal(d, "merged into", get(d, contacts, want.Contacts[0]).MergedInto, base)
	equal(d, "a bystander's conversation", get(d, conversations, bystander.Conversations[0]).Contact, third)
	d.view(func(ctx context.Context, tx helpdesk.Tx) error {
		for id, contact := range map[helpdesk.MessageID]helpdesk.ContactID{said.ID: base, theirs.ID: third} {
			m, err := tx.Messages().Get(ctx, id)
			if err != nil {
				return err
			}
			equal(d, "who said it", m.Sender.ID, int64(contact))
		}
		addresses, err := tx.ContactInboxes().Of(ctx, base)
		if err != nil {
			return err
		}
		equal(d, "addresses", len(addresses), 4)
		identities, err := tx.Identities().Of(ctx, base)
		equal(d, "identities", len(identities), 2)
		return err
	})
}
