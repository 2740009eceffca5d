package helpdesk_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gohelpdesk/helpdesk"
	"github.com/gohelpdesk/helpdesk/channel/channeltest"
)

func (s *scene) news(item helpdesk.BatchItem) {
	s.Helper()
	require.NoError(s, s.ingest(channeltest.Post{Event: "news", News: item}))
}

func from(source string, also ...string) helpdesk.Person {
	return helpdesk.Person{Source: source, Also: also}
}

// What the business writes on its own telephone is an answer, and what the desk
// sent is not stored again when the provider tells of it.
func TestEchoes(t *testing.T) {
	t.Parallel()
	onEachStore(t, func(t *testing.T, newScene sceneMaker) {
		s := newScene(t, "", nil)
		_, err := s.desk.Rules.Create(s.Context(), helpdesk.RuleInput{Name: ptr("all"), Event: helpdesk.MessageCreated, Actions: []helpdesk.RuleAction{
			{Name: helpdesk.DoAddLabel, Values: []any{"ruled"}},
		}})
		require.NoError(t, err)
		echo := helpdesk.Inbound{ExternalID: "e1", From: from("ann"), Content: "written by hand", Echo: true}
		for range 2 {
			s.news(helpdesk.BatchItem{Messages: []helpdesk.Inbound{echo}})
		}
		c := s.list()[0]
		require.Len(t, s.list(), 1)
		require.Equal(t, []string{"written by hand"}, s.talk(c.ID))
		require.Empty(t, c.Labels, "it fires no rule")
		require.True(t, c.LastInAt.IsZero(), "and opens no window")
		require.True(t, c.WaitingSince.IsZero())
		require.Zero(t, c.Unread)
		list, err := s.desk.Messages.List(s.Context(), helpdesk.MessageFilter{Conversation: c.ID}, helpdesk.Page{})
		require.NoError(t, err)
		require.Equal(t, []any{helpdesk.Outgoing, helpdesk.StateSent, true}, []any{list[0].Kind, list[0].State, list[0].ContentAttrs["external_echo"]})

		asked := s.hear("ann", "and now?")
		require.Equal(t, c.ID, asked.Conversation)
		require.False(t, s.conversation(c.ID).WaitingSince.IsZero())
		s.clock.Advance(time.Minute)
		s.news(helpdesk.BatchItem{Messages: []helpdesk.Inbound{{ExternalID: "e2", From: from("ann"), Content: "in a minute", Echo: true}}})
		require.True(t, s.conversation(c.ID).WaitingSince.IsZero(), "she has her answer")
		require.False(t, s.conversation(c.ID).FirstReplyAt.IsZero())

		sent := s.reply(c.ID, "from the desk")
		s.fake.Then(channeltest.Accept("x-1"))
		s.runDue()
		s.news(helpdesk.BatchItem{Messages: []helpdesk.Inbound{{ExternalID: "x-1", From: from("ann"), Content: "from the desk", Echo: true}}})
		require.Equal(t, []string{"written by hand", "and now?", "in a minute", "from the desk"}, s.talk(c.ID))
		require.Equal(t, helpdesk.StateSent, s.message(sent.ID).State)
		require.Len(t, s.fake.Sent(), 1, "nothing of it is sent")
	})
}

