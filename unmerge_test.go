package helpdesk_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gohelpdesk/helpdesk"
)

// Two contacts that became one are two again: each is known by what it was known
// by, and what came since goes to whom it was written by.
func TestUnmerge(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w *world) {
		box := w.inbox("Shop")
		label := func(title string) {
			_, err := w.admin.Labels.Create(w.ctx, helpdesk.LabelInput{Title: ptr(title)})
			require.NoError(t, err)
		}
		label("gold")
		label("vip")
		person := func(source, name, email, phone string) helpdesk.Inbound {
			return helpdesk.Inbound{From: helpdesk.Person{Source: source, Name: name, Email: email, Phone: phone}, Content: "from " + source}
		}
		hear := func(in helpdesk.Inbound) *helpdesk.Conversation {
			m, err := w.engine.Receive(w.ctx, w.account, box.ID, in)
			require.NoError(t, err)
			c, err := w.admin.Conversations.Get(w.ctx, m.Conversation)
			require.NoError(t, err)
			return c
		}
		ann, bob := hear(person("ann", "Ann", "ann@mail.test", "")), hear(person("bob", "Bob", "bob@mail.test", "+5511988887777"))
		_, err := w.admin.Contacts.SetLabels(w.ctx, ann.Contact, []string{"gold"})
		require.NoError(t, err)
		_, err = w.admin.Contacts.SetLabels(w.ctx, bob.Contact, []string{"gold", "vip"})
		require.NoError(t, err)
		_, err = w.admin.Contacts.Update(w.ctx, bob.Contact, helpdesk.ContactChange{City: ptr("Recife"), Attributes: map[string]any{"plan": "free"}})
		require.NoError(t, err)
		_, err = w.admin.Contacts.SetConsent(w.ctx, bob.Contact, helpdesk.ConsentInput{Category: helpdesk.ConsentMarketing, Stop: true})
		require.NoError(t, err)
		note, err := w.admin.Notes.Create(w.ctx, bob.Contact, "calls on Mondays")
		require.NoError(t, err)
		was, err := w.admin.Contacts.Get(w.ctx, bob.Contact)
		require.NoError(t, err)

		merged, err := w.admin.Contacts.Merge(w.ctx, ann.Contact, bob.Contact)
		require.NoError(t, err)
		require.Equal(t, []any{"+5511988887777", "Recife"}, []any{merged.Phone, merged.City})
		w.clock.Advance(time.Hour)
		_, err = w.admin.Contacts.Update(w.ctx, ann.Contact, helpdesk.ContactChange{City: ptr("Olinda"), Company: ptr("Acme")})
		require.NoError(t, err)
		_, err = w.admin.Conversations.SetStatus(w.ctx, bob.ID, helpdesk.Resolved, time.Time{})
		require.NoError(t, err)
		later := hear(person("bob", "", "", ""))
		require.NotEqual(t, bob.ID, later.ID)
		require.Equal(t, ann.Contact, later.Contact)

		list, err := w.admin.Contacts.Merges(w.ctx, bob.Contact)
		require.NoError(t, err, "of either")
		require.Len(t, list, 1)
		bo := w.agent("bo", helpdesk.Assistant)
		_, err = w.as(bo).Contacts.Unmerge(w.ctx, list[0].ID)
		require.Error(t, err)
		back, err := w.admin.Contacts.Unmerge(w.ctx, list[0].ID)
		require.NoError(t, err)
		require.Equal(t, []any{was.ID, was.Name, was.Email, was.Phone, was.City, was.Labels, was.Attributes, was.Extra},
			[]any{back.ID, back.Name, back.Email, back.Phone, back.City, back.Labels, back.Attributes, back.Extra})
		now, err := w.admin.Contacts.Get(w.ctx, ann.Contact)
		require.NoError(t, err)
		require.Equal(t, []any{"Ann", "ann@mail.test", "", "Olinda", "Acme"}, []any{now.Name, now.Email, now.Phone, now.City, now.Company}, "what was given by hand stays")
		require.Len(t, now.Labels, 1)
		require.Empty(t, now.Attributes)
		require.NotContains(t, now.Extra, "consent")
		for id, owner := range map[helpdesk.ConversationID]helpdesk.ContactID{ann.ID: ann.Contact, bob.ID: bob.Contact, later.ID: bob.Contact} {
			c, err := w.admin.Conversations.Get(w.ctx, id)
			require.NoError(t, err)
			require.Equal(t, owner, c.Contact)
			said, err := w.admin.Messages.List(w.ctx, helpdesk.MessageFilter{Conversation: id}, helpdesk.Page{})
			require.NoError(t, err)
			require.Equal(t, helpdesk.ActorRef{Kind: helpdesk.ByContact, ID: int64(owner)}, said[0].Sender)
		}
		notes, err := w.admin.Notes.List(w.ctx, bob.Contact)
		require.NoError(t, err)
		require.Equal(t, note.ID, notes[0].ID)
		require.Equal(t, bob.Contact, hear(person("new", "", "bob@mail.test", "")).Contact, "known by it again")
		require.Equal(t, bob.Contact, hear(person("bob", "", "", "")).Contact)
		require.Equal(t, ann.Contact, hear(person("ann", "", "", "")).Contact)
		_, err = w.admin.Contacts.Unmerge(w.ctx, list[0].ID)
		require.ErrorIs(t, err, helpdesk.Conflict)
		_, err = w.admin.Contacts.Merge(w.ctx, ann.Contact, bob.Contact)
		require.NoError(t, err, "and may be merged again")
	})
}

