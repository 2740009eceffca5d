package helpdesk_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gohelpdesk/helpdesk"
)

// asked is a field of the record below, what a condition may ask about it, and
// values that it has and has not, by operator where they differ.
type asked struct {
	field   string
	model   helpdesk.AttributeModel
	ops     string // as in the table of DESIGN: e qual, p resent, c ontains, s tarts, o rder, d ays
	yes, no any
	part    any // of it: contained, and what it begins with
	less    any // what is before it, for order
	more    any
}

// askedFields are every field of a rule, and an attribute of each type.
func askedFields(w *world, bo helpdesk.AgentID, team helpdesk.TeamID, box helpdesk.InboxID, sla helpdesk.SLAPolicyID, groups []helpdesk.ChannelGroupID) []asked {
	contact := helpdesk.ContactAttribute
	return []asked{
		{field: "status", ops: "e", yes: "open", no: "resolved"},
		{field: "assignee_id", ops: "ep", yes: float64(bo), no: 99.0},
		{field: "inbox_id", ops: "ep", yes: fmt.Sprint(box), no: "99"},
		{field: "channel_group_id", ops: "ep", yes: float64(groups[0]), no: fmt.Sprint(groups[1])},
		{field: "team_id", ops: "ep", yes: float64(team), no: 99.0},
		{field: "sla_policy_id", ops: "ep", yes: fmt.Sprint(sla), no: 99.0},
		{field: "priority", ops: "e", yes: "high", no: "low"},
		{field: "display_id", ops: "ec", yes: 1.0, no: 77.0, part: "1"},
		{field: "campaign_id", ops: "ep", yes: 12.0, no: 13.0},
		{field: "labels", ops: "ep", yes: "VIP", no: "late"},
		{field: "browser_language", ops: "e", yes: "PT", no: "en"},
		{field: "conversation_language", ops: "e", yes: "pt", no: "en"},
		{field: "referer", ops: "ec", yes: "https://shop.example/PATH", no: "https://shop.example", part: "/path"},
		{field: "mail_subject", ops: "ec", yes: "ÇA VA?", no: "ça", part: "ça"},
		{field: "created_at", ops: "od", less: "2026-03-01", more: "2026-03-03"},
		{field: "last_activity_at", ops: "od", less: "2026-03-01", more: "2026-03-03"},
		{field: "message_type", ops: "e", yes: "incoming", no: "outgoing"},
		{field: "content", ops: "ec", yes: "WHERE is my 100% refund?", no: "where", part: "100%"},
		{field: "email", ops: "ec", yes: "Ana@X.test", no: "ana", part: "@x"},
		{field: "phone_number", ops: "ecs", yes: "5511987654321", no: "+55", part: "+5511"},
		{field: "country_code", ops: "e", yes: "br", no: "AR"},
		{field: "city", ops: "ec", yes: "SÃO PAULO", no: "são", part: "PAULO"},
		{field: "company", ops: "ec", yes: "acme", no: "ac", part: "cm"},
		{field: "name", model: contact, ops: "ec", yes: "ana souza", no: "ana", part: "ANA"},
		{field: "identifier", model: contact, ops: "e", yes: "A-1", no: "A"},
		{field: "blocked", model: contact, ops: "e", yes: false, no: true},
		{field: "labels", model: contact, ops: "ep", yes: "buyer", no: "late"},
		{field: "text", ops: "epcs", yes: "Gold", no: "go", part: "GO"},
		{field: "number", ops: "epo", yes: "5", no: 6.0, less: 4.5, more: 5.5},
		{field: "date", ops: "epod", yes: "2026-03-02", no: "2026-03-01", less: "2026-03-01", more: "2026-03-03"},
		{field: "checkbox", ops: "e", yes: true, no: "false"},
		{field: "list", ops: "epcs", yes: "a", no: "b", part: "A"},
	}
}

// expected are the conditions that a field allows and what they come to.
func (a asked) expected() map[helpdesk.Op][2][]any { // values that hold, and that do not
	out := map[helpdesk.Op][2][]any{}
	for _, kind := range a.ops {
		switch kind {
		case 'e':
			out[helpdesk.Equal] = [2][]any{{a.no, a.yes}, {a.no}}
			out[helpdesk.NotEqual] = [2][]any{{a.no}, {a.no, a.yes}}
		case 'p':
			out[helpdesk.Present], out[helpdesk.NotPresent] = [2][]any{{}, nil}, [2][]any{nil, {}}
		case 'c':
			out[helpdesk.Contains] = [2][]any{{"1234567", a.part}, {"1234567"}}
			out[helpdesk.NotContains] = [2][]any{{"1234567"}, {"1234567", a.part}}
		case 's':
			out[helpdesk.StartsWith] = [2][]any{{a.part}, {"1234567"}}
		case 'o':
			out[helpdesk.Greater], out[helpdesk.Less] = [2][]any{{a.less}, {a.more}}, [2][]any{{a.more}, {a.less}}
		case 'd': // the record is of the day before today
			out[helpdesk.DaysBefore] = [2][]any{{0.0}, {"1"}}
		}
	}
	return out
}

