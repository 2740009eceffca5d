package helpdesk_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gohelpdesk/helpdesk"
	"github.com/gohelpdesk/helpdesk/channel/channeltest"
)

// phone is an inbox that heeds words.
func (w *world) phone(members ...helpdesk.AgentID) *helpdesk.Inbox {
	return w.inboxWith(helpdesk.InboxInput{Name: ptr("Phone"), OptOutWords: ptr(true)}, members...)
}

func TestOptOutWords(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w *world) {
		box := w.phone()
		for text, want := range map[string]any{
			"STOP": true, "stop": true, " Stop! \n": true, "*STOP*": true, "s.t.o.p.": true, "STOP 🛑": true, "ＳＴＯＰ": true, "stop\x00": true, "st\u00f3p": true, "\u200bstop": true,
			"StopAll": true, "unsubscribe": true, "Quit.": true,
			"PARAR": true, "Parár": true, "pare": true, "“Sair”": true, "sai\u0301r": true,
			"BAJA": true, "¡baja!": true,
			// What is said of something else.
			"please stop": nil, "stop it": nil, "parar de fumar": nil, "não pare": nil, "nonstop": nil, "": nil, "...": nil, "\xff": nil,
			"CANCELAR": nil, "cancel": nil, "END": nil, "alto": nil, "stop" + strings.Repeat(" ", 300): nil, strings.Repeat("stop ", 60): nil,
			// Nothing is taken back that was not said.
			"START": nil, "voltar": nil,
		} {
			c := w.write(box, "text "+fmt.Sprintf("%x", text), text)
			require.Equal(t, want, stopped(t, w.admin, c.Contact, helpdesk.ConsentAll), "%q", text)
		}
		for name, in := range map[string]helpdesk.Inbound{
			"a picture":                {Attachments: []helpdesk.InboundFile{{URL: "https://shop.example/sign.png"}}},
			"a program's":              {Automatic: true},
			"what the business said":   {Echo: true},
			"what was said long ago":   {History: true, At: w.clock.Now().Add(-time.Hour)},
			"a letter":                 {ContentType: "incoming_email"},
			"an old client's own mark": {Extra: map[string]any{"auto_reply": true}},
		} {
			in.Content, in.From.Source = "STOP", name
			m, err := w.engine.Receive(w.ctx, w.account, box.ID, in)
			require.NoError(t, err)
			require.Nil(t, stopped(t, w.admin, w.conversation(m.Conversation).Contact, helpdesk.ConsentAll), name)
		}
		off := w.inbox("Web")
		require.False(t, off.OptOutWords, "the API channel's customers expect nothing of the kind")
		require.Nil(t, stopped(t, w.admin, w.write(off, "c", "STOP").Contact, helpdesk.ConsentAll))
	})
}

