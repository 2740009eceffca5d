package helpdesk_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gohelpdesk/helpdesk"
)

// photo is one picture of Ann's album.
func photo(id, caption string) helpdesk.Inbound {
	return helpdesk.Inbound{
		ExternalID: id, From: from("ann"), Content: caption, Group: "album",
		Attachments: []helpdesk.InboundFile{{Type: "image", Name: id + ".png", Meta: map[string]any{"of": id}}},
	}
}

// shown is what a conversation shows: words and the names of files.
func (s *scene) shown(id helpdesk.ConversationID) (list []string) {
	s.Helper()
	messages, err := s.desk.Messages.List(s.Context(), helpdesk.MessageFilter{Conversation: id, Public: true}, helpdesk.Page{})
	require.NoError(s, err)
	for _, m := range messages {
		line := m.Content
		for _, a := range m.Attachments {
			line += " " + strings.TrimSuffix(a.Name, ".png")
		}
		list = append(list, line)
	}
	return list
}

// What a customer sends as one is one message, however it comes.
func TestGroups(t *testing.T) {
	t.Parallel()
	alone := func(in helpdesk.Inbound) helpdesk.Inbound { in.Group = ""; return in }
	by := func(in helpdesk.Inbound, who string) helpdesk.Inbound { in.From = from(who); return in }
	const wait = "wait"
	for _, c := range []struct {
		name string
		in   []helpdesk.Inbound // one without a sender lets more than a minute pass
		want []string           // of Ann's conversation
	}{
		{"in order", []helpdesk.Inbound{photo("1", "look"), photo("2", ""), photo("3", "")}, []string{"look 1 2 3"}},
		{"the words under the second", []helpdesk.Inbound{photo("1", ""), photo("2", "look"), photo("3", "")}, []string{"look 1 2 3"}},
		{"words under each", []helpdesk.Inbound{photo("1", "one"), photo("2", "two")}, []string{"one\n\ntwo 1 2"}},
		{"out of order", []helpdesk.Inbound{photo("3", ""), photo("1", "look"), photo("2", "")}, []string{"look 3 1 2"}},
		{"redelivered", []helpdesk.Inbound{photo("1", "look"), photo("2", ""), photo("2", ""), photo("1", "look"), photo("3", ""), photo("3", "")}, []string{"look 1 2 3"}},
		{"something between", []helpdesk.Inbound{photo("1", ""), {ExternalID: "x", From: from("ann"), Content: "hm"}, photo("2", "")}, []string{" 1 2", "hm"}},
		{"too late", []helpdesk.Inbound{photo("1", ""), {Content: wait}, photo("2", ""), photo("3", "")}, []string{" 1", " 2 3"}},
		{"redelivered too late", []helpdesk.Inbound{photo("1", ""), photo("2", ""), {Content: wait}, photo("2", "")}, []string{" 1 2"}},
		{"no group", []helpdesk.Inbound{alone(photo("1", "")), alone(photo("2", ""))}, []string{" 1", " 2"}},
		{"somebody else's", []helpdesk.Inbound{photo("1", ""), by(photo("2", ""), "bo"), photo("3", "")}, []string{" 1", " 3"}},
		{"without an id", []helpdesk.Inbound{photo("", "a"), photo("", "")}, []string{"a  "}},
		{"words alone", []helpdesk.Inbound{photo("1", ""), {ExternalID: "2", From: from("ann"), Content: "hm", Group: "album"}, photo("3", "")}, []string{" 1", "hm 3"}},
		{"too long", []helpdesk.Inbound{photo("1", strings.Repeat("a", 150_000)), photo("2", "b"), photo("3", "")}, []string{strings.Repeat("a", 150_000) + " 1", "b 2 3"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			onEachStore(t, func(t *testing.T, newScene sceneMaker) {
				s := newScene(t, "", nil)
				for i, in := range c.in {
					if in.Content == wait {
						s.clock.Advance(time.Minute + time.Second)
						continue
					}
					s.engine = s.newEngine() // nothing of it is in memory
					m, err := s.receive(in)
					require.NoError(t, err)
					require.NotNil(t, m, "of %d", i)
				}
				require.Equal(t, c.want, s.shown(s.list()[0].ID))
			})
		})
	}
}

func TestGroupHasRoom(t *testing.T) {
	t.Parallel()
	onEachStore(t, func(t *testing.T, newScene sceneMaker) {
		s := newScene(t, "", nil)
		var messages []helpdesk.Inbound
		for i := range 17 {
			messages = append(messages, photo(fmt.Sprint(i), ""))
		}
		s.news(helpdesk.BatchItem{Messages: messages})
		require.Equal(t, []string{" 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14", " 15 16"}, s.shown(s.list()[0].ID))
	})
}

