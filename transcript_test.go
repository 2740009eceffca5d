package helpdesk_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gohelpdesk/helpdesk"
)

// A macro mails what was said, without notes, to each address on its own.
func TestTranscriptAction(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w *world) {
		mails := mailing(w)
		admin := w.as(w.owner)
		c := w.write(w.inbox("Shop"), "c1", "where is my order?")
		_, err := admin.Messages.Send(w.ctx, c.ID, helpdesk.Reply{Content: "on its way"})
		require.NoError(t, err)
		_, err = admin.Messages.Send(w.ctx, c.ID, helpdesk.Reply{Content: "between us", Private: true})
		require.NoError(t, err)
		m, err := admin.Macros.Create(w.ctx, helpdesk.MacroInput{
			Name:    ptr("send it"),
			Actions: []helpdesk.RuleAction{action(helpdesk.DoSendTranscript, "ann@mail.example, bob@mail.example", "bob@mail.example"), action(helpdesk.DoResolve)},
		})
		require.NoError(t, err)
		require.NoError(t, admin.Macros.Execute(w.ctx, m.ID, c.Display))
		w.runDue()
		require.Equal(t, helpdesk.Resolved, w.conversation(c.ID).Status, "the next action goes on")
		var to []string
		for _, mail := range mails.mails {
			require.Len(t, mail.To, 1, "nobody learns who else gets it")
			to = append(to, mail.To[0])
			require.Contains(t, mail.Text, "where is my order?")
			require.Contains(t, mail.Text, "on its way")
			require.NotContains(t, mail.Text, "between us")
		}
		require.ElementsMatch(t, []string{"ann@mail.example", "bob@mail.example"}, to)

		many := make([]any, 11)
		for i := range many {
			many[i] = string(rune('a'+i)) + "@mail.example"
		}
		for name, values := range map[string][]any{
			"none": nil, "blank": {""}, "no address": {"nobody"}, "one bad of two": {"ann@mail.example,nobody"},
			"no text": {1.0}, "another in the header": {"ann@mail.example\r\nBcc: eve@mail.example"}, "too many": many,
		} {
			_, err := admin.Macros.Create(w.ctx, helpdesk.MacroInput{Name: ptr("x"), Actions: []helpdesk.RuleAction{action(helpdesk.DoSendTranscript, values...)}})
			require.ErrorIs(t, err, helpdesk.Invalid, name)
			require.ErrorContains(t, err, "send_email_transcript must hold one to ten e-mail addresses", name)
		}
	})
}

// However much was said, a transcript is a mail that can be sent: the newest of
// it.
func TestTranscriptIsBounded(t *testing.T) {
	t.Parallel()
	w := newWorld(t, openMemory)
	mails := mailing(w)
	admin := w.as(w.owner)
	c := w.write(w.inbox("Shop"), "c1", "the first")
	for range 12 {
		_, err := admin.Messages.Send(w.ctx, c.ID, helpdesk.Reply{Content: strings.Repeat("long ", 29_000)})
		require.NoError(t, err)
	}
	_, err := admin.Messages.Send(w.ctx, c.ID, helpdesk.Reply{Content: "the last"})
	require.NoError(t, err)
	require.NoError(t, admin.Conversations.Transcript(w.ctx, c.ID, "ann@mail.example"))
	w.runDue()
	require.Len(t, mails.mails, 1)
	said := mails.mails[0].Text
	require.Less(t, len(said), 1<<20)
	require.Greater(t, len(said), 1<<19)
	require.Contains(t, said, "the last")
	require.NotContains(t, said, "the first")
}
