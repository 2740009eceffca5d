package helpdesk_test

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gohelpdesk/helpdesk"
	"github.com/gohelpdesk/helpdesk/channel/channeltest"
	"github.com/gohelpdesk/helpdesk/channel/whatsapp/whatsappsim"
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
		claimed := helpdesk.Reply{Content: "Order", Extra: map[string]any{"template_params": map[string]any{"name": "order", "language": "en", "category": "AUTHENTICATION"}}}
		require.Equal(t, helpdesk.OptedOut, can(c, claimed), "the sender's word makes it no code")
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

// Which template is of which kind is for the provider to say.
func TestConsentByTheProvidersCategories(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w *world) {
		p := newPhone(w)
		for _, category := range []string{"MARKETING", "UTILITY", "AUTHENTICATION"} {
			template := whatsappsim.Body(strings.ToLower(category), "en", "Hello!")
			template.Category = category
			p.number.Template(template)
		}
		p.run()
		p.ann.Writes("hello")
		list, err := w.admin.Conversations.List(w.ctx, helpdesk.ConversationFilter{}, helpdesk.Page{})
		require.NoError(t, err)
		c := list.Items[0]
		var by helpdesk.ConsentID
		for _, step := range []struct {
			category helpdesk.ConsentCategory
			stop     bool
			refused  []string
		}{
			{helpdesk.ConsentMarketing, true, []string{"MARKETING"}},
			{helpdesk.ConsentAll, true, []string{"MARKETING", "UTILITY"}},
			{helpdesk.ConsentMarketing, false, []string{"MARKETING", "UTILITY"}},
			{helpdesk.ConsentAll, false, nil},
		} {
			line, err := w.admin.Contacts.SetConsent(w.ctx, c.Contact, helpdesk.ConsentInput{Category: step.category, Stop: step.stop})
			require.NoError(t, err)
			if step.stop {
				by = line.ID
			}
			var refused []string
			for _, category := range []string{"MARKETING", "UTILITY", "AUTHENTICATION"} {
				v, err := w.admin.Messages.CanSend(w.ctx, c.ID, helpdesk.Reply{Extra: map[string]any{"template_params": map[string]any{
					"name": strings.ToLower(category), "language": "en", "category": "AUTHENTICATION", // whatever the client says
				}}})
				require.NoError(t, err)
				if v.Reason == helpdesk.OptedOut {
					require.Equal(t, by, v.Consent.ID, "the line that it rests on")
					require.Contains(t, v.Detail, fmt.Sprintf("line %d", by))
					refused = append(refused, category)
				}
			}
			require.Equal(t, step.refused, refused)
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

		// Told by eight calls at once, it is kept once.
		s.clock.Advance(time.Minute)
		item := helpdesk.BatchItem{Preferences: []helpdesk.Preference{{From: from("ann"), Category: helpdesk.ConsentMarketing, At: start.Add(90 * time.Second)}}}
		var calls sync.WaitGroup
		failed := make([]error, 8)
		for i := range failed {
			calls.Go(func() { failed[i] = s.ingest(channeltest.Post{Event: "news", News: item}) })
		}
		calls.Wait()
		require.NoError(t, errors.Join(failed...))
		is(true, 5)

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
		require.Len(t, consents(t, s.desk, c.Contact), 6)

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