// What was said before the inbox was connected is read, and wakes nobody.
func TestHistory(t *testing.T) {
	t.Parallel()
	onEachStore(t, func(t *testing.T, newScene sceneMaker) {
		s := newScene(t, "", nil)
		_, err := s.desk.Rules.Create(s.Context(), helpdesk.RuleInput{Name: ptr("all"), Event: helpdesk.MessageCreated, Actions: []helpdesk.RuleAction{
			{Name: helpdesk.DoSendMessage, Values: []any{"thanks"}},
		}})
		require.NoError(t, err)
		recent := s.hear("bo", "just now")
		s.runDue()
		may := s.clock.Now().Add(-60 * 24 * time.Hour).Truncate(time.Second)
		old := func(id, text string, at time.Time, echo bool) helpdesk.Inbound {
			return helpdesk.Inbound{ExternalID: id, From: from("ann"), Content: text, At: at, History: true, Echo: echo}
		}
		s.news(helpdesk.BatchItem{Messages: []helpdesk.Inbound{old("h1", "long ago", may, false), old("h2", "we said", may.Add(time.Hour), true)}})
		s.runDue()
		list, err := s.desk.Conversations.List(s.Context(), helpdesk.ConversationFilter{}, helpdesk.Page{})
		require.NoError(t, err)
		require.Equal(t, recent.Conversation, list.Items[0].ID, "it does not move up the list")
		c := list.Items[1]
		require.Equal(t, []string{"long ago", "we said"}, s.talk(c.ID))
		require.Equal(t, helpdesk.Resolved, c.Status)
		require.True(t, c.LastInAt.IsZero(), "it opens no window")
		require.Equal(t, may.Add(time.Hour), c.LastActivity.UTC())
		require.Zero(t, c.Unread)
		messages, err := s.desk.Messages.List(s.Context(), helpdesk.MessageFilter{Conversation: c.ID}, helpdesk.Page{})
		require.NoError(t, err)
		require.Equal(t, may, messages[0].CreatedAt.UTC())
		require.Equal(t, helpdesk.Outgoing, messages[1].Kind)
		require.Len(t, s.fake.Sent(), 1, "the rule answered Bo alone")

		require.NotEqual(t, c.ID, s.hear("ann", "hello again").Conversation)
	})
}

// News of a message wait for it, in any order, for ten minutes.
func TestEditsAndReactions(t *testing.T) {
	t.Parallel()
	onEachStore(t, func(t *testing.T, newScene sceneMaker) {
		s := newScene(t, "", nil)
		at := s.clock.Now()
		edit := func(text string, after time.Duration) helpdesk.BatchItem {
			return helpdesk.BatchItem{Edits: []helpdesk.Edit{{ExternalID: "m1", Content: text, At: at.Add(after)}}}
		}
		sign := func(who, emoji string, after time.Duration) helpdesk.BatchItem {
			return helpdesk.BatchItem{Reactions: []helpdesk.Reaction{{ExternalID: "m1", From: who, Emoji: emoji, At: at.Add(after)}}}
		}
		s.clock.Advance(time.Minute)
		s.news(edit("hello there", time.Second))
		s.news(sign("ann", "👍", time.Second))
		m, err := s.receive(helpdesk.Inbound{ExternalID: "m1", From: from("ann"), Content: "helo"})
		require.NoError(t, err)
		require.Equal(t, "helo", m.Content)
		s.clock.Advance(5 * time.Second)
		s.runDue()
		m = s.message(m.ID)
		require.Equal(t, "hello there", m.Content, "it came before its message")
		require.Equal(t, []any{map[string]any{"from": "ann", "emoji": "👍", "at": float64(at.Add(time.Second).UnixMilli())}}, m.ContentAttrs["reactions"])

		s.news(edit("hello here", 3*time.Second))
		s.news(edit("hello the", 2*time.Second))
		require.Equal(t, "hello here", s.message(m.ID).Content, "the latest counts, not the last")
		s.news(sign("ann", "❤️", 3*time.Second))
		s.news(sign("ann", "😡", 2*time.Second))
		s.news(sign("", "😀", 2*time.Second))
		signs := s.message(m.ID).ContentAttrs["reactions"].([]any)
		require.Len(t, signs, 2, "one of each person")
		require.Equal(t, "❤️", signs[0].(map[string]any)["emoji"])
		s.news(sign("ann", "", 4*time.Second))
		s.news(sign("", "", 4*time.Second))
		require.Nil(t, s.message(m.ID).ContentAttrs["reactions"])

		s.news(helpdesk.BatchItem{Edits: []helpdesk.Edit{{ExternalID: "m1", Deleted: true}, {ExternalID: "m1", Content: "back", At: at.Add(time.Hour)}}})
		m = s.message(m.ID)
		require.Equal(t, true, m.ContentAttrs["deleted"])
		require.NotContains(t, m.Content, "hello")

		s.news(helpdesk.BatchItem{Edits: []helpdesk.Edit{{ExternalID: "m2", Content: "never"}}})
		s.clock.Advance(11 * time.Minute)
		s.runDue()
		m, err = s.receive(helpdesk.Inbound{ExternalID: "m2", From: from("ann"), Content: "at last"})
		require.NoError(t, err)
		s.clock.Advance(time.Hour)
		s.runDue()
		require.Equal(t, "at last", s.message(m.ID).Content)
	})
}

