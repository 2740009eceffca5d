package helpdesk_test

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gohelpdesk/helpdesk"
	"github.com/gohelpdesk/helpdesk/channel/api"
)

// fuzzDesk is a desk with a conversation whose contact has something of
// everything. Nothing leaves it.
func fuzzDesk(f *testing.F) (*world, *helpdesk.Conversation) {
	f.Helper()
	w := newFuzzWorld(f)
	var err error
	w.engine, err = helpdesk.New(w.store, helpdesk.Options{
		Now: w.clock.Now, Channels: []helpdesk.Channel{api.New()}, HTTPClient: &http.Client{Transport: nowhere{}},
	})
	require.NoError(f, err)
	w.admin = w.engine.As(w.engine.Host(w.account))
	box, err := w.admin.Inboxes.Create(w.ctx, helpdesk.InboxInput{Kind: "api", Name: ptr("Shop")})
	require.NoError(f, err)
	m, err := w.engine.Receive(w.ctx, w.account, box.ID, helpdesk.Inbound{From: annLee(), Content: "hello"})
	require.NoError(f, err)
	for key, typ := range attributeTypes() {
		for _, model := range []helpdesk.AttributeModel{helpdesk.ConversationAttribute, helpdesk.ContactAttribute} {
			_, err := w.admin.Attributes.Create(w.ctx, helpdesk.AttributeInput{Model: model, Key: key, Type: typ, Name: ptr(key)})
			require.NoError(f, err)
		}
	}
	c, err := w.admin.Conversations.Get(w.ctx, m.Conversation)
	require.NoError(f, err)
	return w, c
}

func annLee() helpdesk.Person {
	return helpdesk.Person{
		Source: "c", Name: "Ann Lee", Email: "ann@mail.test", Phone: "+5511987654321",
		Attributes: map[string]any{"text": "Straße", "number": 2.5, "list": "gold", "date": "2026-03-01", "checkbox": true},
	}
}

// nowhere is the way to every address.
type nowhere struct{}

func (nowhere) RoundTrip(*http.Request) (*http.Response, error) {
	return nil, errors.New("there is no way")
}

// No text makes filling it in fail, or grow beyond what it names.
func FuzzTemplates(f *testing.F) {
	for _, seed := range []string{
		"{{contact.name}}", "{% if a %}b{% endif %}", "{{ 'x' | truncate: 3 }}", "`{{a}}`", "{{ contact.email | date: '%Y' }}", "{%", "}}{{",
		"{% case contact.name %}{% when 'a' %}b{% endcase %}", "{{ conversation.recent_messages.first.content | size }}", "{% raw %}{{", "{{ 1 | round: 9999 }}",
	} {
		f.Add(seed)
	}
	w, c := fuzzDesk(f)
	f.Fuzz(func(t *testing.T, text string) {
		w.clock.Advance(time.Minute)
		m, err := w.admin.Messages.Send(w.ctx, c.ID, helpdesk.Reply{Content: text, Private: true})
		require.NoError(t, err)
		require.LessOrEqual(t, len(m.Content), 100*len(text)+10_000)
	})
}

// No expression makes asking it fail: it is refused, or it is evaluated.
func FuzzExpressions(f *testing.F) {
	for _, seed := range []string{
		"true", "message.content matches '^a+$'", "any(conversation.labels, # == 'x')", "contact.numbers['n'] / 0 > 1", "conversation.labels[9] == ''",
		"contact.attributes['x'].y == 1", "-(-(-1)) == 1", "'a' in changed and changed['a'].from > ''", "conversation.labels[0:1] == []", "1 ** 9999 > 2 ?: false",
	} {
		f.Add(seed)
	}
	w, c := fuzzDesk(f)
	f.Fuzz(func(t *testing.T, source string) {
		_, err := w.admin.Rules.Try(w.ctx, helpdesk.RuleInput{Event: helpdesk.MessageCreated, Expression: &source}, c.Display)
		if err != nil {
			require.ErrorIs(t, err, helpdesk.Invalid)
		}
	})
}

