package helpdesk_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gohelpdesk/helpdesk"
	"github.com/gohelpdesk/helpdesk/channel/whatsapp/whatsappsim"
)

// template is a reply that uses a template.
func template(name string, params ...string) helpdesk.Reply {
	body := map[string]any{}
	for i := 0; i < len(params); i += 2 {
		body[params[i]] = params[i+1]
	}
	return helpdesk.Reply{Extra: map[string]any{"template_params": map[string]any{
		"name": name, "language": "en", "processed_params": map[string]any{"body": body},
	}}}
}

// sendRow is a line of the table of what may leave: what is so, what shall be sent,
// and what comes of it.
type sendRow struct {
	name  string
	is    func(p *phone)
	reply helpdesk.Reply
	why   helpdesk.SendBlock
	until time.Duration // from now; 0 = nothing is said
	goes  bool
}

func sendRows() []sendRow {
	text, day := helpdesk.Reply{Content: "hello"}, 24*time.Hour
	late := func(p *phone) { p.clock.Advance(day) }
	with := func(more ...func(p *phone)) func(p *phone) {
		return func(p *phone) {
			for _, fn := range more {
				fn(p)
			}
		}
	}
	judged := func(status string) func(p *phone) {
		return func(p *phone) { p.number.Judge(p.number.Templates()[0], status, "") }
	}
	limit := func(n int) func(p *phone) {
		return func(p *phone) {
			p.number.Post("business_capability_update", map[string]any{"max_daily_conversations_per_business": n})
		}
	}
	bob := func(p *phone) { p.reached() }
	picture := func(size int) helpdesk.Reply {
		return helpdesk.Reply{Files: []helpdesk.File{{Name: "a.png", Data: bytes.NewReader(append([]byte("\x89PNG\r\n\x1a\n"), make([]byte, size)...))}}}
	}
	news := template("news")
	news.Extra["template_params"].(map[string]any)["category"] = "UTILITY" // the provider's word counts, not the client's
	return []sendRow{
		{name: "within a day of the customer's message", is: func(*phone) {}, reply: text, goes: true, until: day},
		{name: "later", is: late, reply: text, why: helpdesk.NeedsTemplate},
		{name: "a moment before the day is over", is: func(p *phone) { p.clock.Advance(day - time.Second) }, reply: text, goes: true, until: time.Second},
		{name: "the message came late, and the day counts from when it was written", is: func(p *phone) {
			p.clock.Advance(40 * time.Hour)
			p.ann.To(p.number).Writes("second")
			p.clock.Advance(-16 * time.Hour) // written then
			p.clock.Advance(40 * time.Hour)
		}, reply: text, why: helpdesk.NeedsTemplate},
		{name: "an answer from the telephone opens nothing", is: with(late, func(p *phone) { p.number.Echo(p.ann, "by hand") }), reply: text, why: helpdesk.NeedsTemplate},
		{name: "a template, later", is: late, reply: template("order", "1", "12"), goes: true},
		{name: "a template, within the day", is: func(*phone) {}, reply: template("order", "1", "12"), goes: true, until: day},
		{name: "a template that the provider does not have", is: late, reply: template("other"), why: helpdesk.TemplateUnusable},
		{name: "a template that is paused", is: with(late, judged("PAUSED")), reply: template("order", "1", "12"), why: helpdesk.TemplateUnusable},
		{name: "a template that is judged", is: with(late, judged("PENDING")), reply: template("order", "1", "12"), why: helpdesk.TemplateUnusable},
		{name: "a template that was disabled", is: with(late, judged("DISABLED")), reply: template("order", "1", "12"), why: helpdesk.TemplateUnusable},
		{name: "and is approved again", is: with(late, judged("PAUSED"), judged("APPROVED")), reply: template("order", "1", "12"), goes: true},
		{name: "a parameter is missing", is: late, reply: template("order"), why: helpdesk.MessageUnfit},
		{name: "a parameter has lines", is: late, reply: template("order", "1", "a\nb"), why: helpdesk.MessageUnfit},
		{name: "a promotion, and the customer stopped them", is: with(late, func(p *phone) { p.ann.To(p.number).Stops() }), reply: news, why: helpdesk.OptedOut},
		{name: "a promotion, and the customer takes them again", is: with(late, func(p *phone) { p.ann.To(p.number).Stops(); p.clock.Advance(time.Second); p.ann.To(p.number).Resumes() }), reply: news, goes: true},
		{name: "an order is no promotion", is: with(late, func(p *phone) { p.ann.To(p.number).Stops() }), reply: template("order", "1", "12"), goes: true},
		{name: "an answer is no promotion", is: func(p *phone) { p.ann.To(p.number).Stops() }, reply: text, goes: true, until: day},
		{name: "the day's people are spent", is: with(late, limit(1), bob), reply: template("order", "1", "12"), why: helpdesk.BudgetSpent, until: day},
		{name: "there is room for one more", is: with(late, limit(2), bob), reply: template("order", "1", "12"), goes: true},
		{name: "those of yesterday do not count", is: with(late, limit(1), bob, late), reply: template("order", "1", "12"), goes: true},
		{name: "people complain", is: with(late, func(p *phone) {
			p.sim.Next(whatsappsim.Refuse(131048, "Spam rate limit hit"))
			list, err := p.admin.Conversations.List(p.ctx, helpdesk.ConversationFilter{}, helpdesk.Page{})
			require.NoError(p.t, err)
			_, err = p.admin.Messages.Send(p.ctx, list.Items[0].ID, template("order", "1", "1"))
			require.NoError(p.t, err)
			p.run()
			p.clock.Advance(time.Minute) // the pause is over
			p.run()
			h, err := p.admin.Inboxes.Check(p.ctx, p.inbox.ID)
			require.NoError(p.t, err)
			require.Contains(p.t, fmt.Sprint(h.Problems), "complaints")
		}), reply: template("order", "1", "12"), why: helpdesk.NumberPaused, until: day - time.Minute},
		{name: "an answer costs nothing", is: with(limit(1), bob), reply: text, goes: true, until: day},
		{name: "a file", is: func(*phone) {}, reply: picture(100), goes: true, until: day},
		{name: "a file too large", is: func(*phone) {}, reply: picture(101 << 20), why: helpdesk.MessageUnfit},
		{name: "a text too long", is: func(*phone) {}, reply: helpdesk.Reply{Content: strings.Repeat("x", 4097)}, why: helpdesk.MessageUnfit},
		{name: "the access was taken back", is: func(p *phone) {
			p.number.Revoke()
			_, err := p.admin.Inboxes.Check(p.ctx, p.inbox.ID)
			require.NoError(p.t, err)
		}, reply: text, why: helpdesk.Disconnected},
		{name: "a note", is: late, reply: helpdesk.Reply{Content: "a note", Private: true}, goes: true},
	}
}