// A chain is undone from its end.
func TestUnmergeInOrder(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w *world) {
		make3 := func(name string) helpdesk.ContactID {
			c, err := w.admin.Contacts.Create(w.ctx, helpdesk.NewContact{ContactChange: helpdesk.ContactChange{Name: ptr(name)}})
			require.NoError(t, err)
			return c.ID
		}
		a, b, c := make3("a"), make3("b"), make3("c")
		_, err := w.admin.Contacts.Merge(w.ctx, b, c)
		require.NoError(t, err)
		first, err := w.admin.Contacts.Merges(w.ctx, b)
		require.NoError(t, err)
		_, err = w.admin.Contacts.Merge(w.ctx, a, b)
		require.NoError(t, err)
		_, err = w.admin.Contacts.Unmerge(w.ctx, first[0].ID)
		require.ErrorIs(t, err, helpdesk.Conflict)
		second, err := w.admin.Contacts.Merges(w.ctx, a)
		require.NoError(t, err)
		_, err = w.admin.Contacts.Unmerge(w.ctx, second[0].ID)
		require.NoError(t, err)
		_, err = w.admin.Contacts.Unmerge(w.ctx, first[0].ID)
		require.NoError(t, err)
		for _, id := range []helpdesk.ContactID{a, b, c} {
			got, err := w.admin.Contacts.Get(w.ctx, id)
			require.NoError(t, err)
			require.Equal(t, id, got.ID)
		}
	})
}

// What the desk merged because a provider knows two as one stays apart once
// somebody has undone it.
func TestUnmergedStaysApart(t *testing.T) {
	t.Parallel()
	onEachStore(t, func(t *testing.T, newScene sceneMaker) {
		s := newScene(t, "", nil)
		first, second := s.hear("ann", "from the number"), s.hear("id-ann", "from the id")
		s.news(helpdesk.BatchItem{Messages: []helpdesk.Inbound{{ExternalID: "m3", From: from("ann", "id-ann"), Content: "both"}}})
		s.runDue()
		base := s.conversation(first.Conversation).Contact
		require.Equal(t, base, s.conversation(second.Conversation).Contact, "healed")
		list, err := s.desk.Contacts.Merges(s.Context(), base)
		require.NoError(t, err)
		require.Len(t, list, 1)
		back, err := s.desk.Contacts.Unmerge(s.Context(), list[0].ID)
		require.NoError(t, err)
		require.Equal(t, back.ID, s.conversation(second.Conversation).Contact)
		s.news(helpdesk.BatchItem{Messages: []helpdesk.Inbound{{ExternalID: "m4", From: from("ann", "id-ann"), Content: "again"}}})
		s.runDue()
		require.Equal(t, back.ID, s.conversation(second.Conversation).Contact, "somebody knows better")
		require.Equal(t, back.ID, s.conversation(s.hear("id-ann", "me").Conversation).Contact)
	})
}
