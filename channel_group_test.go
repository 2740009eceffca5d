package helpdesk_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gohelpdesk/helpdesk"
)

// channelGroups makes a channel group of each list of inboxes.
func (w *world) channelGroups(of ...[]helpdesk.InboxID) (ids []helpdesk.ChannelGroupID) {
	w.t.Helper()
	for _, boxes := range of {
		w.serial++
		g, err := w.admin.ChannelGroups.Create(w.ctx, helpdesk.ChannelGroupInput{Name: ptr(fmt.Sprint("group ", w.serial)), Inboxes: boxes})
		require.NoError(w.t, err)
		ids = append(ids, g.ID)
	}
	return ids
}

// groupsOf are the channel groups of each inbox, as texts.
func (w *world) groupsOf() map[helpdesk.InboxID][]string {
	w.t.Helper()
	list, err := w.admin.ChannelGroups.List(w.ctx)
	require.NoError(w.t, err)
	out := map[helpdesk.InboxID][]string{}
	for _, g := range list {
		for _, box := range g.Inboxes {
			out[box] = append(out[box], fmt.Sprint(g.ID))
		}
	}
	return out
}

func TestChannelGroups(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w *world) {
		one, two := w.inbox("One").ID, w.inbox("Two").ID
		g, err := w.admin.ChannelGroups.Create(w.ctx, helpdesk.ChannelGroupInput{Name: ptr(" Brazil "), Description: ptr("all of it"), Inboxes: []helpdesk.InboxID{two, one, two}})
		require.NoError(t, err)
		require.Equal(t, "Brazil", g.Name)
		require.Equal(t, []helpdesk.InboxID{one, two}, g.Inboxes, "each once")
		other, err := w.admin.ChannelGroups.Create(w.ctx, helpdesk.ChannelGroupInput{Name: ptr("Shops"), Inboxes: []helpdesk.InboxID{one}})
		require.NoError(t, err, "an inbox may be in several")

		for name, c := range map[string]struct {
			in   helpdesk.ChannelGroupInput
			says string
		}{
			"blank":             {helpdesk.ChannelGroupInput{Name: ptr(" ")}, "name"},
			"taken":             {helpdesk.ChannelGroupInput{Name: ptr("BRAZIL")}, "name"},
			"long":              {helpdesk.ChannelGroupInput{Name: ptr(strings.Repeat("x", 256))}, "name"},
			"an unknown inbox":  {helpdesk.ChannelGroupInput{Name: ptr("x"), Inboxes: []helpdesk.InboxID{one, 1 << 40}}, "inbox_ids"},
			"a description":     {helpdesk.ChannelGroupInput{Name: ptr("x"), Description: ptr(strings.Repeat("x", 2001))}, "description"},
			"far too many":      {helpdesk.ChannelGroupInput{Name: ptr("x"), Inboxes: manyInboxes(1001)}, "inbox_ids"},
			"its own name kept": {helpdesk.ChannelGroupInput{Name: ptr("shops")}, ""},
		} {
			_, err := w.admin.ChannelGroups.Update(w.ctx, other.ID, c.in)
			if c.says == "" {
				require.NoError(t, err, name)
				continue
			}
			require.ErrorIs(t, err, helpdesk.Invalid, name)
			var e *helpdesk.Error
			require.ErrorAs(t, err, &e)
			require.Contains(t, e.Fields, c.says, name)
		}

		ada := w.agent("ada", helpdesk.AgentRole)
		require.NoError(t, w.admin.Inboxes.SetMembers(w.ctx, two, helpdesk.AddMembers, ada))
		seen, err := w.as(ada).ChannelGroups.Get(w.ctx, g.ID)
		require.NoError(t, err)
		require.Equal(t, []helpdesk.InboxID{two}, seen.Inboxes, "an agent sees their own inboxes of it")
		list, err := w.as(ada).ChannelGroups.List(w.ctx)
		require.NoError(t, err)
		require.Len(t, list, 2)
		require.Empty(t, list[1].Inboxes)

		require.NoError(t, w.admin.Inboxes.Delete(w.ctx, one))
		g, err = w.admin.ChannelGroups.Update(w.ctx, g.ID, helpdesk.ChannelGroupInput{Description: ptr("")})
		require.NoError(t, err)
		require.Equal(t, []helpdesk.InboxID{two}, g.Inboxes, "an inbox that is deleted comes off its groups")
		g, err = w.admin.ChannelGroups.Update(w.ctx, g.ID, helpdesk.ChannelGroupInput{Inboxes: []helpdesk.InboxID{}})
		require.NoError(t, err)
		require.Empty(t, g.Inboxes)
		require.NoError(t, w.admin.ChannelGroups.Delete(w.ctx, g.ID))
		_, err = w.admin.ChannelGroups.Get(w.ctx, g.ID)
		require.ErrorIs(t, err, helpdesk.NotFound)
	})
}

