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

// consents is a contact's ledger, newest first: "stop all word PARAR".
func consents(t *testing.T, d *helpdesk.Desk, id helpdesk.ContactID) []string {
	t.Helper()
	rows, err := d.Contacts.Consents(t.Context(), id, helpdesk.Page{})
	require.NoError(t, err)
	out := []string{}
	for _, r := range rows {
		verb := map[bool]string{true: "stop", false: "allow"}[r.Stop]
		out = append(out, strings.TrimSpace(fmt.Sprint(verb, " ", r.Category, " ", r.Source, " ", r.Note)))
	}
	return out
}

// stopped reads of a contact's state whether a category is stopped; nil = nothing
// was said.
func stopped(t *testing.T, d *helpdesk.Desk, id helpdesk.ContactID, category helpdesk.ConsentCategory) any {
	t.Helper()
	c, err := d.Contacts.Get(t.Context(), id)
	require.NoError(t, err)
	held, _ := c.Extra["consent"].(map[string]any)
	said, _ := held[string(category)].(map[string]any)
	return said["stop"]
}

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

// What a stop keeps from the customer, and what it does not.
func TestConsentAllRefuses(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w *world) {
		box := w.phone()
		w.keepAlive(box, alive(true))
		w.set(map[string]any{"auto_resolve_after": 120.0, "auto_resolve_message": "Closed."})
		_, err := w.admin.Rules.Create(w.ctx, helpdesk.RuleInput{
			Name: ptr("ask"), Event: helpdesk.CustomerSilent, After: ptr(10),
			Actions: []helpdesk.RuleAction{action(helpdesk.DoSendMessage, "Are you there?"), action(helpdesk.DoAddLabel, "silent")},
		})
		require.NoError(t, err)
		w.rule(helpdesk.MessageCreated, cond("message_type", helpdesk.Equal, "incoming"), action(helpdesk.DoSendMessage, "We read this."))
		template := helpdesk.Reply{Content: "Order", Extra: map[string]any{"template_params": map[string]any{"name": "order", "language": "en", "category": "UTILITY"}}}
		can := func(c *helpdesk.Conversation, r helpdesk.Reply) helpdesk.SendBlock {
			v, err := w.admin.Messages.CanSend(w.ctx, c.ID, r)
			require.NoError(t, err)
			require.Equal(t, v.Reason == "", v.Allowed)
			return v.Reason
		}
		play := func(source string, words ...string) (*helpdesk.Conversation, *helpdesk.ScheduledMessage) {
			var c *helpdesk.Conversation
			for _, text := range words {
				c = w.writeAs(box, helpdesk.Person{Source: source, Name: "Ana"}, text)
				w.clock.Advance(time.Second)
			}
			w.send(w.admin, c.ID, "An answer")
			w.runDue()
			failed := ""
			for _, m := range w.messages(c.ID) {
				failed += m.FailReason
			}
			require.Empty(t, failed, "answers go as ever")
			m := w.later(w.admin, c, false)
			w.pass(30*time.Minute, 20*time.Minute, 15*time.Minute)
			m, err := w.admin.ScheduledMessages.Get(w.ctx, m.ID)
			require.NoError(t, err)
			return w.conversation(c.ID), m
		}
		c, m := play("stopped", "hello", "STOP")
		require.Equal(t, []string{"hello", "We read this.", "STOP", "We read this.", "An answer"}, w.said(c.ID))
		require.Equal(t, []any{helpdesk.ScheduledHeld, helpdesk.OptedOut}, []any{m.State, m.Reason})
		require.Equal(t, helpdesk.Resolved, c.Status, "keep-alive closes it without its messages")
		require.Len(t, c.Labels, 1, "what a rule does beside sending it does")
		require.Equal(t, helpdesk.OptedOut, can(c, template))
		require.Empty(t, can(c, helpdesk.Reply{Content: "free"}))
		sent, err := w.admin.Messages.Send(w.ctx, c.ID, template)
		require.NoError(t, err)
		w.runDue()
		for _, stored := range w.messages(c.ID) {
			if stored.ID == sent.ID {
				require.Equal(t, helpdesk.StateFailed, stored.State)
				require.Contains(t, stored.FailReason, "asked not to be sent")
			}
		}

		// They write again: what belongs to that goes, templates do not.
		c, m = play("stopped", "But where is my order?")
		require.Contains(t, w.said(c.ID), "Still there, Ana?")
		require.Contains(t, w.said(c.ID), "Are you there?")
		require.Equal(t, helpdesk.ScheduledSent, m.State)
		require.Equal(t, helpdesk.OptedOut, can(c, template))

		c, m = play("free", "hello")
		require.Contains(t, w.said(c.ID), "Still there, Ana?")
		require.Equal(t, helpdesk.ScheduledSent, m.State)
		require.Empty(t, can(c, template))

		// Auto-resolve, where nobody asks after silent customers.
		w.keepAlive(box, alive(false))
		for source, closes := range map[string]bool{"quiet STOP": false, "quiet hello": true} {
			c := w.write(box, source, strings.TrimPrefix(source, "quiet "))
			w.pass(2*time.Hour + time.Minute)
			require.Equal(t, helpdesk.Resolved, w.conversation(c.ID).Status)
			require.Equal(t, closes, strings.Contains(strings.Join(w.said(c.ID), " "), "Closed."), source)
		}
	})
}