// What a word does: a line in the ledger, the state, a line in the conversation and
// an event; everything else goes on.
func TestOptOutByWord(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w *world) {
		w.set(map[string]any{"opt_out_confirmation": "No more, {{contact.name}}.", "opt_in_confirmation": "Welcome back."})
		ada := w.agent("ada", helpdesk.AgentRole)
		box := w.phone(ada)
		_, err := w.admin.Inboxes.Update(w.ctx, box.ID, helpdesk.InboxInput{GreetingEnabled: ptr(true), Greeting: ptr("Hello!")})
		require.NoError(t, err)
		at := w.clock.Now().Add(-time.Second)
		say := func(text string) *helpdesk.Conversation {
			at = at.Add(time.Minute)
			w.clock.Advance(time.Minute)
			in := helpdesk.Inbound{ExternalID: "at " + at.String(), From: helpdesk.Person{Source: "c", Name: "Ann"}, Content: text, At: at}
			var m *helpdesk.Message
			for range 2 { // told twice, it was said once
				m, err = w.engine.Receive(w.ctx, w.account, box.ID, in)
				require.NoError(t, err)
			}
			return w.conversation(m.Conversation)
		}
		c := say("Parar!")
		require.Equal(t, helpdesk.Open, c.Status)
		require.Equal(t, ada, c.Assignee, "routing goes on")
		require.Equal(t, []string{"Parar!", "No more, Ann.", "Hello!"}, w.said(c.ID))
		require.Contains(t, w.lines(c.ID), "The customer stopped messages by writing “Parar!”")
		rows, err := w.admin.Contacts.Consents(w.ctx, c.Contact, helpdesk.Page{})
		require.NoError(t, err)
		require.Equal(t, []*helpdesk.Consent{{
			Account: w.account, ID: rows[0].ID, Contact: c.Contact, Category: helpdesk.ConsentAll, Stop: true, Source: helpdesk.ConsentWord,
			Inbox: box.ID, Message: c.LastIncoming, Actor: helpdesk.ActorRef{Kind: helpdesk.ByContact, ID: int64(c.Contact)}, Note: "Parar!",
			At: at.UTC(), CreatedAt: w.clock.Now().UTC(),
		}}, rows)
		contact, err := w.admin.Contacts.Get(w.ctx, c.Contact)
		require.NoError(t, err)
		require.Equal(t, map[string]any{"all": map[string]any{"stop": true, "at": at.UTC().Format(time.RFC3339Nano)}}, contact.Extra["consent"])
		require.Equal(t, w.clock.Now().UTC(), contact.LastActivityAt.UTC())

		say("stop")
		say("alta")
		say("START")
		require.Equal(t, []string{"allow all word alta", "stop all word stop", "stop all word Parar!"}, consents(t, w.admin, c.Contact))
		require.Equal(t, []string{"Parar!", "No more, Ann.", "Hello!", "stop", "alta", "Welcome back.", "START"}, w.said(c.ID), "what changed nothing is not confirmed")
		require.Contains(t, w.lines(c.ID), "The customer allowed messages again by writing “alta”")
		require.Equal(t, false, stopped(t, w.admin, c.Contact, helpdesk.ConsentAll))

		var events []*helpdesk.Event
		for _, ev := range w.log() {
			if ev.Kind == helpdesk.ContactConsent {
				events = append(events, ev)
			}
		}
		require.Len(t, events, 2, "of what changed")
		require.Equal(t, []any{c.Contact, int64(rows[0].ID)}, []any{events[0].Contact, events[0].Subject})
		require.Equal(t, []string{"false", "true"}, []string{string(events[0].Details["stop"].Before), string(events[0].Details["stop"].After)})
		require.Equal(t, `"all"`, string(events[0].Details["category"].After))

		// Who is blocked is answered nothing, and heeded all the same.
		_, err = w.admin.Contacts.Update(w.ctx, c.Contact, helpdesk.ContactChange{Blocked: ptr(true)})
		require.NoError(t, err)
		c = say("STOP")
		said := w.said(c.ID)
		require.Equal(t, "STOP", said[len(said)-1])
		require.Equal(t, true, stopped(t, w.admin, c.Contact, helpdesk.ConsentAll))

		for locale, line := range map[string]string{"pt_BR": "O cliente parou de receber mensagens ao escrever “sair”", "es": "El cliente dejó de recibir mensajes al escribir “sair”"} {
			_, err := w.admin.Accounts.Update(w.ctx, helpdesk.AccountChange{Locale: &locale})
			require.NoError(t, err)
			require.Contains(t, w.lines(w.write(box, locale, "sair").ID), line)
		}
	})
}

// A word that is said late stands in the ledger, and changes nothing.
func TestOptOutWordToldLate(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w *world) {
		box := w.phone()
		c := w.write(box, "c", "hello")
		_, err := w.admin.Contacts.SetConsent(w.ctx, c.Contact, helpdesk.ConsentInput{Category: helpdesk.ConsentAll, Note: "by telephone"})
		require.NoError(t, err)
		_, err = w.engine.Receive(w.ctx, w.account, box.ID, helpdesk.Inbound{From: helpdesk.Person{Source: "c"}, Content: "STOP", At: w.clock.Now().Add(-time.Minute)})
		require.NoError(t, err)
		require.Equal(t, []string{"stop all word STOP", "allow all person by telephone"}, consents(t, w.admin, c.Contact))
		require.Equal(t, false, stopped(t, w.admin, c.Contact, helpdesk.ConsentAll))
		require.NotContains(t, strings.Join(w.lines(c.ID), "\n"), "stopped messages")
	})
}

// What a menu of a bot or a flow asks for is its answer, but a plain STOP is not.
func TestOptOutWordsInMenus(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w *world) {
		box := w.phone()
		_, robo := w.bot(box, "")
		offer := func(source string, extra map[string]any) *helpdesk.Conversation {
			c := w.write(box, source, "hello")
			_, err := robo.Messages.Send(w.ctx, c.ID, helpdesk.Reply{Content: "1 Orders, SAIR to leave", Extra: extra})
			require.NoError(t, err)
			return c
		}
		offer("menu", nil)
		require.Nil(t, stopped(t, w.admin, w.write(box, "menu", "sair").Contact, helpdesk.ConsentAll))
		offer("stop", nil)
		require.Equal(t, true, stopped(t, w.admin, w.write(box, "stop", "STOP").Contact, helpdesk.ConsentAll))
		offer("promotion", map[string]any{"template_params": map[string]any{"name": "sale", "language": "pt_BR"}})
		require.Equal(t, true, stopped(t, w.admin, w.write(box, "promotion", "SAIR").Contact, helpdesk.ConsentAll))
		c := offer("person", nil)
		_, err := w.admin.Messages.Send(w.ctx, c.ID, helpdesk.Reply{Content: "How may I help?"})
		require.NoError(t, err)
		_, err = robo.Messages.Send(w.ctx, c.ID, helpdesk.Reply{Content: "note", Private: true})
		require.NoError(t, err)
		require.Equal(t, true, stopped(t, w.admin, w.write(box, "person", "sair").Contact, helpdesk.ConsentAll))

		flow := w.flow("menu", ask("q", "Leave by SAIR", "answer", "end"), handOff("end"))
		entry := w.inboxWith(helpdesk.InboxInput{Name: ptr("Flow"), EntryFlow: &flow.ID, OptOutWords: ptr(true)})
		w.write(entry, "flow", "hello")
		c = w.write(entry, "flow", "SAIR")
		require.Nil(t, stopped(t, w.admin, c.Contact, helpdesk.ConsentAll))
		require.Equal(t, "SAIR", w.run(c.ID).Variables["answer"])
		require.Equal(t, true, stopped(t, w.admin, w.write(entry, "first word", "SAIR").Contact, helpdesk.ConsentAll))
	})
}