// Every field with every operator, waiting for every event.
func TestRuleTableOfConditions(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w *world) {
		bo := w.agent("bo", helpdesk.AgentRole)
		box := w.inboxWith(helpdesk.InboxInput{Name: ptr("Shop"), AutoAssign: ptr(false)}, bo)
		team, err := w.admin.Teams.Create(w.ctx, helpdesk.TeamInput{Name: ptr("sales"), AutoAssign: ptr(false)})
		require.NoError(t, err)
		for _, key := range []string{"text", "number", "date", "checkbox", "list"} {
			_, err := w.admin.Attributes.Create(w.ctx, helpdesk.AttributeInput{
				Model: helpdesk.ConversationAttribute, Key: key, Name: &key, Type: attributeTypes()[key], Choices: []string{"a", "b"},
			})
			require.NoError(t, err)
		}
		k, err := w.admin.Contacts.Create(w.ctx, helpdesk.NewContact{
			Inbox: box.ID, Source: "ana", ContactChange: helpdesk.ContactChange{
				Name: ptr("Ana Souza"), Email: ptr("ana@x.test"), Phone: ptr("+5511987654321"), Identifier: ptr("a-1"), Country: ptr("BR"), City: ptr("São Paulo"), Company: ptr("Acme"),
			},
		})
		require.NoError(t, err)
		_, err = w.admin.Contacts.SetLabels(w.ctx, k.ID, []string{"buyer"})
		require.NoError(t, err)
		c, err := w.admin.Conversations.Create(w.ctx, helpdesk.NewConversation{
			Inbox: box.ID, Contact: k.ID, Assignee: bo, Team: team.ID, Start: helpdesk.StartFields{
				Attributes: map[string]any{"text": "gold", "number": 5.0, "date": "2026-03-02", "checkbox": true, "list": "a"},
				Extra:      map[string]any{"browser_language": "pt", "conversation_language": "PT", "referer": "https://shop.example/path", "mail_subject": "Ça va?", "campaign_id": 12.0},
			},
		})
		require.NoError(t, err)
		_, err = w.admin.Conversations.SetPriority(w.ctx, c.ID, helpdesk.High)
		require.NoError(t, err)
		sla := w.policy(60, 0, 0, false).ID
		_, err = w.admin.Conversations.Update(w.ctx, c.ID, helpdesk.ConversationChange{SLA: &sla})
		require.NoError(t, err)
		_, err = w.admin.Conversations.SetLabels(w.ctx, c.ID, []string{"vip"})
		require.NoError(t, err)
		_, err = w.engine.Receive(w.ctx, w.account, box.ID, helpdesk.Inbound{ExternalID: "m", From: helpdesk.Person{Source: "ana"}, Content: "Where is my 100% REFUND?"})
		require.NoError(t, err)
		w.clock.Advance(24 * time.Hour)

		ops := []helpdesk.Op{
			helpdesk.Equal, helpdesk.NotEqual, helpdesk.Contains, helpdesk.NotContains, helpdesk.Present, helpdesk.NotPresent,
			helpdesk.Greater, helpdesk.Less, helpdesk.DaysBefore, helpdesk.StartsWith,
		}
		groups := w.channelGroups([]helpdesk.InboxID{box.ID}, nil)
		for _, event := range helpdesk.RuleEvents() {
			for _, a := range askedFields(w, bo, team.ID, box.ID, sla, groups) {
				var all []helpdesk.Cond // one call asks them all, and tells of each
				var want []bool
				for _, op := range ops {
					values, allowed := a.expected()[op]
					if !allowed {
						if event == helpdesk.MessageCreated {
							err := quiet(w.admin.Rules.Try(w.ctx, helpdesk.RuleInput{Event: event, Cond: &helpdesk.Cond{Field: a.field, Model: a.model, Op: op}}, c.Display))
							require.ErrorIs(t, err, helpdesk.Invalid, "%s of %s", op, a.field)
						}
						continue
					}
					for i, list := range values {
						if list == nil {
							continue
						}
						holds := i == 0
						if event != helpdesk.MessageCreated && (a.field == "content" || a.field == "message_type") { // there is no message
							holds = op == helpdesk.NotEqual || op == helpdesk.NotContains
						}
						all, want = append(all, helpdesk.Cond{Field: a.field, Model: a.model, Op: op, Values: list}), append(want, holds)
					}
				}
				got, err := w.admin.Rules.Try(w.ctx, helpdesk.RuleInput{Event: event, Cond: &helpdesk.Cond{Or: all}}, c.Display)
				require.NoError(t, err, a.field)
				require.Empty(t, got[0].Fault, a.field)
				require.Len(t, got[0].Parts, len(want))
				for i, part := range got[0].Parts {
					require.Equal(t, want[i], part.Holds, "%s: %s, which is %s", event, show(part.Cond), part.Expression)
				}
				require.Equal(t, slices.Contains(want, true), got[0].Holds, a.field)
			}
		}
	})
}