// Providers tell twice, and in any order.
func TestPreferencesAreKept(t *testing.T) {
	t.Parallel()
	onEachStore(t, func(t *testing.T, newScene sceneMaker) {
		s := newScene(t, "", nil)
		c := s.conversation(s.hear("ann", "hello").Conversation)
		start := s.clock.Now()
		s.clock.Advance(time.Hour)
		tell := func(stop bool, at time.Time) {
			t.Helper()
			for range 2 {
				s.news(helpdesk.BatchItem{Preferences: []helpdesk.Preference{
					{From: from("ann"), Category: helpdesk.ConsentMarketing, Stop: stop, At: at},
					{From: from("nobody"), Category: helpdesk.ConsentMarketing, Stop: stop, At: at},
					{From: from("ann"), Stop: stop, At: at},
				}})
			}
		}
		is := func(stop any, lines int) {
			t.Helper()
			require.Equal(t, stop, stopped(t, s.desk, c.Contact, helpdesk.ConsentMarketing))
			require.Len(t, consents(t, s.desk, c.Contact), lines)
		}
		is(nil, 0)
		tell(true, start.Add(time.Minute))
		is(true, 1)
		tell(false, start.Add(3*time.Minute))
		is(false, 2)
		tell(true, start.Add(2*time.Minute)) // late: kept, and no news
		is(false, 3)
		tell(true, start.Add(time.Minute)) // again
		is(false, 3)
		tell(false, time.Time{}) // what holds, at no time
		is(false, 3)
		tell(true, time.Time{})
		is(true, 4)
		s.clock.Advance(time.Minute)
		tell(true, time.Time{})
		is(true, 4)
		require.Equal(t, []string{"stop marketing provider", "stop marketing provider", "allow marketing provider", "stop marketing provider"}, consents(t, s.desk, c.Contact))

		// A refused message tells the same, without a time of its own.
		s.fake.Then(channeltest.Unwanted("21610", "the customer has unsubscribed"), channeltest.Unwanted("21610", "the customer has unsubscribed"))
		for range 2 {
			m := s.reply(c.ID, "hello")
			s.runDue()
			require.Equal(t, helpdesk.StateFailed, s.message(m.ID).State)
			s.clock.Advance(time.Minute)
		}
		require.Equal(t, "stop all provider the customer has unsubscribed", consents(t, s.desk, c.Contact)[0])
		require.Equal(t, true, stopped(t, s.desk, c.Contact, helpdesk.ConsentAll))
		require.Len(t, consents(t, s.desk, c.Contact), 5)

		// What one person says is not forgotten by who tells of the other.
		_, err := s.desk.Contacts.SetConsent(t.Context(), c.Contact, helpdesk.ConsentInput{Category: helpdesk.ConsentAll})
		require.NoError(t, err)
		require.Equal(t, []any{false, true}, []any{stopped(t, s.desk, c.Contact, helpdesk.ConsentAll), stopped(t, s.desk, c.Contact, helpdesk.ConsentMarketing)})
	})
}

