package storetest

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/gohelpdesk/helpdesk"
)

// testAgents: memberships, their filters, and who is connected.
func testAgents(s suite) {
	s.test("a membership reads along from the user", func(d *desk) {
		u := d.user()
		d.join(u.ID, helpdesk.Administrator)
		a := get(d, agents, u.ID)
		equal(d, "names, e-mail", []string{a.Name, a.DisplayName, a.Email}, []string{u.Name, u.DisplayName, u.Email})
		equal(d, "confirmed, connected", []bool{a.Confirmed, a.Connected}, []bool{true, false})
	})
	s.test("one user is a member of two accounts, apart", func(d *desk) {
		u := d.user().ID
		d.join(u, helpdesk.Administrator)
		d.in(d.other).join(u, helpdesk.Assistant)
		d.update(func(ctx context.Context, tx helpdesk.Tx) error { return tx.Agents().Delete(ctx, u) })
		equal(d, "role in the other account", get(d.in(d.other), agents, u).Role, helpdesk.Assistant)
		get(d, users, u)
	})
	s.test("AgentFilter", agentFilter)
	s.test("SetConnected returns the transitions", setConnected)
	s.test("Stale lists who was not heard of", staleAgents)
}

func agentFilter(d *desk) {
	inbox, team := d.inbox().ID, d.team().ID
	admin := d.join(d.user().ID, helpdesk.Administrator)
	inInbox, inTeam, inBoth := d.agent(), d.agent(), d.agent()
	there := d.in(d.other)
	there.agent()
	d.update(func(ctx context.Context, tx helpdesk.Tx) error {
		if _, err := tx.InboxMembers().Add(ctx, inbox, inInbox, inBoth); err != nil {
			return err
		}
		_, err := tx.TeamMembers().Add(ctx, team, inTeam, inBoth)
		return err
	})
	for name, c := range map[string]struct {
		filter helpdesk.AgentFilter
		want   []helpdesk.AgentID
	}{
		"none":           {helpdesk.AgentFilter{}, []helpdesk.AgentID{admin, inInbox, inTeam, inBoth}},
		"ids":            {helpdesk.AgentFilter{IDs: []helpdesk.AgentID{inTeam, admin, 1 << 40}}, []helpdesk.AgentID{admin, inTeam}},
		"inbox":          {helpdesk.AgentFilter{Inbox: inbox}, []helpdesk.AgentID{inInbox, inBoth}},
		"team":           {helpdesk.AgentFilter{Team: team}, []helpdesk.AgentID{inTeam, inBoth}},
		"inbox and team": {helpdesk.AgentFilter{Inbox: inbox, Team: team}, []helpdesk.AgentID{inBoth}},
		"persons":        {helpdesk.AgentFilter{Persons: true}, []helpdesk.AgentID{admin, inInbox, inTeam, inBoth}},
		"admins":         {helpdesk.AgentFilter{Admins: true}, []helpdesk.AgentID{admin}},
		"ids and admins": {helpdesk.AgentFilter{IDs: []helpdesk.AgentID{inTeam}, Admins: true}, nil},
	} {
		d.view(func(ctx context.Context, tx helpdesk.Tx) error {
			rows, err := tx.Agents().List(ctx, c.filter, helpdesk.Page{})
			got := ids[helpdesk.AgentID](rows)
			slices.Sort(got)
			equal(d, "agents by "+name, got, c.want)
			return err
		})
		d.view(func(ctx context.Context, tx helpdesk.Tx) error {
			n, err := tx.Agents().Count(ctx, c.filter)
			equal(d, "number of agents by "+name, n, len(c.want))
			return err
		})
	}
}

// connect records a heartbeat of minute n and returns who changed.
func (d *desk) connect(n int, states map[helpdesk.AgentID]bool) []helpdesk.AgentID {
	d.Helper()
	var changed []helpdesk.AgentID
	d.twice(func(ctx context.Context, tx helpdesk.Tx) (err error) {
		changed, err = tx.Agents().SetConnected(ctx, at(n), states)
		return err
	})
	slices.Sort(changed)
	return changed
}