// tape turns what a fuzzer thinks of into conditions and rules that are nearly
// right: known names in any order, with texts that are anything.
type tape struct {
	moves []byte
	words []string
}

func newTape(moves []byte, text string) *tape { return &tape{moves, strings.Split(text, "|")} }

func (p *tape) upTo(n int) int {
	if len(p.moves) == 0 {
		return 0
	}
	b := int(p.moves[0])
	p.moves = p.moves[1:]
	return b % n
}

func turn[T any](p *tape, of ...T) T { return of[p.upTo(len(of))] }

func (p *tape) value() any {
	w := turn(p, p.words...)
	switch p.upTo(6) {
	case 0:
		n, _ := strconv.ParseFloat(w, 64) // infinities too
		return n
	case 1:
		return turn[any](p, true, false, nil, 1.0, -1.0, 0.0)
	case 2:
		return map[string]any{"from": []any{w}, "to": []any{w}, "team_ids": []any{1.0}, "message": w}
	default:
		return w
	}
}

func (p *tape) values() []any {
	out := make([]any, p.upTo(4))
	for i := range out {
		out[i] = p.value()
	}
	return out
}

func (p *tape) cond(depth int) helpdesk.Cond {
	var several []helpdesk.Cond
	kind := p.upTo(8)
	if depth > 0 && kind > 4 {
		for range p.upTo(4) {
			several = append(several, p.cond(depth-1))
		}
	}
	switch {
	case depth > 0 && kind == 5:
		return helpdesk.Cond{And: several}
	case depth > 0 && kind == 6:
		return helpdesk.Cond{Or: several}
	case depth > 0 && kind == 7:
		return helpdesk.Cond{Not: ptr(p.cond(depth - 1))}
	}
	return helpdesk.Cond{
		Field: turn(p, "status", "priority", "assignee_id", "inbox_id", "team_id", "display_id", "labels", "created_at", "last_activity_at",
			"browser_language", "conversation_language", "country_code", "referer", "email", "phone_number", "name", "company", "content",
			"message_type", "private_note", "text", "number", "date", "list", "checkbox", "link", `odd "key" $.x`, "7", turn(p, p.words...)),
		Model: turn(p, "", helpdesk.ContactAttribute, helpdesk.ConversationAttribute, "strange"),
		Op: turn(p, helpdesk.Equal, helpdesk.NotEqual, helpdesk.Contains, helpdesk.NotContains, helpdesk.Present, helpdesk.NotPresent,
			helpdesk.Greater, helpdesk.Less, helpdesk.DaysBefore, helpdesk.StartsWith, helpdesk.AttributeMoved, "strange"),
		Values: p.values(),
	}
}

func (p *tape) rule() helpdesk.RuleInput {
	in := helpdesk.RuleInput{
		Name: ptr("Fuzz"), After: ptr(p.upTo(4)), HoursOnly: ptr(p.upTo(2) == 0),
		Event: turn(p, helpdesk.MessageCreated, helpdesk.ConversationCreated, helpdesk.ConversationUpdated, helpdesk.ConversationOpened,
			helpdesk.ConversationResolved, helpdesk.CustomerSilent, helpdesk.AgentSilent, "strange"),
	}
	if *in.After == 0 {
		in.After, in.HoursOnly = nil, nil
	}
	switch p.upTo(4) {
	case 0:
		in.Expression = ptr(turn(p, p.words...))
	case 1:
		in.Cond = ptr(p.cond(3))
	}
	for range 1 + p.upTo(4) {
		in.Actions = append(in.Actions, helpdesk.RuleAction{Name: turn(p, helpdesk.DoAssignAgent, helpdesk.DoAssignTeam, helpdesk.DoRemoveTeam,
			helpdesk.DoAddLabel, helpdesk.DoRemoveLabel, helpdesk.DoChangeStatus, helpdesk.DoOpen, helpdesk.DoResolve, helpdesk.DoSnooze,
			helpdesk.DoMute, helpdesk.DoChangePriority, helpdesk.DoSendMessage, helpdesk.DoAddNote, helpdesk.DoSendAttachment,
			helpdesk.DoSendWebhook, helpdesk.DoSendEmailToTeam, helpdesk.DoCancel, helpdesk.DoSetAttribute, helpdesk.DoSetContact,
			helpdesk.DoStartFlow, helpdesk.DoAddSLA, helpdesk.DoSendTranscript), Values: p.values()})
	}
	return in
}