func TestSetConsent(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w *world) {
		c := w.write(w.inbox("Shop"), "c", "hello")
		now := w.clock.Now().UTC()
		in := helpdesk.ConsentInput{Category: helpdesk.ConsentMarketing, Stop: true, Note: "  said so at the till ", At: now.Add(-time.Hour)}
		ctx := helpdesk.WithIdempotencyKey(w.ctx, "client", "key", []byte("body"))
		var row *helpdesk.Consent
		for range 2 {
			again, err := w.admin.Contacts.SetConsent(ctx, c.Contact, in)
			require.NoError(t, err)
			if row != nil {
				require.Equal(t, row, again)
			}
			row = again
		}
		require.Equal(t, &helpdesk.Consent{
			Account: w.account, ID: row.ID, Contact: c.Contact, Category: helpdesk.ConsentMarketing, Stop: true, Source: helpdesk.ConsentPerson,
			Actor: helpdesk.ActorRef{Kind: helpdesk.ByAgent, ID: int64(w.owner)}, Note: "said so at the till", At: now.Add(-time.Hour), CreatedAt: now,
		}, row)
		host := w.engine.As(w.engine.Host(w.account))
		_, err := host.Contacts.SetConsent(w.ctx, c.Contact, helpdesk.ConsentInput{Category: helpdesk.ConsentMarketing, Stop: false, At: now.Add(-2 * time.Hour)})
		require.NoError(t, err)
		require.Equal(t, []string{"allow marketing program", "stop marketing person said so at the till"}, consents(t, w.admin, c.Contact))
		require.Equal(t, true, stopped(t, w.admin, c.Contact, helpdesk.ConsentMarketing), "the program's was said before")

		_, err = w.admin.Contacts.SetConsent(w.ctx, c.Contact, helpdesk.ConsentInput{Category: "sms", Note: strings.Repeat("a", 1001), At: now.Add(time.Second)})
		require.ErrorIs(t, err, helpdesk.Invalid)
		require.Len(t, fieldsOf(t, err), 3)
		_, err = w.admin.Contacts.SetConsent(w.ctx, c.Contact, helpdesk.ConsentInput{Category: helpdesk.ConsentAll, At: time.Unix(0, 0)})
		require.ErrorIs(t, err, helpdesk.Invalid)
		other := newWorld(t, openMemory)
		_, err = other.admin.Contacts.SetConsent(w.ctx, c.Contact+1000, in)
		require.ErrorIs(t, err, helpdesk.NotFound)
		_, err = other.admin.Contacts.Consents(w.ctx, c.Contact+1000, helpdesk.Page{})
		require.ErrorIs(t, err, helpdesk.NotFound)

		// Only the ledger writes the state: clients hand back what they read long ago.
		for _, extra := range []map[string]any{{"consent": map[string]any{"marketing": map[string]any{"stop": false, "at": "2099-01-01T00:00:00Z"}}, "city": "Olinda"}, {"consent": nil}} {
			got, err := w.admin.Contacts.Update(w.ctx, c.Contact, helpdesk.ContactChange{Extra: extra})
			require.NoError(t, err)
			require.Equal(t, "Olinda", got.Extra["city"])
			require.Equal(t, true, stopped(t, w.admin, c.Contact, helpdesk.ConsentMarketing))
		}
		forged := map[string]any{"consent": map[string]any{"all": map[string]any{"stop": true}}}
		self := w.engine.As(w.engine.Contact(w.account, c.Contact, c.ContactInbox))
		_, err = self.Contacts.UpdateSelf(w.ctx, helpdesk.Person{Extra: forged})
		require.NoError(t, err)
		require.Nil(t, stopped(t, w.admin, c.Contact, helpdesk.ConsentAll))
		stranger := w.writeAs(w.inbox("Other"), helpdesk.Person{Source: "x", Extra: forged}, "hello")
		require.Nil(t, stopped(t, w.admin, stranger.Contact, helpdesk.ConsentAll))
	})
}