func setConnected(d *desk) {
	a, b := d.agent(), d.agent()
	both := func(x, y bool) map[helpdesk.AgentID]bool { return map[helpdesk.AgentID]bool{a: x, b: y} }
	equal(d, "first heartbeat", d.connect(1, both(true, false)), []helpdesk.AgentID{a})
	equal(d, "the same again", len(d.connect(2, both(true, false))), 0)
	equal(d, "b comes", d.connect(3, both(true, true)), []helpdesk.AgentID{b})
	equal(d, "connected", []bool{get(d, agents, a).Connected, get(d, agents, b).Connected}, []bool{true, true})
	equal(d, "both go", d.connect(4, both(false, false)), []helpdesk.AgentID{a, b})
	equal(d, "connected", []bool{get(d, agents, a).Connected, get(d, agents, b).Connected}, []bool{false, false})
	equal(d, "nobody", len(d.connect(5, nil)), 0)
}

func staleAgents(d *desk) {
	quiet, fresh, gone := d.agent(), d.agent(), d.agent()
	d.connect(1, map[helpdesk.AgentID]bool{quiet: true, fresh: true, gone: true})
	d.connect(2, map[helpdesk.AgentID]bool{fresh: true, gone: false})
	stale := func(before int) (out []helpdesk.AgentID) {
		d.view(func(ctx context.Context, tx helpdesk.Tx) (err error) {
			out, err = tx.Agents().Stale(ctx, at(before))
			return err
		})
		slices.Sort(out)
		return out
	}
	equal(d, "not heard of since 1", len(stale(1)), 0)
	equal(d, "not heard of since 2", stale(2), []helpdesk.AgentID{quiet})
	equal(d, "not heard of since 3", stale(3), []helpdesk.AgentID{quiet, fresh})
}

// testRouting: what is known of agents when work is handed out.
func testRouting(s suite) {
	s.test("Loads counts open conversations", loads)
	s.test("Handed gives each agent a turn", handed)
	s.test("Handed keeps when the latest were", handedKeeps)
	s.test("LockRouting lets one hand out at a time", lockRouting)
}

func (d *desk) loads(inbox helpdesk.InboxID, agents ...helpdesk.AgentID) map[helpdesk.AgentID]helpdesk.Load {
	d.Helper()
	return d.loadsNth(0, inbox, agents...)
}

func (d *desk) loadsNth(nth int, inbox helpdesk.InboxID, agents ...helpdesk.AgentID) map[helpdesk.AgentID]helpdesk.Load {
	d.Helper()
	var out map[helpdesk.AgentID]helpdesk.Load
	d.view(func(ctx context.Context, tx helpdesk.Tx) (err error) {
		out, err = tx.Agents().Loads(ctx, inbox, agents, nth)
		return err
	})
	return out
}

func loads(d *desk) {
	busy, idle, unasked := d.agent(), d.agent(), d.agent()
	here, elsewhere := d.address(d.inbox().ID, d.contact().ID), d.address(d.inbox().ID, d.contact().ID)
	own := func(agent helpdesk.AgentID, status helpdesk.Status) func(*helpdesk.Conversation) {
		return func(c *helpdesk.Conversation) { c.Assignee, c.Status = agent, status }
	}
	d.converse(here, own(busy, helpdesk.Open))
	moving := d.converse(here, own(busy, helpdesk.Open))
	d.converse(elsewhere, own(busy, helpdesk.Open))
	for _, status := range []helpdesk.Status{helpdesk.Pending, helpdesk.Snoozed, helpdesk.Resolved} {
		d.converse(here, own(busy, status))
	}
	d.converse(here, own(unasked, helpdesk.Open))
	d.converse(here)
	d.connect(1, map[helpdesk.AgentID]bool{busy: true})

	got := d.loads(here.Inbox, busy, idle)
	equal(d, "busy", got[busy], helpdesk.Load{Open: 3, OpenHere: 2, Connected: true})
	equal(d, "idle", got[idle], helpdesk.Load{})
	if _, ok := got[unasked]; ok {
		d.Fatal("Loads answers for an agent nobody asked about")
	}
	moving.Assignee = idle
	d.update(func(ctx context.Context, tx helpdesk.Tx) error {
		c := *moving
		return tx.Conversations().Update(ctx, &c)
	})
	got = d.loads(here.Inbox, busy, idle)
	equal(d, "open after one moved", []int{got[busy].OpenHere, got[idle].OpenHere}, []int{1, 1})
	equal(d, "no agents", len(d.loads(here.Inbox)), 0)
}

