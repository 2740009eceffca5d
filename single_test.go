package helpdesk_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gohelpdesk/helpdesk"
	"github.com/gohelpdesk/helpdesk/channel/widget"
)

// again has the customer of a conversation write once more, and returns where that
// is.
func (s stage) again(id helpdesk.ConversationID) helpdesk.ConversationID {
	s.t.Helper()
	s.restart()
	s.clock.Advance(time.Second)
	return s.writeAs(s.box, helpdesk.Person{Source: s.sourceOf(id)}, "again").ID
}

func (s stage) single(on bool) {
	s.t.Helper()
	s.boxIs(s.box, helpdesk.InboxInput{Single: &on})
}

// Which conversation a customer's message joins, by the switch of its inbox.
func TestSingleConversation(t *testing.T) {
	t.Parallel()
	open, resolved := helpdesk.Open, helpdesk.Resolved
	perform(t, []act{
		{"off: the last one while it is not resolved, with its owner", func(s stage) {
			for _, at := range []helpdesk.Status{open, helpdesk.Pending, helpdesk.Snoozed} {
				id := s.has(at)
				s.give(id, s.bo)
				require.Equal(s.t, id, s.again(id))
				s.owns(s.bo, id, string(at))
			}
		}},
		{"off: after resolved a new ticket, once", func(s stage) {
			id := s.has(resolved)
			next := s.again(id)
			require.NotEqual(s.t, id, next)
			require.Greater(s.t, s.conversation(next).Display, s.conversation(id).Display, "with a number of its own")
			s.is(id, resolved)
			s.is(next, open)
			require.Equal(s.t, next, s.again(id), "which goes on then")
		}},
		{"off: a new ticket is handed out anew", func(s stage) {
			id := s.has(resolved)
			s.give(id, s.bo)
			s.boxIs(s.box, helpdesk.InboxInput{AutoAssign: ptr(true)})
			s.router.is(s.bo, helpdesk.Busy)
			s.owns(s.ada, s.again(id), "bo is busy")
			s.router.is(s.bo, helpdesk.Online)
		}},
		{"off: of several that are not resolved the newest", func(s stage) {
			id := s.has(resolved)
			next := s.again(id)
			s.set(id, open)
			require.Equal(s.t, next, s.again(id))
		}},
		{"off: an older one that was opened again, where the newest is resolved", func(s stage) {
			id := s.has(resolved)
			next := s.again(id)
			for _, at := range []helpdesk.Status{open, helpdesk.Pending, helpdesk.Snoozed} {
				s.set(next, resolved)
				s.set(id, at)
				require.Equal(s.t, id, s.again(id), string(at))
				s.is(id, open)
			}
			s.set(id, resolved)
			require.NotContains(s.t, []helpdesk.ConversationID{id, next}, s.again(id), "all are resolved")
		}},
		{"off: an agent's start makes another each time", func(s stage) {
			who := s.contact("who")
			first := s.begin(helpdesk.NewConversation{Contact: who})
			require.NotEqual(s.t, first.ID, s.begin(helpdesk.NewConversation{Contact: who}).ID)
		}},
		{"on: the same goes on, whatever its status", func(s stage) {
			s.single(true)
			for _, at := range everyStatus() {
				id := s.has(at)
				require.Equal(s.t, id, s.again(id))
				s.is(id, open)
			}
		}},
		{"on: with its owner, however long ago, and whoever is there", func(s stage) {
			s.single(true)
			s.boxIs(s.box, helpdesk.InboxInput{AutoAssign: ptr(true)})
			id := s.arrive(s.box)
			s.give(id, s.bo)
			s.set(id, resolved)
			s.router.is(s.bo, helpdesk.Offline)
			s.pass(100 * 24 * time.Hour)
			require.Equal(s.t, id, s.again(id))
			s.owns(s.bo, id, "bo's still")
			s.router.is(s.bo, helpdesk.Online)
		}},
		{"on: the last one, also where an older is open", func(s stage) {
			id := s.has(resolved)
			next := s.again(id)
			s.set(next, resolved)
			s.set(id, open)
			s.single(true)
			require.Equal(s.t, next, s.again(id))
		}},
		{"on: no survey is sent", func(s stage) {
			s.single(true)
			s.boxIs(s.box, helpdesk.InboxInput{CSATEnabled: ptr(true)})
			id := s.arrive(s.box)
			s.give(id, s.ada)
			s.send(s.as(s.ada), id, "an answer")
			for range 2 {
				s.move(s.as(s.ada), id, resolved)
				s.pass(24 * time.Hour)
				s.again(id)
			}
			for _, m := range s.messages(id) {
				require.NotEqual(s.t, helpdesk.SurveyType, m.ContentType)
			}
		}},
		{"on: an agent's start leads to it, whatever its status, and leaves that", func(s stage) {
			s.single(true)
			who := s.contact("who")
			first := s.begin(helpdesk.NewConversation{Contact: who})
			for _, at := range everyStatus() {
				s.set(first.ID, at)
				require.Equal(s.t, first.ID, s.begin(helpdesk.NewConversation{Contact: who}).ID)
				s.is(first.ID, at)
			}
		}},
		{"on: a customer's start leads to it, and off makes another", func(s stage) {
			id := s.has(open)
			for _, on := range []bool{true, false} {
				s.single(on)
				got, err := s.customer(id).Conversations.Create(s.ctx, helpdesk.NewConversation{Inbox: s.box.ID})
				require.NoError(s.t, err)
				require.Equal(s.t, on, got.ID == id)
			}
		}},
		{"on: each customer has one of their own", func(s stage) {
			s.single(true)
			one, two := s.arrive(s.box), s.arrive(s.box)
			require.NotEqual(s.t, one, two)
			s.set(one, resolved)
			require.Equal(s.t, two, s.again(two))
			s.is(one, resolved)
		}},
		{"on: each inbox has one of its own", func(s stage) {
			s.single(true)
			id := s.hello()
			other := s.inboxWith(helpdesk.InboxInput{Name: ptr("Beside"), Single: ptr(true)}, s.ada)
			_, err := s.admin.Contacts.AddAddress(s.ctx, s.conversation(id).Contact, other.ID, "beside")
			require.NoError(s.t, err)
			require.NotEqual(s.t, id, s.write(other, "beside", "hello").ID)
		}},
		{"switched on and off: it holds from the next message", func(s stage) {
			id := s.has(resolved)
			s.single(true)
			require.Equal(s.t, id, s.again(id))
			s.set(id, resolved)
			s.single(false)
			require.NotEqual(s.t, id, s.again(id))
		}},
		{"on: muted stays resolved", func(s stage) {
			s.single(true)
			id := s.has(open)
			s.mute(id, true)
			require.Equal(s.t, id, s.again(id))
			s.is(id, resolved)
			s.mute(id, false)
			require.Equal(s.t, id, s.again(id))
			s.is(id, open)
		}},
		{"the website's inboxes heed it too", func(s stage) {
			s.engine = s.newEngine(helpdesk.Options{Channels: []helpdesk.Channel{widget.New()}, Blobs: s.files})
			s.admin = s.as(s.owner)
			for _, on := range []bool{false, true} {
				site, err := s.admin.Inboxes.Create(s.ctx, helpdesk.InboxInput{
					Kind: widget.Kind, Name: ptr("Site"), Single: &on, Settings: settings(map[string]any{"website_url": "https://shop.example"}),
				})
				require.NoError(s.t, err)
				id := s.write(site, "visitor", "hello").ID
				s.set(id, resolved)
				require.Equal(s.t, on, s.write(site, "visitor", "again").ID == id)
			}
		}},
	})
}