// done is an action, what is done before it, and what must have come of it.
type done struct {
	action helpdesk.RuleAction
	before []helpdesk.RuleAction
	after  []helpdesk.RuleAction
	check  func(t *testing.T, c *helpdesk.Conversation, name string)
}

// Every action, of a rule that waits for every event.
func TestRuleTableOfActions(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w *world) {
		post := mailing(w)
		url, told := listener(t)
		bo := w.agent("bo", helpdesk.AgentRole)
		team, err := w.admin.Teams.Create(w.ctx, helpdesk.TeamInput{Name: ptr("sales"), AutoAssign: ptr(false)})
		require.NoError(t, err)
		_, err = w.admin.Teams.SetMembers(w.ctx, team.ID, helpdesk.AddMembers, bo)
		require.NoError(t, err)
		type fired struct {
			id    helpdesk.ConversationID
			event helpdesk.EventKind
			done
		}
		var all []fired
		for _, event := range helpdesk.RuleEvents() {
			for _, d := range w.doable(bo, team.ID, url) {
				box := w.inboxWith(helpdesk.InboxInput{Name: ptr(fmt.Sprintf("%s of %s", d.action.Name, event)), AutoAssign: ptr(false)}, bo)
				_, err := w.admin.Rules.Create(w.ctx, helpdesk.RuleInput{
					Name: ptr("r"), Event: event, Cond: ptr(cond("inbox_id", helpdesk.Equal, float64(box.ID))),
					Actions: slices.Concat(d.before, []helpdesk.RuleAction{d.action}, d.after),
					Files:   helpdesk.FileChange{Add: []helpdesk.File{{Name: "f.txt", Data: strings.NewReader("f")}}},
				})
				require.NoError(t, err, d.action.Name)
				all = append(all, fired{w.fire(box, event), event, d})
			}
		}
		w.runDue()
		for _, f := range all {
			f.check(t, w.conversation(f.id), fmt.Sprintf("%s of %s", f.action.Name, f.event))
		}
		require.Len(t, told(), len(helpdesk.RuleEvents()))
		for _, event := range helpdesk.RuleEvents() {
			require.True(t, slices.ContainsFunc(told(), func(body string) bool { return strings.Contains(body, `"automation_event.`+string(event)+`"`) }), event)
		}
		var team5, transcripts int
		for _, m := range post.mails {
			if m.Text == "look" {
				team5++
			}
			if slices.Contains(m.To, "copy@x.test") {
				transcripts++
			}
		}
		require.Equal(t, []int{5, 5}, []int{team5, transcripts}, "each once for each event")
	})
}

// fire makes an event happen in an inbox, and returns what it happened to.
func (w *world) fire(box *helpdesk.Inbox, event helpdesk.EventKind) helpdesk.ConversationID {
	w.t.Helper()
	c := w.write(box, "ann", "hello")
	err := error(nil)
	switch event { //nolint:exhaustive // those of rules
	case helpdesk.ConversationUpdated:
		_, err = w.admin.Conversations.SetPriority(w.ctx, c.ID, helpdesk.Low)
	case helpdesk.ConversationResolved:
		_, err = w.admin.Conversations.Resolve(w.ctx, c.ID)
	case helpdesk.ConversationOpened:
		_, err = w.admin.Conversations.Resolve(w.ctx, c.ID)
		require.NoError(w.t, err)
		_, err = w.admin.Conversations.Reopen(w.ctx, c.ID)
	}
	require.NoError(w.t, err)
	return c.ID
}

