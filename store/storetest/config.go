package storetest

import (
	"context"
	"errors"
	"maps"
	"slices"

	"github.com/gohelpdesk/helpdesk"
)

// testConfigVersion: Account.ConfigVersion moves with every write of the
// configuration, and with nothing else. The engine caches by it.
func testConfigVersion(s suite) {
	moves(s, agentNoun())
	moves(s, roleNoun())
	moves(s, teamNoun())
	moves(s, inboxNoun())
	moves(s, labelNoun())
	moves(s, attributeNoun())
	moves(s, webhookNoun())
	moves(s, botNoun())
	moves(s, flowNoun())
	moves(s, policyNoun())
	moves(s, channelGroupNoun())
	s.test("moves with members", func(d *desk) {
		team, inbox, agent := d.team().ID, d.inbox().ID, d.agent()
		member := func(owner string, write work) { d.movesConfig(owner, write) }
		member("team member added", func(ctx context.Context, tx helpdesk.Tx) error {
			_, err := tx.TeamMembers().Add(ctx, team, agent)
			return err
		})
		member("team member removed", func(ctx context.Context, tx helpdesk.Tx) error {
			return tx.TeamMembers().Remove(ctx, team, agent)
		})
		member("inbox member added", func(ctx context.Context, tx helpdesk.Tx) error {
			_, err := tx.InboxMembers().Add(ctx, inbox, agent)
			return err
		})
		member("inbox member removed from all", func(ctx context.Context, tx helpdesk.Tx) error {
			return tx.InboxMembers().RemoveAgent(ctx, agent)
		})
	})
	s.test("moves with the account's row", func(d *desk) {
		d.movesConfig("UpdateAccount", func(ctx context.Context, tx helpdesk.Tx) error {
			a, err := tx.Account(ctx)
			if err != nil {
				return err
			}
			a.Name = "renamed"
			return tx.UpdateAccount(ctx, a)
		})
	})
	s.test("does not move when a write is rolled back", func(d *desk) {
		before := d.configVersion()
		d.ok(wants(d.try(func(ctx context.Context, tx helpdesk.Tx) error {
			return errors.Join(addLabels("gone")(ctx, tx), errOnPurpose)
		}), errOnPurpose))
		equal(d, "ConfigVersion", d.configVersion(), before)
	})
	s.test("moves for each of many writers", func(d *desk) {
		before := d.configVersion()
		d.all(together(8, func(int) error { return d.try(addLabels(d.name("label"))) }))
		if after := d.configVersion(); after < before+8 {
			d.Fatalf("ConfigVersion went from %d to %d with 8 writers", before, after)
		}
	})
	s.test("does not move with another account's writes", func(d *desk) {
		before := d.configVersion()
		d.in(d.other).label("there")
		equal(d, "ConfigVersion", d.configVersion(), before)
	})
	s.test("does not move with the work", configStaysStill)
}

// moves wants Insert, Update and Delete of a noun to move the version.
func moves[ID ~int64, T, F any](s suite, n noun[ID, T, F]) {
	s.test("moves with every write of "+n.name, func(d *desk) {
		row := n.make(d)
		d.movesConfig("Insert", func(ctx context.Context, tx helpdesk.Tx) error { return n.repo(tx).Insert(ctx, row) })
		n.change(d, row)
		d.movesConfig("Update", func(ctx context.Context, tx helpdesk.Tx) error { return n.repo(tx).Update(ctx, row) })
		d.movesConfig("Delete", func(ctx context.Context, tx helpdesk.Tx) error { return n.repo(tx).Delete(ctx, n.id(row)) })
	})
}

func (d *desk) movesConfig(what string, write work) {
	d.Helper()
	before := d.configVersion()
	d.update(write)
	if after := d.configVersion(); after <= before {
		d.Fatalf("%s: ConfigVersion went from %d to %d", what, before, after)
	}
}

func configStaysStill(d *desk) {
	agent, inbox := d.agent(), d.inbox().ID
	hook := insert(d, webhooks, webhookNoun().make(d))
	c := d.conversation()
	before := d.configVersion()
	writes := map[string]work{
		"SetConnected": func(ctx context.Context, tx helpdesk.Tx) error {
			_, err := tx.Agents().SetConnected(ctx, at(1), map[helpdesk.AgentID]bool{agent: true})
			return err
		},
		"Joined": func(ctx context.Context, tx helpdesk.Tx) error { return tx.Agents().Joined(ctx, inbox, agent, at(1)) },
		"Handed": func(ctx context.Context, tx helpdesk.Tx) error {
			return tx.Agents().Handed(ctx, inbox, agent, at(1), 5)
		},
		"Advance": func(ctx context.Context, tx helpdesk.Tx) error { return tx.Webhooks().Advance(ctx, hook.ID, 0, 1) },
		"SetBreaker": func(ctx context.Context, tx helpdesk.Tx) error {
			return tx.Webhooks().SetBreaker(ctx, hook.ID, 3, at(9), false)
		},
		"Participants": func(ctx context.Context, tx helpdesk.Tx) error {
			_, err := tx.Participants().Add(ctx, c.ID, agent)
			return err
		},
		"a conversation": func(ctx context.Context, tx helpdesk.Tx) error {
			now, err := tx.Conversations().Get(ctx, c.ID)
			if err != nil {
				return err
			}
			return tx.Conversations().Update(ctx, now)
		},
		"a message": func(ctx context.Context, tx helpdesk.Tx) error { return tx.Messages().Insert(ctx, text(c, "hello")) },
		"an event": func(ctx context.Context, tx helpdesk.Tx) error {
			return tx.Events().Append(ctx, []*helpdesk.Event{{Kind: helpdesk.MessageCreated, At: start}})
		},
		"a contact": func(ctx context.Context, tx helpdesk.Tx) error {
			return tx.Contacts().Insert(ctx, &helpdesk.Contact{Name: "c", CreatedAt: start, UpdatedAt: start})
		},
	}
	for _, name := range slices.Sorted(maps.Keys(writes)) {
		d.update(writes[name])
		equal(d, "ConfigVersion after "+name, d.configVersion(), before)
	}
}