// What two contacts said is told as one person's: of each category the latest counts.
func TestConsentsOfMergedContacts(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w *world) {
		box, now := w.inbox("Shop"), w.clock.Now()
		type said struct {
			category helpdesk.ConsentCategory
			stop     bool
			ago      int
		}
		all, promo := helpdesk.ConsentAll, helpdesk.ConsentMarketing
		for _, c := range []struct {
			name       string
			base, from []said
			all, promo any
			lines      int
		}{
			{"nobody said anything", nil, nil, nil, nil, 0},
			{"the other one did", nil, []said{{all, true, 1}}, true, nil, 1},
			{"both, the other later", []said{{all, true, 2}}, []said{{all, false, 1}}, false, nil, 2},
			{"both, the other before", []said{{all, true, 1}}, []said{{all, false, 2}}, true, nil, 2},
			{"both at once", []said{{all, false, 1}}, []said{{all, true, 1}}, true, nil, 2},
			{"both at once, the other way", []said{{all, true, 1}}, []said{{all, false, 1}}, true, nil, 2},
			{"of two things", []said{{all, true, 3}, {promo, false, 1}}, []said{{promo, true, 2}, {all, false, 2}}, false, false, 4},
		} {
			people := [2]helpdesk.ContactID{}
			for i, lines := range [][]said{c.base, c.from} {
				people[i] = w.write(box, fmt.Sprint(c.name, i), "hello").Contact
				for _, l := range lines {
					_, err := w.admin.Contacts.SetConsent(w.ctx, people[i], helpdesk.ConsentInput{Category: l.category, Stop: l.stop, At: now.Add(-time.Duration(l.ago) * time.Hour)})
					require.NoError(t, err)
				}
			}
			_, err := w.admin.Contacts.Merge(w.ctx, people[0], people[1])
			require.NoError(t, err)
			for _, id := range people { // either leads there
				require.Equal(t, []any{c.all, c.promo}, []any{stopped(t, w.admin, id, all), stopped(t, w.admin, id, promo)}, c.name)
				require.Len(t, consents(t, w.admin, id), c.lines, c.name)
			}
		}
	})
}

// The ledger outlives what else is told of a contact, and goes with them.
func TestConsentsLast(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w *world) {
		box := w.phone()
		c := w.write(box, "c", "STOP")
		w.runDue()
		for range 4 {
			w.clock.Advance(100 * 24 * time.Hour)
			w.restart()
			w.runDue()
		}
		for _, ev := range w.log() {
			if ev.Kind == helpdesk.ContactConsent {
				require.Empty(t, ev.Details, "the details of events are trimmed")
			}
		}
		require.Equal(t, []string{"stop all word STOP"}, consents(t, w.admin, c.Contact))
		require.NoError(t, w.admin.Conversations.Delete(w.ctx, c.ID))
		require.NoError(t, w.admin.Inboxes.Delete(w.ctx, box.ID))
		require.Equal(t, []string{"stop all word STOP"}, consents(t, w.admin, c.Contact))
		require.Equal(t, true, stopped(t, w.admin, c.Contact, helpdesk.ConsentAll))
		require.NoError(t, w.admin.Contacts.Delete(w.ctx, c.Contact))
		_, err := w.admin.Contacts.Consents(w.ctx, c.Contact, helpdesk.Page{})
		require.ErrorIs(t, err, helpdesk.NotFound)
	})
}