// reached has somebody else be written to first.
func (p *phone) reached() {
	p.t.Helper()
	number := fmt.Sprint("+55119777766", 10+p.account%80)
	bob := p.sim.Customer(number).Called("Bob")
	contact, err := p.admin.Contacts.Create(p.ctx, helpdesk.NewContact{ContactChange: helpdesk.ContactChange{Name: ptr("Bob"), Phone: &number}})
	require.NoError(p.t, err)
	detail, err := p.admin.Conversations.Create(p.ctx, helpdesk.NewConversation{Inbox: p.inbox.ID, Contact: contact.ID})
	require.NoError(p.t, err)
	_, err = p.admin.Messages.Send(p.ctx, detail.ID, template("order", "1", "1"))
	require.NoError(p.t, err)
	p.run()
	require.Len(p.t, bob.Got(), 1)
}

// The table of what may leave, row by row: what CanSend says is what comes of it,
// and nothing that it refuses reaches the provider.
func TestCanSendTable(t *testing.T) {
	t.Parallel()
	everyStore(t, func(t *testing.T, w *world) {
		first := newPhone(w)
		for i, row := range sendRows() {
			if raced && i%4 != 0 {
				continue // the engine is watched, not the table
			}
			t.Run(row.name, func(t *testing.T) {
				p := first.another(t, i+1)
				order := whatsappsim.Body("order", "en", "Your order {{1}} is on its way.")
				news := whatsappsim.Body("news", "en", "Buy one, get two!")
				news.Category = "MARKETING"
				p.number.Template(order)
				p.number.Template(news)
				p.ann.To(p.number).Writes("hi")
				p.run()
				list, err := p.admin.Conversations.List(p.ctx, helpdesk.ConversationFilter{}, helpdesk.Page{})
				require.NoError(t, err)
				c := list.Items[0].ID
				row.is(p)
				v, err := p.admin.Messages.CanSend(p.ctx, c, row.reply)
				require.NoError(t, err)
				require.Equal(t, row.why, v.Reason, v.Detail)
				require.Equal(t, row.goes, v.Allowed)
				require.Equal(t, row.goes, v.Detail == "")
				if row.until == 0 {
					require.True(t, v.Until.IsZero(), v.Until)
				} else {
					require.Equal(t, p.clock.Now().Add(row.until).Truncate(time.Second), v.Until.UTC().Truncate(time.Second))
				}
				before := len(p.ann.Got())
				m, err := p.admin.Messages.Send(p.ctx, c, row.reply)
				p.run()
				switch got := len(p.ann.Got()) - before; {
				case row.reply.Private:
					require.Zero(t, got)
				case row.goes:
					require.NoError(t, err)
					require.Equal(t, 1, got)
				default:
					require.Zero(t, got, "what is refused reaches nobody")
					if err == nil {
						m, err = p.admin.Messages.Get(p.ctx, m.ID)
						require.NoError(t, err)
						require.Equal(t, []any{helpdesk.StateFailed, v.Detail}, []any{m.State, m.FailReason})
					}
				}
			})
		}
	}, false)
}