// However a provider calls a person, it is one conversation with one contact.
func TestOneCustomerOfManyNames(t *testing.T) {
	t.Parallel()
	onEachStore(t, func(t *testing.T, newScene sceneMaker) {
		s := newScene(t, "", nil)
		hear := func(p helpdesk.Person) *helpdesk.Message {
			t.Helper()
			m, err := s.receive(helpdesk.Inbound{From: p, Content: "hello"})
			require.NoError(t, err)
			return m
		}
		first := hear(from("+55119", "US.1"))
		require.Equal(t, first.Conversation, hear(from("US.1")).Conversation, "her number is hidden now")
		require.Equal(t, first.Conversation, hear(from("US.1", "parent")).Conversation)
		require.Equal(t, first.Conversation, hear(from("parent")).Conversation)
		require.Equal(t, first.Conversation, hear(from("new", "nobody", "US.1")).Conversation)
		require.Equal(t, first.Conversation, hear(from("new")).Conversation)
		s.reply(first.Conversation, "to you")
		s.runDue()
		require.Equal(t, "+55119", s.fake.Sent()[0].To, "the address it began with")

		// A provider's own spelling.
		other := hear(from("bo"))
		s.reply(other.Conversation, "hello Bo")
		s.fake.Then(channeltest.AcceptAs("x", "b0"))
		s.runDue()
		require.Equal(t, other.Conversation, hear(from("b0")).Conversation)

		// Two who turn out to be one.
		one, two := hear(from("cy")), hear(from("US.3"))
		require.NotEqual(t, one.Sender, two.Sender)
		hear(from("cy", "US.3"))
		s.runDue()
		contact, err := s.desk.Contacts.Get(s.Context(), helpdesk.ContactID(two.Sender.ID))
		require.NoError(t, err)
		require.Equal(t, one.Sender.ID, int64(contact.ID))
		require.Equal(t, one.Conversation, hear(from("US.3")).Conversation)

		// A number that changed: the conversation goes on, and the answer goes there.
		dee := hear(from("d1", "US.4"))
		s.news(helpdesk.BatchItem{Renames: []helpdesk.Rename{{From: "d1", To: helpdesk.Person{Source: "d2", Phone: "+5511987654321"}}, {From: "nobody", To: from("x")}}})
		for _, name := range []string{"d1", "d2", "US.4"} {
			require.Equal(t, dee.Conversation, hear(from(name)).Conversation, name)
		}
		s.reply(dee.Conversation, "hello Dee")
		s.runDue()
		require.Equal(t, "d2", s.fake.Sent()[2].To)
		who, err := s.desk.Contacts.Get(s.Context(), helpdesk.ContactID(dee.Sender.ID))
		require.NoError(t, err)
		require.Equal(t, "+5511987654321", who.Phone)
	})
}

