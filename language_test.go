package helpdesk_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/gohelpdesk/helpdesk"
)

// A conversation is held in the language of its first message that gives it away,
// unless somebody says otherwise; rules see it at once.
func TestConversationsHaveALanguage(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w *world) {
		box := w.inboxWith(helpdesk.InboxInput{Name: ptr("Shop"), AutoAssign: ptr(false)})
		w.rule(helpdesk.MessageCreated, cond("conversation_language", helpdesk.Equal, "PT-br"), action(helpdesk.DoAddNote, "fala"))
		asked := 0
		e := w.newEngine(helpdesk.Options{DetectLanguage: func(text string) string {
			asked++
			require.LessOrEqual(t, utf8.RuneCountInString(text), 1000)
			switch {
			case strings.HasPrefix(text, "Onde"):
				return "pt_BR"
			case text == "???":
				return "no such language"
			}
			return ""
		}})
		write := func(text string) *helpdesk.Conversation {
			m, err := e.Receive(w.ctx, w.account, box.ID, helpdesk.Inbound{From: helpdesk.Person{Source: "ana"}, Content: text})
			require.NoError(t, err)
			return w.conversation(m.Conversation)
		}
		require.Empty(t, write("ok").Language())
		require.Empty(t, write("???").Language(), "what is no language is none")
		require.Empty(t, write("").Language())
		c := write("Onde está meu pedido? " + strings.Repeat("x", 5000))
		require.Equal(t, "pt-BR", c.Language())
		require.Equal(t, "fala", last(w.said(c.ID)))
		require.Equal(t, 3, asked, "nothing is asked about an empty text")

		changed, err := w.admin.Conversations.Update(w.ctx, c.ID, helpdesk.ConversationChange{Language: ptr("es"), Priority: ptr(helpdesk.High)})
		require.NoError(t, err)
		require.Equal(t, "es", changed.Language())
		require.Equal(t, helpdesk.High, changed.Priority)
		require.Equal(t, "es", write("Onde?").Language(), "what was said stands")
		_, err = w.admin.Conversations.Update(w.ctx, c.ID, helpdesk.ConversationChange{Language: ptr("")})
		require.NoError(t, err)
		require.Equal(t, "pt-BR", write("Onde?").Language(), "and may be detected again")

		err = quiet(w.admin.Conversations.Update(w.ctx, c.ID, helpdesk.ConversationChange{Language: ptr("no such"), Priority: ptr(helpdesk.Priority("x"))}))
		require.Equal(t, map[string]string{
			"conversation_language": "must be a language, such as pt or en", "priority": "must be low, medium, high or urgent",
		}, fieldsOf(t, err))
	})
}