// Pictures that come at the same time make one message.
func TestGroupAtOnce(t *testing.T) {
	t.Parallel()
	onEachStore(t, func(t *testing.T, newScene sceneMaker) {
		s := newScene(t, "", nil)
		failed := make(chan error, 10)
		for i := range 10 {
			go func() {
				_, err := s.receive(photo(fmt.Sprint(i/2), ""))
				failed <- err
			}()
		}
		for range 10 {
			require.NoError(t, <-failed)
		}
		require.Len(t, s.list(), 1)
		shown := s.shown(s.list()[0].ID)
		require.Len(t, shown, 1)
		require.Len(t, strings.Fields(shown[0]), 5)
	})
}

// News that name any picture reach the message, and rules hear of it once.
func TestNewsOfGroups(t *testing.T) {
	t.Parallel()
	onEachStore(t, func(t *testing.T, newScene sceneMaker) {
		s := newScene(t, "", nil)
		_, err := s.desk.Rules.Create(s.Context(), helpdesk.RuleInput{Name: ptr("all"), Event: helpdesk.MessageCreated, Actions: []helpdesk.RuleAction{
			{Name: helpdesk.DoSendMessage, Values: []any{"thanks"}},
		}})
		require.NoError(t, err)
		at := s.clock.Now()
		edit := func(id, words string, after time.Duration) helpdesk.BatchItem {
			return helpdesk.BatchItem{Edits: []helpdesk.Edit{{ExternalID: id, Content: words, At: at.Add(after)}}}
		}
		s.news(edit("3", "early", 0)) // before its picture
		first, err := s.receive(photo("1", "look"))
		require.NoError(t, err)
		s.clock.Advance(10 * time.Second)
		for _, id := range []string{"2", "3"} {
			m, err := s.receive(photo(id, ""))
			require.NoError(t, err)
			require.Equal(t, first.ID, m.ID)
		}
		s.runDue()
		require.Equal(t, []string{"early 1 2 3", "thanks"}, s.shown(first.Conversation))
		c := s.conversation(first.Conversation)
		require.Equal(t, 1, c.Unread)
		require.Equal(t, s.clock.Now(), c.LastInAt.UTC())

		s.clock.Advance(time.Minute)
		s.news(edit("3", "look here", 20*time.Second))
		s.news(edit("2", "", 30*time.Second))
		require.Equal(t, "look here", s.message(first.ID).Content, "a picture without words takes none away")
		s.news(helpdesk.BatchItem{Reactions: []helpdesk.Reaction{{ExternalID: "3", From: "ann", Emoji: "👍", At: at}}})
		require.Contains(t, fmt.Sprint(s.message(first.ID).ContentAttrs["reactions"]), "👍")
		quote, err := s.receive(helpdesk.Inbound{ExternalID: "q", From: from("ann"), Content: "this", ReplyTo: "2"})
		require.NoError(t, err)
		require.Equal(t, []any{"2", float64(first.ID)}, []any{quote.ContentAttrs["in_reply_to_external_id"], quote.ContentAttrs["in_reply_to"]})
		unknown, err := s.receive(helpdesk.Inbound{ExternalID: "u", From: from("ann"), Content: "that", ReplyTo: "nobody's"})
		require.NoError(t, err)
		require.NotContains(t, unknown.ContentAttrs, "in_reply_to")

		var kinds []helpdesk.EventKind
		require.NoError(t, s.store.View(s.Context(), s.inbox.Account, func(ctx context.Context, tx helpdesk.Tx) error {
			events, err := tx.Events().Since(ctx, 0, 1000)
			for _, ev := range events {
				if ev.Message == first.ID && len(kinds) < 4 {
					kinds = append(kinds, ev.Kind)
				}
			}
			return err
		}))
		require.Equal(t, []helpdesk.EventKind{helpdesk.MessageCreated, helpdesk.RuleRan, helpdesk.MessageUpdated, helpdesk.MessageUpdated}, kinds)

		s.news(helpdesk.BatchItem{Edits: []helpdesk.Edit{{ExternalID: "2", Deleted: true}}})
		m := s.message(first.ID)
		require.Equal(t, true, m.ContentAttrs["deleted"])
		require.Empty(t, m.Attachments)
		again, err := s.receive(photo("3", ""))
		require.NoError(t, err)
		require.Equal(t, m.ID, again.ID, "what was taken back does not come back")
		require.Empty(t, s.message(first.ID).Attachments)
	})
}