// What led a customer back without a word of theirs stands with their conversation, and
// opens nothing.
func TestReferrals(t *testing.T) {
	t.Parallel()
	onEachStore(t, func(t *testing.T, newScene sceneMaker) {
		s := newScene(t, "", nil)
		c := s.hear("ann", "hello").Conversation
		_, err := s.desk.Conversations.SetStatus(s.Context(), c, helpdesk.Resolved, time.Time{})
		require.NoError(t, err)
		tell := func(from string, at time.Time, details map[string]any) any {
			s.news(helpdesk.BatchItem{Referrals: []helpdesk.Referral{{From: from, At: at, Details: details}}})
			list, err := s.desk.Conversations.List(s.Context(), helpdesk.ConversationFilter{}, helpdesk.Page{})
			require.NoError(t, err)
			require.Len(t, list.Items, 1, "it opens nothing")
			require.Equal(t, helpdesk.Resolved, list.Items[0].Status)
			held, _ := list.Items[0].Extra["referral"].(map[string]any)
			return held["ref"]
		}
		now := s.clock.Now()
		require.Nil(t, tell("nobody", now, map[string]any{"ref": "x"}))
		require.Equal(t, "shop", tell("ann", now.Add(-time.Minute), map[string]any{"ref": "shop", "source": "SHORTLINK"}))
		require.Equal(t, "shop", tell("ann", now.Add(-2*time.Minute), map[string]any{"ref": "older"}), "the latest counts")
		require.Equal(t, "shop", tell("ann", now, nil))
		require.Equal(t, "shop", tell("ann", now, map[string]any{"ref": strings.Repeat("x", 9<<10)}), "too much")
		require.Equal(t, "spring", tell("ann", now, map[string]any{"ref": "spring"}))
	})
}

// A receipt finds its message by our own id, and may be about all up to a time.
func TestReceiptsByOtherMeans(t *testing.T) {
	t.Parallel()
	onEachStore(t, func(t *testing.T, newScene sceneMaker) {
		s := newScene(t, "", nil)
		c := s.hear("ann", "hello").Conversation
		lost := s.reply(c, "one")
		s.fake.Then(channeltest.Lose())
		s.runDue()
		require.Equal(t, helpdesk.StateUnknown, s.message(lost.ID).State)
		s.news(helpdesk.BatchItem{Receipts: []helpdesk.Receipt{{ExternalID: "x-1", Message: lost.ID, State: helpdesk.StateDelivered}}})
		require.Equal(t, []any{helpdesk.StateDelivered, "x-1"}, []any{s.message(lost.ID).State, s.message(lost.ID).ExternalID})

		two := s.reply(c, "two")
		s.runDue()
		s.clock.Advance(time.Minute)
		seen := s.clock.Now()
		s.clock.Advance(time.Minute)
		three := s.reply(c, "three")
		s.runDue()
		s.news(helpdesk.BatchItem{Receipts: []helpdesk.Receipt{{Source: "ann", Through: seen, State: helpdesk.StateRead}, {Source: "nobody", Through: seen, State: helpdesk.StateRead}}})
		require.Equal(t, []helpdesk.SendState{helpdesk.StateRead, helpdesk.StateRead, helpdesk.StateSent},
			[]helpdesk.SendState{s.message(lost.ID).State, s.message(two.ID).State, s.message(three.ID).State})
	})
}

// Of the parts of a message only a failure says something, and to its own inbox alone.
func TestReceiptsOfParts(t *testing.T) {
	t.Parallel()
	onEachStore(t, func(t *testing.T, newScene sceneMaker) {
		s := newScene(t, "", nil)
		c := s.hear("ann", "hello").Conversation
		part := func(m *helpdesk.Message, state helpdesk.SendState) helpdesk.SendState {
			s.news(helpdesk.BatchItem{Receipts: []helpdesk.Receipt{{ExternalID: "part-1", Message: m.ID, State: state, Part: true, Code: "131026", Reason: "undeliverable"}}})
			return s.message(m.ID).State
		}
		lost := s.reply(c, "one")
		s.fake.Then(channeltest.Lose())
		s.runDue()
		require.Equal(t, helpdesk.StateUnknown, part(lost, helpdesk.StateRead), "the rest may not have gone")
		require.Equal(t, helpdesk.StateFailed, part(lost, helpdesk.StateFailed))
		require.Equal(t, []string{"131026: undeliverable", ""}, []string{s.message(lost.ID).FailReason, s.message(lost.ID).ExternalID})

		sent := s.reply(c, "two")
		s.runDue()
		s.news(helpdesk.BatchItem{Receipts: []helpdesk.Receipt{{ExternalID: "x", State: helpdesk.StateFailed, Part: true}, {ExternalID: "x", State: helpdesk.StateFailed, Part: true, Message: 1 << 40}}})
		require.Equal(t, helpdesk.StateSent, s.message(sent.ID).State)
		require.Equal(t, helpdesk.StateSent, part(sent, helpdesk.StateDelivered))
		require.Equal(t, helpdesk.StateFailed, part(sent, helpdesk.StateFailed))
	})
}

