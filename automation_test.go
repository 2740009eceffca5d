package helpdesk_test

import (
	"context"
	"encoding/json"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gohelpdesk/helpdesk"
)

func TestCannedResponses(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w *world) {
		d := w.as(w.agent("bo", helpdesk.AgentRole))
		put := func(code, content string, files ...helpdesk.File) *helpdesk.CannedResponse {
			c, err := d.CannedResponses.Create(w.ctx, helpdesk.CannedInput{ShortCode: &code, Content: &content, Files: helpdesk.FileChange{Add: files}})
			require.NoError(t, err)
			return c
		}
		put("zebra", "ask about the BILL")
		put("payBill", "x")
		bill := put("billing", "x", helpdesk.File{Name: "a.txt", Data: strings.NewReader("text")})
		put("other", "x")
		found, err := d.CannedResponses.List(w.ctx, " Bill ")
		require.NoError(t, err)
		var codes []string
		for _, c := range found {
			codes = append(codes, c.ShortCode)
		}
		require.Equal(t, []string{"billing", "payBill", "zebra"}, codes, "prefix, then code, then content")

		_, err = d.CannedResponses.Create(w.ctx, helpdesk.CannedInput{ShortCode: ptr("BILLING"), Content: ptr(strings.Repeat("é", 20_001))})
		require.ErrorContains(t, err, "short_code has already been taken")
		require.ErrorContains(t, err, "content is too long")
		assistant := w.as(w.agent("help", helpdesk.Assistant))
		require.ErrorIs(t, quiet(assistant.CannedResponses.Update(w.ctx, bill.ID, helpdesk.CannedInput{Content: ptr("y")})), helpdesk.Forbidden)

		f, body, err := assistant.CannedResponses.OpenFile(w.ctx, bill.ID, bill.Files[0].Key)
		require.NoError(t, err)
		text, err := io.ReadAll(body)
		require.NoError(t, err)
		require.NoError(t, body.Close())
		require.Equal(t, "a.txt text", f.Name+" "+string(text))
		changed, err := d.CannedResponses.Update(w.ctx, bill.ID, helpdesk.CannedInput{
			Files: helpdesk.FileChange{Drop: []string{bill.Files[0].Key}, Add: []helpdesk.File{{Name: "b.txt", Data: strings.NewReader("b")}}},
		})
		require.NoError(t, err)
		require.Len(t, changed.Files, 1)
		require.Equal(t, "b.txt", changed.Files[0].Name)
		many := tiny(16)
		_, err = d.CannedResponses.Update(w.ctx, bill.ID, helpdesk.CannedInput{Files: helpdesk.FileChange{Add: many}})
		require.ErrorContains(t, err, "too many")
	})
}

func tiny(n int) []helpdesk.File {
	out := make([]helpdesk.File, n)
	for i := range out {
		out[i] = helpdesk.File{Name: "x", Data: strings.NewReader("x")}
	}
	return out
}

func cond(field string, op helpdesk.Op, values ...any) helpdesk.Cond {
	return helpdesk.Cond{Field: field, Op: op, Values: values}
}

func TestRuleConditions(t *testing.T) {
	t.Parallel()
	w := newWorld(t, openMemory)
	_, err := w.admin.Attributes.Create(w.ctx, helpdesk.AttributeInput{Model: helpdesk.ContactAttribute, Key: "plan", Name: ptr("Plan"), Type: helpdesk.TextAttribute})
	require.NoError(t, err)
	nest := func(depth int) helpdesk.Cond {
		c := cond("status", helpdesk.Equal, "open")
		for range depth {
			c = helpdesk.Cond{And: []helpdesk.Cond{c, c}}
		}
		return c
	}
	moved := cond("status", helpdesk.AttributeMoved, []any{"open"}, []any{"resolved"})
	try := func(event helpdesk.EventKind, c helpdesk.Cond) error {
		return quiet(w.admin.Rules.Create(w.ctx, helpdesk.RuleInput{Name: ptr("r"), Event: event, Cond: &c, Actions: []helpdesk.RuleAction{action(helpdesk.DoResolve)}}))
	}
	for name, c := range map[string]helpdesk.Cond{
		"always": {}, "eq": cond("inbox_id", helpdesk.Equal, 1.0, "2"), "contains": cond("content", helpdesk.NotContains, "x"),
		"present": cond("team_id", helpdesk.Present), "starts": cond("phone_number", helpdesk.StartsWith, "+55"),
		"custom": {Field: "plan", Model: helpdesk.ContactAttribute, Op: helpdesk.NotPresent}, "custom, any model": cond("plan", helpdesk.Equal, "gold"),
		"nested": nest(5), "not": {Not: ptr(cond("labels", helpdesk.Equal, "vip"))},
	} {
		require.NoError(t, try(helpdesk.MessageCreated, c), name)
	}
	require.NoError(t, try(helpdesk.ConversationUpdated, moved))
	for name, c := range map[string]helpdesk.Cond{
		"unknown field": cond("shoe_size", helpdesk.Equal, 44.0), "other model": {Field: "plan", Model: helpdesk.ConversationAttribute, Op: helpdesk.Present},
		"wrong op": cond("status", helpdesk.Contains, "o"), "unknown op": cond("status", "sounds_like", "o"), "no values": cond("status", helpdesk.Equal),
		"object": cond("status", helpdesk.Equal, map[string]any{"a": 1.0}), "no field": {Op: helpdesk.Equal}, "empty in a group": {And: []helpdesk.Cond{{}}},
		"too deep": nest(9), "both": {Field: "status", Op: helpdesk.Present, And: []helpdesk.Cond{nest(0)}}, "moved": moved,
	} {
		require.ErrorIs(t, try(helpdesk.MessageCreated, c), helpdesk.Invalid, name)
	}
	require.ErrorContains(t, try("contact.created", cond("a", helpdesk.Equal, "x")), "event_name")
	require.ErrorContains(t, try("contact.created", cond("a", helpdesk.Equal, "x")), "conditions")
}