func manyInboxes(n int) (out []helpdesk.InboxID) {
	for id := range n {
		out = append(out, helpdesk.InboxID(id+1))
	}
	return out
}

// Rules ask for the groups as they are now; of one that is gone they find nothing,
// and whoever writes such a rule is told.
func TestRulesAskForChannelGroups(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w *world) {
		one, two := w.inbox("One"), w.inbox("Two")
		group := w.channelGroups([]helpdesk.InboxID{one.ID})[0]
		in := cond("channel_group_id", helpdesk.Equal, int64(group))
		r := w.rule(helpdesk.MessageCreated, in, action(helpdesk.DoAddLabel, "group"))
		w.rule(helpdesk.MessageCreated, helpdesk.Cond{Not: &in}, action(helpdesk.DoAddLabel, "elsewhere"))
		_, err := w.admin.Rules.Create(w.ctx, helpdesk.RuleInput{
			Name: ptr("written"), Event: helpdesk.MessageCreated, Expression: ptr(fmt.Sprintf("%d in conversation.channel_group_ids", group)),
			Actions: []helpdesk.RuleAction{action(helpdesk.DoAddLabel, "written")},
		})
		require.NoError(t, err)
		labels := func(box *helpdesk.Inbox, source string) []string {
			c := w.write(box, source, "hello")
			got, err := w.admin.Labels.Titles(w.ctx, w.conversation(c.ID).Labels)
			require.NoError(t, err)
			return got
		}
		filtered := func(c helpdesk.Cond) (n int) {
			list, err := w.admin.Conversations.List(w.ctx, helpdesk.ConversationFilter{Where: &c}, helpdesk.Page{})
			require.NoError(t, err)
			return len(list.Items)
		}
		require.ElementsMatch(t, []string{"group", "written"}, labels(one, "a"))
		require.Equal(t, []string{"elsewhere"}, labels(two, "b"))
		require.Equal(t, 1, filtered(in))
		_, err = w.admin.ChannelGroups.Update(w.ctx, group, helpdesk.ChannelGroupInput{Inboxes: []helpdesk.InboxID{two.ID}})
		require.NoError(t, err)
		require.Equal(t, []string{"elsewhere"}, labels(one, "c"))
		require.ElementsMatch(t, []string{"group", "written"}, labels(two, "d"))
		require.Equal(t, 2, filtered(in), "b and d")

		require.NoError(t, w.admin.ChannelGroups.Delete(w.ctx, group))
		require.Equal(t, []string{"elsewhere"}, labels(one, "e"))
		require.Equal(t, []string{"elsewhere"}, labels(two, "f"))
		require.Zero(t, filtered(in))
		require.Equal(t, 6, filtered(helpdesk.Cond{Not: &in}))
		r, err = w.admin.Rules.Get(w.ctx, r.ID)
		require.NoError(t, err)
		require.Zero(t, r.Failures, "asking for what is gone is no failure")
		says := fmt.Sprintf("There is no channel group %d.", group)
		_, err = w.admin.Rules.Update(w.ctx, r.ID, helpdesk.RuleInput{Active: ptr(true)})
		require.ErrorContains(t, err, says)
		_, err = w.admin.Rules.Try(w.ctx, helpdesk.RuleInput{Event: helpdesk.MessageCreated, Cond: &in}, 1)
		require.ErrorContains(t, err, says)
		_, err = w.admin.Rules.Update(w.ctx, r.ID, helpdesk.RuleInput{Active: ptr(false)})
		require.NoError(t, err, "it can be switched off")
	})
}

// Figures of a group follow its inboxes; one without any has none.
func TestReportsOfChannelGroups(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w *world) {
		begin := w.clock.Now()
		one, two := w.inbox("One"), w.inbox("Two")
		w.write(one, "a", "hello")
		w.write(two, "b", "hello")
		groups := w.channelGroups([]helpdesk.InboxID{one.ID, two.ID}, []helpdesk.InboxID{two.ID}, nil)
		w.clock.Advance(time.Hour)
		q := helpdesk.ReportQuery{Span: helpdesk.Span{Since: begin, Until: w.clock.Now()}, By: helpdesk.ByChannelGroups}
		table, err := w.admin.Reports.Table(w.ctx, q)
		require.NoError(t, err)
		require.Len(t, table, 2)
		for i, want := range []int{2, 1, 0} {
			q.ID = int64(groups[i])
			now, _, err := w.admin.Reports.Summary(w.ctx, q)
			require.NoError(t, err)
			require.Equal(t, want, now.Conversations)
			require.Equal(t, now, table[q.ID])
		}
		q.ID = 999
		_, _, err = w.admin.Reports.Summary(w.ctx, q)
		require.ErrorIs(t, err, helpdesk.NotFound)
		require.ErrorContains(t, err, "channel group")
	})
}