// An inbox whose provider takes nothing more says so once, and troubles it no more.
func TestRevokedInbox(t *testing.T) {
	t.Parallel()
	onEachStore(t, func(t *testing.T, newScene sceneMaker) {
		s := newScene(t, "", nil)
		c := s.hear("ann", "hello").Conversation
		s.fake.Then(channeltest.Revoke("the token was taken back"))
		first, second := s.reply(c, "one"), s.reply(c, "two")
		s.runDue()
		box, err := s.desk.Inboxes.Get(s.Context(), s.inbox.ID)
		require.NoError(t, err)
		require.Equal(t, s.clock.Now().UTC(), box.RevokedAt.UTC())
		require.Equal(t, "the token was taken back", box.RevokedReason)
		require.Equal(t, []helpdesk.SendState{helpdesk.StateFailed, helpdesk.StateFailed}, []helpdesk.SendState{s.message(first.ID).State, s.message(second.ID).State})
		require.Contains(t, s.message(second.ID).FailReason, "connected again")
		require.Len(t, s.fake.Sent(), 1, "the second did not reach it")
		v, err := s.desk.Messages.CanSend(s.Context(), c, helpdesk.Reply{Content: "x"})
		require.NoError(t, err)
		require.Equal(t, helpdesk.Disconnected, v.Reason)

		_, err = s.desk.Inboxes.Update(s.Context(), s.inbox.ID, helpdesk.InboxInput{Settings: []byte("{}")})
		require.NoError(t, err)
		_, err = s.desk.Messages.Retry(s.Context(), second.ID)
		require.NoError(t, err)
		s.runDue()
		require.Equal(t, helpdesk.StateSent, s.message(second.ID).State)

		s.news(helpdesk.BatchItem{Notices: []helpdesk.Notice{{Kind: helpdesk.NoticeRevoked, Reason: "the account was closed"}}})
		box, err = s.desk.Inboxes.Get(s.Context(), s.inbox.ID)
		require.NoError(t, err)
		require.Equal(t, "the account was closed", box.RevokedReason)
		s.news(helpdesk.BatchItem{Notices: []helpdesk.Notice{{Kind: helpdesk.NoticeRestored}}})
		box, err = s.desk.Inboxes.Get(s.Context(), s.inbox.ID)
		require.NoError(t, err)
		require.True(t, box.RevokedAt.IsZero())
	})
}

// A file that the provider only names is fetched from it.
func TestFilesByTheirProvidersName(t *testing.T) {
	t.Parallel()
	onEachStore(t, func(t *testing.T, newScene sceneMaker) {
		blobs, err := helpdesk.NewDirBlobs(t.TempDir())
		require.NoError(t, err)
		t.Cleanup(func() { _ = blobs.Close() })
		s := newScene(t, "", func(o *helpdesk.Options) { o.Blobs = blobs })
		s.fake.Keep("media-1", []byte("%PDF-1.7 the bill"))
		m, err := s.receive(helpdesk.Inbound{From: from("ann"), Attachments: []helpdesk.InboundFile{{Ref: "media-1", Name: "bill.pdf"}, {Ref: "gone"}}})
		require.NoError(t, err)
		s.runDue()
		m = s.message(m.ID)
		require.Equal(t, []any{"bill.pdf", "application/pdf", int64(17), ""}, []any{m.Attachments[0].Name, m.Attachments[0].ContentType, m.Attachments[0].Size, m.Attachments[0].Ref})
		require.NotEmpty(t, m.Attachments[0].Blob)
		require.Empty(t, m.Attachments[1].Blob)
	})
}