func TestRulesStandInOrder(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w *world) {
		put := func(name string, position *int) *helpdesk.Rule {
			r, err := w.admin.Rules.Create(w.ctx, helpdesk.RuleInput{
				Name: &name, Event: helpdesk.MessageCreated, Position: position,
				Files:   helpdesk.FileChange{Add: []helpdesk.File{{Name: "a.txt", Data: strings.NewReader(name)}}},
				Actions: []helpdesk.RuleAction{action(helpdesk.DoSendAttachment, "a.txt")},
			})
			require.NoError(t, err)
			return r
		}
		first := put("first", nil)
		put("second", nil)
		put("zero", ptr(0))
		clone, err := w.admin.Rules.Clone(w.ctx, first.ID)
		require.NoError(t, err)
		require.False(t, clone.Active)
		require.NotEqual(t, first.Files[0].Key, clone.Files[0].Key)
		require.Equal(t, []any{clone.Files[0].Key}, clone.Actions[0].Values)
		require.NoError(t, w.admin.Rules.Delete(w.ctx, first.ID))
		w.runDue()
		_, body, err := w.admin.Rules.OpenFile(w.ctx, clone.ID, clone.Files[0].Key)
		require.NoError(t, err, "the copy has a file of its own")
		require.NoError(t, body.Close())
		_, err = w.admin.Rules.Update(w.ctx, clone.ID, helpdesk.RuleInput{Files: helpdesk.FileChange{Drop: []string{clone.Files[0].Key}}})
		require.ErrorContains(t, err, "files must hold what the actions send")
		list, err := w.admin.Rules.List(w.ctx)
		require.NoError(t, err)
		var names []string
		for _, r := range list {
			names = append(names, r.Name)
		}
		require.Equal(t, []string{"zero", "second", "first"}, names)
	})
}

// paper is a channel of some kind that sends into the void.
type paper struct{ kind helpdesk.ChannelKind }

func (p paper) Kind() helpdesk.ChannelKind                    { return p.kind }
func (p paper) Open(json.RawMessage) (helpdesk.Sender, error) { return p, nil }
func (paper) Send(context.Context, *helpdesk.Outbound) (helpdesk.Receipt, error) {
	return helpdesk.Receipt{State: helpdesk.StateSent}, nil
}