func handed(d *desk) {
	a, b, never := d.agent(), d.agent(), d.agent()
	here, elsewhere := d.inbox().ID, d.inbox().ID
	hand := func(inbox helpdesk.InboxID, agent helpdesk.AgentID, n int) {
		d.twice(func(ctx context.Context, tx helpdesk.Tx) error {
			return tx.Agents().Handed(ctx, inbox, agent, at(n), 0)
		})
	}
	hand(here, a, 1)
	hand(here, b, 1) // in the same instant: the turn tells them apart, not the time
	got := d.loads(here, a, b, never)
	if !(0 < got[a].Turn && got[a].Turn < got[b].Turn) || got[never].Turn != 0 {
		d.Fatalf("turns are %d, %d and %d", got[a].Turn, got[b].Turn, got[never].Turn)
	}
	hand(here, a, 2)
	hand(elsewhere, b, 3)
	got = d.loads(here, a, b)
	if got[a].Turn <= got[b].Turn {
		d.Fatalf("turns are %d and %d after the first came round again", got[a].Turn, got[b].Turn)
	}
	if !got[a].HandedAt.Equal(at(2)) || !got[b].HandedAt.Equal(at(1)) {
		d.Fatalf("handed at %v and %v", got[a].HandedAt, got[b].HandedAt)
	}
	there := d.loads(elsewhere, a, b)
	if there[a].Turn != 0 || there[b].Turn == 0 {
		d.Fatalf("turns in the other inbox are %d and %d", there[a].Turn, there[b].Turn)
	}
}

// handedKeeps: the nth latest hand-out is known while it is among those kept.
func handedKeeps(d *desk) {
	a, b := d.agent(), d.agent()
	here, elsewhere := d.inbox().ID, d.inbox().ID
	hand := func(inbox helpdesk.InboxID, agent helpdesk.AgentID, n, keep int) {
		d.twice(func(ctx context.Context, tx helpdesk.Tx) error {
			return tx.Agents().Handed(ctx, inbox, agent, at(n), keep)
		})
	}
	nth := func(n int) time.Time { return d.loadsNth(n, here, a, b)[a].NthAt }
	for n := 1; n <= 5; n++ {
		hand(here, a, n, 3)
	}
	hand(here, b, 9, 3)
	hand(elsewhere, a, 9, 3)
	for n, want := range map[int]int{1: 5, 2: 4, 3: 3} {
		equal(d, "the nth latest", nth(n), at(want))
	}
	for _, n := range []int{0, 4, 5, 6, 1_000_000} {
		equal(d, "the nth latest, which is not kept", nth(n), time.Time{})
	}
	hand(here, a, 6, 0)
	equal(d, "the latest, which was not kept", nth(1), time.Time{})
	equal(d, "the one before", nth(2), at(5))
	d.update(func(ctx context.Context, tx helpdesk.Tx) error { return tx.Agents().Joined(ctx, here, b, at(8)) })
	got := d.loadsNth(1, here, a, b)
	equal(d, "who joined last has the latest turn", got[b].Turn > got[a].Turn, true)
	equal(d, "joining is no hand-out", got[b].NthAt, at(9))
	hand(here, a, 7, 2)
	equal(d, "of two, the later", nth(1), at(7))
	equal(d, "of two, the earlier was not kept", nth(2), time.Time{})
	equal(d, "behind what is kept", nth(3), time.Time{})
	equal(d, "of another agent", d.loadsNth(1, here, b)[b].NthAt, at(9))
	d.update(func(ctx context.Context, tx helpdesk.Tx) error { return tx.Agents().Delete(ctx, b) })
}

// lockRouting lets eight closures hand the one with the lowest turn a
// conversation; with no two at once, everybody gets two.
func lockRouting(d *desk) {
	inbox := d.inbox().ID
	team := []helpdesk.AgentID{d.agent(), d.agent(), d.agent(), d.agent()}
	picked := make([]helpdesk.AgentID, 8)
	d.all(together(len(picked), func(i int) error {
		return d.try(func(ctx context.Context, tx helpdesk.Tx) error {
			if err := tx.LockRouting(ctx); err != nil {
				return err
			}
			loads, err := tx.Agents().Loads(ctx, inbox, team, 0)
			if err != nil {
				return err
			}
			picked[i] = slices.MinFunc(team, func(a, b helpdesk.AgentID) int { return int(loads[a].Turn - loads[b].Turn) })
			return tx.Agents().Handed(ctx, inbox, picked[i], at(i), 0)
		})
	}))
	times := map[helpdesk.AgentID]int{}
	for _, a := range picked {
		times[a]++
	}
	equal(d, "hand-outs of each agent", slices.Collect(maps.Values(times)), []int{2, 2, 2, 2})
}