// Inboxes whose customers expect it heed words from the first day, others when they
// are told to.
func TestOptOutWordsAreTheChannelsDefault(t *testing.T) {
	t.Parallel()
	s := newScene(t, `{"opt_out_words": true}`, nil)
	require.True(t, s.inbox.OptOutWords)
	require.Equal(t, true, stopped(t, s.desk, s.conversation(s.hear("ann", "STOP").Conversation).Contact, helpdesk.ConsentAll))
	for _, on := range []bool{false, true} {
		box, err := s.desk.Inboxes.Update(t.Context(), s.inbox.ID, helpdesk.InboxInput{OptOutWords: &on})
		require.NoError(t, err)
		require.Equal(t, on, box.OptOutWords)
		box, err = s.desk.Inboxes.Update(t.Context(), s.inbox.ID, helpdesk.InboxInput{Name: ptr("Phone")})
		require.NoError(t, err)
		require.Equal(t, on, box.OptOutWords, "it is a choice from then on")
	}
	require.False(t, newScene(t, "", nil).inbox.OptOutWords)
	box, err := s.desk.Inboxes.Create(t.Context(), helpdesk.InboxInput{Kind: channeltest.FakeKind, Name: ptr("Quiet"), Settings: []byte(`{"opt_out_words": true}`), OptOutWords: ptr(false)})
	require.NoError(t, err)
	require.False(t, box.OptOutWords)
}

func TestOptOutWordsOfAnAccount(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w *world) {
		box := w.phone()
		state := func(source, text string) any {
			return stopped(t, w.admin, w.write(box, source, text).Contact, helpdesk.ConsentAll)
		}
		w.set(map[string]any{"opt_out_words": []any{"Chega!", "Não quero mais"}, "opt_in_words": []any{"Quero"}})
		require.Equal(t, true, state("a", "CHEGA"))
		require.Equal(t, true, state("b", "nao  quero MAIS."))
		require.Nil(t, state("c", "STOP"), "the list replaces ours")
		require.Equal(t, true, state("a", "START"))
		require.Equal(t, false, state("a", "quero"))
		w.restart()
		require.Equal(t, true, state("d", "chega"))
		w.set(map[string]any{"opt_out_words": []any{}, "opt_in_words": nil})
		require.Equal(t, true, state("c", "STOP"))
		require.Equal(t, false, state("c", "START"))

		for name, bad := range map[string]map[string]any{
			"opt_out_words": {"opt_out_words": "STOP"}, "opt_in_words": {"opt_in_words": []any{"!!!"}},
			"opt_out_confirmation": {"opt_out_confirmation": 1.0},
		} {
			_, err := w.admin.Accounts.Update(w.ctx, helpdesk.AccountChange{Settings: bad})
			require.ErrorIs(t, err, helpdesk.Invalid)
			require.Contains(t, fieldsOf(t, err), name)
		}
		many := make([]any, 51)
		for i := range many {
			many[i] = "word"
		}
		for _, bad := range [][]any{many, {1.0}, {strings.Repeat("a", 61)}} {
			_, err := w.admin.Accounts.Update(w.ctx, helpdesk.AccountChange{Settings: map[string]any{"opt_out_words": bad}})
			require.ErrorIs(t, err, helpdesk.Invalid)
		}
	})
}

// Where nobody says such a word, heeding them costs no statement.
func TestOptOutWordsCostNothing(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w *world) {
		on, off := w.phone(), w.inbox("Web")
		cost := func(box *helpdesk.Inbox, text string) int {
			w.write(box, "c", "hello")
			return w.statements(func() { w.write(box, "c", text) })
		}
		require.Equal(t, cost(off, "and again"), cost(on, "and again"))
		require.Equal(t, cost(off, "START"), cost(on, "START"), "nothing to take back")
	})
}