func TestCampaigns(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w *world) {
		e := w.newEngine(helpdesk.Options{Channels: []helpdesk.Channel{paper{"web_widget"}, paper{"sms"}}})
		d := e.As(e.Agent(w.account, w.owner))
		box := func(kind helpdesk.ChannelKind) helpdesk.InboxID {
			b, err := d.Inboxes.Create(w.ctx, helpdesk.InboxInput{Kind: kind, Name: ptr(string(kind))})
			require.NoError(t, err)
			return b.ID
		}
		site, sms, api := box("web_widget"), box("sms"), box("api")
		label, err := d.Labels.Create(w.ctx, helpdesk.LabelInput{Title: ptr("news")})
		require.NoError(t, err)
		in := helpdesk.CampaignInput{
			Title: ptr("Sale"), Message: ptr("Go"), Inbox: site, Sender: &w.owner, URL: ptr("https://shop.example/*"), TimeOnPage: ptr(5),
			Audience: []helpdesk.LabelID{label.ID}, ScheduledAt: ptr(w.clock.Now().Add(time.Hour)),
		}
		ongoing, err := d.Campaigns.Create(w.ctx, in)
		require.NoError(t, err)
		require.Equal(t, helpdesk.OngoingCampaign, ongoing.Kind)
		require.True(t, ongoing.ScheduledAt.IsZero(), "shown, not sent")
		require.Empty(t, ongoing.Audience)
		in.Inbox, in.ScheduledAt = sms, nil
		once, err := d.Campaigns.Create(w.ctx, in)
		require.NoError(t, err)
		require.Equal(t, []any{helpdesk.OneOffCampaign, w.clock.Now(), helpdesk.CampaignNumber(2), ""}, []any{once.Kind, once.ScheduledAt, once.Number, once.URL})
		w.clock.Advance(48 * time.Hour)
		require.NoError(t, e.RunDue(w.ctx))
		same, err := d.Campaigns.ByNumber(w.ctx, 2)
		require.NoError(t, err)
		require.Equal(t, helpdesk.CampaignActive, same.Status, "nothing was sent, and nothing says so")

		_, err = d.Campaigns.Create(w.ctx, helpdesk.CampaignInput{Inbox: api, Sender: ptr(helpdesk.AgentID(999))})
		for _, part := range []string{"inbox Unsupported Inbox type", "message can't", "sender_id must", "title can't"} {
			require.ErrorContains(t, err, part)
		}
		in.Inbox, in.URL, in.Audience = site, ptr("javascript:x"), []helpdesk.LabelID{99}
		require.ErrorContains(t, quiet(d.Campaigns.Create(w.ctx, in)), "trigger_rules")
		in.Inbox = sms
		require.ErrorContains(t, quiet(d.Campaigns.Create(w.ctx, in)), "audience")
		require.NoError(t, d.Labels.Delete(w.ctx, label.ID))
		_, err = d.Campaigns.Update(w.ctx, once.Number, helpdesk.CampaignInput{Title: ptr("Still")})
		require.NoError(t, err, "a label may go")

		require.NoError(t, w.store.Update(w.ctx, w.account, func(ctx context.Context, tx helpdesk.Tx) error {
			c, err := tx.Campaigns().Get(ctx, once.ID)
			if err != nil {
				return err
			}
			c.Status = helpdesk.CampaignCompleted
			return tx.Campaigns().Update(ctx, c)
		}))
		require.ErrorIs(t, quiet(d.Campaigns.Update(w.ctx, once.Number, helpdesk.CampaignInput{Title: ptr("x")})), helpdesk.Invalid)
		require.NoError(t, d.Inboxes.Delete(w.ctx, sms))
		left, err := d.Campaigns.List(w.ctx, 0)
		require.NoError(t, err)
		require.Len(t, left, 1, "campaigns go with their inbox")
	})
}

func TestPolicies(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w *world) {
		d := w.admin
		one, err := d.AssignmentPolicies.Create(w.ctx, helpdesk.AssignmentPolicyInput{Name: ptr("Fair")})
		require.NoError(t, err)
		require.Equal(t, []any{helpdesk.RoundRobin, helpdesk.EarliestCreated, 100, 3600, true}, []any{one.Order, one.Priority, one.FairLimit, one.FairWindow, one.Enabled})
		_, err = d.AssignmentPolicies.Create(w.ctx, helpdesk.AssignmentPolicyInput{Name: ptr("FAIR"), Order: "lucky", FairLimit: ptr(0)})
		for _, part := range []string{"name has already", "assignment_order", "fair_distribution_limit"} {
			require.ErrorContains(t, err, part)
		}
		two, err := d.AssignmentPolicies.Create(w.ctx, helpdesk.AssignmentPolicyInput{Name: ptr("Other")})
		require.NoError(t, err)
		box := w.inbox("Shop")
		for _, p := range []*helpdesk.AssignmentPolicy{one, two} {
			_, err = d.AssignmentPolicies.Attach(w.ctx, box.ID, p.ID)
			require.NoError(t, err)
		}
		_, inboxes, err := d.AssignmentPolicies.List(w.ctx)
		require.NoError(t, err)
		require.Equal(t, map[helpdesk.PolicyID][]helpdesk.InboxID{two.ID: {box.ID}}, inboxes, "one policy an inbox")
		require.NoError(t, d.AssignmentPolicies.Delete(w.ctx, two.ID))
		require.ErrorIs(t, quiet(d.AssignmentPolicies.Of(w.ctx, box.ID)), helpdesk.NotFound)
		require.ErrorIs(t, d.AssignmentPolicies.Detach(w.ctx, box.ID), helpdesk.NotFound)
		require.ErrorIs(t, quiet(d.AssignmentPolicies.Attach(w.ctx, box.ID, two.ID)), helpdesk.NotFound)
		_, err = d.SLAPolicies.Create(w.ctx, helpdesk.SLAPolicyInput{FirstResponse: ptr(-1.0)})
		require.ErrorContains(t, err, "first_response_time_threshold")
		require.ErrorContains(t, err, "name")
	})
}