// another is one more account, with a number and a customer of its own.
func (p *phone) another(t *testing.T, i int) *phone {
	t.Helper()
	account, err := p.engine.CreateAccount(p.ctx, helpdesk.NewAccount{Name: "Another"})
	require.NoError(t, err)
	o := &phone{world: &world{t: t, ctx: p.ctx, store: p.store, engine: p.engine, clock: p.clock, account: account.ID}, sim: p.sim}
	o.admin = o.engine.As(o.engine.Host(account.ID))
	o.connect(i)
	return o
}

// What the desk says by itself is held back where a person's reply is not.
func TestCanSendByItself(t *testing.T) {
	t.Parallel()
	everyStore(t, func(t *testing.T, w *world) {
		p := newPhone(w)
		p.ann.To(p.number).Writes("hi")
		list, err := w.admin.Conversations.List(w.ctx, helpdesk.ConversationFilter{}, helpdesk.Page{})
		require.NoError(t, err)
		c := list.Items[0].ID
		verdicts := func(reply helpdesk.Reply) (person, itself helpdesk.SendBlock) {
			v, err := w.admin.Messages.CanSend(w.ctx, c, reply)
			require.NoError(t, err)
			s, err := w.engine.As(w.engine.System(w.account)).Messages.CanSend(w.ctx, c, reply)
			require.NoError(t, err)
			return v.Reason, s.Reason
		}
		for _, row := range []struct {
			name string
			is   func()
			want helpdesk.SendBlock
		}{
			{"muted", func() { _, err = w.admin.Conversations.SetMuted(w.ctx, c, true) }, helpdesk.ContactBlocked},
			{"switched off", func() {
				_, err = w.admin.Inboxes.Update(w.ctx, p.inbox.ID, helpdesk.InboxInput{Active: ptr(false)})
			}, helpdesk.InboxInactive},
		} {
			row.is()
			require.NoError(t, err, row.name)
			person, itself := verdicts(helpdesk.Reply{Content: "x"})
			require.Equal(t, []helpdesk.SendBlock{"", row.want}, []helpdesk.SendBlock{person, itself}, row.name)
		}
	}, false)
}