// doable are all actions.
func (w *world) doable(bo helpdesk.AgentID, team helpdesk.TeamID, url string) []done {
	is := func(field func(c *helpdesk.Conversation) any, want any) func(*testing.T, *helpdesk.Conversation, string) {
		return func(t *testing.T, c *helpdesk.Conversation, name string) { require.Equal(t, want, field(c), name) }
	}
	status := func(c *helpdesk.Conversation) any { return c.Status }
	titles := func(c *helpdesk.Conversation) any {
		out, err := w.admin.Labels.Titles(w.ctx, c.Labels)
		require.NoError(w.t, err)
		return strings.Join(out, ",")
	}
	says := func(c *helpdesk.Conversation) any {
		return fmt.Sprint(last(w.said(c.ID)), len(w.messages(c.ID)[len(w.messages(c.ID))-1].Attachments))
	}
	nothing := func(*testing.T, *helpdesk.Conversation, string) {} // seen from outside
	one := func(name helpdesk.RuleActionName, values ...any) []helpdesk.RuleAction {
		return []helpdesk.RuleAction{action(name, values...)}
	}
	return []done{
		{action(helpdesk.DoAssignAgent, float64(bo)), nil, nil, is(func(c *helpdesk.Conversation) any { return c.Assignee }, bo)},
		{action(helpdesk.DoAssignAgent, "nil"), one(helpdesk.DoAssignAgent, float64(bo)), nil, is(func(c *helpdesk.Conversation) any { return c.Assignee }, helpdesk.AgentID(0))},
		{action(helpdesk.DoAssignTeam, float64(team)), nil, nil, is(func(c *helpdesk.Conversation) any { return c.Team }, team)},
		{action(helpdesk.DoRemoveTeam), one(helpdesk.DoAssignTeam, float64(team)), nil, is(func(c *helpdesk.Conversation) any { return c.Team }, helpdesk.TeamID(0))},
		{action(helpdesk.DoAddLabel, "New", "old"), nil, nil, is(titles, "new,old")},
		{action(helpdesk.DoRemoveLabel, "old"), one(helpdesk.DoAddLabel, "new", "old"), nil, is(titles, "new")},
		{action(helpdesk.DoChangeStatus, "pending"), nil, nil, is(status, helpdesk.Pending)},
		{action(helpdesk.DoOpen), one(helpdesk.DoSnooze), nil, is(status, helpdesk.Open)},
		{action(helpdesk.DoResolve), nil, nil, is(status, helpdesk.Resolved)},
		{action(helpdesk.DoSnooze), nil, nil, is(status, helpdesk.Snoozed)},
		{action(helpdesk.DoMute), nil, nil, is(func(c *helpdesk.Conversation) any { return c.Muted }, true)},
		{action(helpdesk.DoChangePriority, "high"), nil, nil, is(func(c *helpdesk.Conversation) any { return c.Priority }, helpdesk.High)},
		{action(helpdesk.DoChangePriority, "nil"), one(helpdesk.DoChangePriority, "high"), nil, is(func(c *helpdesk.Conversation) any { return c.Priority }, helpdesk.Priority(""))},
		{action(helpdesk.DoSendMessage, "hi"), nil, nil, is(says, "hi0")},
		{action(helpdesk.DoAddNote, "note"), nil, nil, is(says, "note0")},
		{action(helpdesk.DoSendAttachment, "f.txt"), nil, nil, is(says, "1")},
		{action(helpdesk.DoSendWebhook, url), nil, nil, nothing},
		{action(helpdesk.DoSendEmailToTeam, map[string]any{"team_ids": []any{float64(team)}, "message": "look"}), nil, nil, nothing},
		{action(helpdesk.DoSendTranscript, "copy@x.test"), nil, nil, nothing},
		{action(helpdesk.DoSetAttribute, "topic", "x"), nil, nil, is(func(c *helpdesk.Conversation) any { return c.Attributes["topic"] }, "x")},
		{action(helpdesk.DoSetContact, "topic", "x"), nil, nil, is(func(c *helpdesk.Conversation) any {
			k, err := w.admin.Contacts.Get(w.ctx, c.Contact)
			require.NoError(w.t, err)
			return k.Attributes["topic"]
		}, "x")},
		{action(helpdesk.DoCancel), one(helpdesk.DoAddLabel, "a"), one(helpdesk.DoAddLabel, "b"), is(titles, "a")},
	}
}