// Any condition is refused, or means the same to a list and to a rule.
func FuzzConditions(f *testing.F) {
	for i, text := range []string{"open", "STRASSE|%|_", "1e309|NaN|-0", "2026-03-01T23:30:00-03:00|2026-02-30|1000000000", "+55|%5511|", "gold|\x00|\xff"} {
		f.Add([]byte{byte(i), 3, 1, byte(i * 5), 2, 1, 9, 0, byte(i), 7, 2}, text)
		f.Add([]byte{7, 6, 3, 1, 20, 0, byte(i), 3, 0, 3, 1, 3, 2, 21, 1, 6, 2, 0, 0, 1, 1}, text)
	}
	w, c := fuzzDesk(f)
	f.Fuzz(func(t *testing.T, moves []byte, text string) {
		where := newTape(moves, text).cond(4)
		found, err := w.admin.Conversations.List(w.ctx, helpdesk.ConversationFilter{Where: &where}, helpdesk.Page{})
		trials, refused := w.admin.Rules.Try(w.ctx, helpdesk.RuleInput{Event: helpdesk.ConversationUpdated, Cond: &where}, c.Display)
		for _, err := range []error{err, refused} {
			if err != nil {
				require.ErrorIs(t, err, helpdesk.Invalid, show(where))
			}
		}
		if err != nil || refused != nil { // rules ask about what lists do not know, and the other way round
			return
		}
		require.Empty(t, trials[0].Fault, show(where))
		require.Equal(t, len(found.Items) == 1, trials[0].Holds, show(where))
	})
}

// Any rule is refused, or works on what customers and agents do without holding
// it up, and does not go on for ever.
func FuzzRules(f *testing.F) {
	for i := range 24 {
		f.Add([]byte{0, 0, byte(i), 3, 2, byte(i), 2, 0, 3, 1, 3}, "b|urgent|{{contact.email}}", "hello")
		f.Add([]byte{3, 0, byte(5 + i%2), 3, 2, byte(i), 1, 0, 3}, "http://127.0.0.1:1/|ann@mail.test|resolved", "hello")
		f.Add([]byte{0, 0, byte(i % 5), 0, 0, 1, byte(i), 1, 1, 3}, "message.content == 'hello'|self", "hello")
	}
	w, c := fuzzDesk(f)
	n := 0
	f.Fuzz(func(t *testing.T, moves []byte, text, said string) {
		r, err := w.admin.Rules.Create(w.ctx, newTape(moves, text).rule())
		if err != nil {
			require.ErrorIs(t, err, helpdesk.Invalid)
			return
		}
		what := fmt.Sprintf("%+v", r)
		n++
		who := annLee()
		who.Source = fmt.Sprint("c", n)
		m, err := w.engine.Receive(w.ctx, w.account, c.Inbox, helpdesk.Inbound{From: who, Content: said})
		if err != nil {
			require.ErrorIs(t, err, helpdesk.Invalid, said)
			require.NoError(t, w.admin.Rules.Delete(w.ctx, r.ID))
			return
		}
		_, err = w.admin.Conversations.SetLabels(w.ctx, m.Conversation, []string{"b"})
		require.NoError(t, err, what)
		for range 3 {
			w.clock.Advance(10 * time.Minute)
			require.NoError(t, w.engine.RunDue(w.ctx), what)
		}
		list, err := w.admin.Messages.List(w.ctx, helpdesk.MessageFilter{Conversation: m.Conversation}, helpdesk.Page{Limit: 1000})
		require.NoError(t, err)
		require.Less(t, len(list), 100, what)
		require.NoError(t, w.admin.Rules.Delete(w.ctx, r.ID))
	})
}
