package storetest

import (
	"context"

	"github.com/gohelpdesk/helpdesk"
)

// testMembers: who belongs to a team, an inbox or a conversation.
func testMembers(s suite) {
	members(s, "team", helpdesk.Tx.TeamMembers, func(d *desk) helpdesk.TeamID { return d.team().ID })
	members(s, "inbox", helpdesk.Tx.InboxMembers, func(d *desk) helpdesk.InboxID { return d.inbox().ID })
	members(s, "conversation", helpdesk.Tx.Participants, func(d *desk) helpdesk.ConversationID { return d.conversation().ID })
}

func members[Owner ~int64](s suite, name string, repo func(helpdesk.Tx) helpdesk.Members[Owner], owner func(*desk) Owner) {
	of := func(d *desk, o Owner) (out []helpdesk.AgentID) {
		d.Helper()
		d.view(func(ctx context.Context, tx helpdesk.Tx) (err error) {
			out, err = repo(tx).Of(ctx, o)
			return err
		})
		return out
	}
	add := func(d *desk, o Owner, agents ...helpdesk.AgentID) (added []helpdesk.AgentID) {
		d.Helper()
		d.twice(func(ctx context.Context, tx helpdesk.Tx) (err error) {
			added, err = repo(tx).Add(ctx, o, agents...)
			return err
		})
		return added
	}
	s.test("Add to "+name+" returns who is new, Of is in order", func(d *desk) {
		o, a, b, c := owner(d), d.agent(), d.agent(), d.agent()
		equal(d, "nobody yet", len(of(d, o)), 0)
		equal(d, "added", len(add(d, o, c, a)), 2)
		equal(d, "added", add(d, o, a, b, c), []helpdesk.AgentID{b})
		equal(d, "added nobody", len(add(d, o)), 0)
		equal(d, "members", of(d, o), []helpdesk.AgentID{a, b, c})
	})
	s.test("Remove from "+name, func(d *desk) {
		o, second, a, b, c := owner(d), owner(d), d.agent(), d.agent(), d.agent()
		add(d, o, a, b, c)
		add(d, second, a, b)
		d.twice(func(ctx context.Context, tx helpdesk.Tx) error { return repo(tx).Remove(ctx, o, a, c, 1<<40) })
		equal(d, "members", of(d, o), []helpdesk.AgentID{b})
		equal(d, "members of the second", of(d, second), []helpdesk.AgentID{a, b})
		d.twice(func(ctx context.Context, tx helpdesk.Tx) error { return repo(tx).RemoveAgent(ctx, b) })
		equal(d, "members", len(of(d, o)), 0)
		equal(d, "members of the second", of(d, second), []helpdesk.AgentID{a})
	})
	s.test("All of every "+name+", and of one account", func(d *desk) {
		o, second, a, b := owner(d), owner(d), d.agent(), d.agent()
		add(d, o, b, a)
		add(d, second, b)
		want := map[Owner][]helpdesk.AgentID{o: {a, b}, second: {b}}
		for _, see := range []struct {
			d    *desk
			want map[Owner][]helpdesk.AgentID
		}{{d, want}, {d.in(d.other), nil}} {
			see.d.view(func(ctx context.Context, tx helpdesk.Tx) error {
				all, err := repo(tx).All(ctx)
				equal(d, "All", all, see.want)
				return err
			})
		}
		equal(d, "members seen from another account", len(of(d.in(d.other), o)), 0)
	})
	s.test("many Adds to one "+name, func(d *desk) {
		o, a := owner(d), d.agent()
		fresh := make([]bool, 8)
		d.all(together(len(fresh), func(i int) error {
			return d.try(func(ctx context.Context, tx helpdesk.Tx) error {
				added, err := repo(tx).Add(ctx, o, a)
				fresh[i] = len(added) == 1
				return err
			})
		}))
		equal(d, "Adds that were new", trues(fresh), 1)
		equal(d, "members", of(d, o), []helpdesk.AgentID{a})
	})
}
