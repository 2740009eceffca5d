package storetest

import (
	"context"
	"slices"
	"time"

	"github.com/gohelpdesk/helpdesk"
)

func bots(tx helpdesk.Tx) helpdesk.Repo[helpdesk.AgentID, helpdesk.Bot, helpdesk.BotFilter] {
	return tx.Bots()
}

func botNoun() noun[helpdesk.AgentID, helpdesk.Bot, helpdesk.BotFilter] {
	return noun[helpdesk.AgentID, helpdesk.Bot, helpdesk.BotFilter]{
		name: "Bot", repo: bots,
		make: func(d *desk) *helpdesk.Bot {
			return &helpdesk.Bot{
				Account: d.account, Name: awkward("n"), Description: awkward("d"), URL: "https://example.com/?a=b&c='",
				Program: d.name("program"), GiveWayAfter: 90, AvatarURL: "https://example.com/a.png", Avatar: d.name("avatar"), Config: things("c"), AccessToken: everyByte(), CreatedAt: at(1), UpdatedAt: at(2),
			}
		},
		change: func(_ *desk, b *helpdesk.Bot) {
			b.Name, b.Description, b.URL, b.AvatarURL, b.Avatar, b.Config = "n", "", "", "", "", map[string]any{"a": "b"}
			b.Program, b.GiveWayAfter, b.AccessToken, b.UpdatedAt = "", 0, []byte{1}, at(3)
		},
	}
}

func integrationNoun() noun[helpdesk.IntegrationID, helpdesk.Integration, helpdesk.IntegrationFilter] {
	return noun[helpdesk.IntegrationID, helpdesk.Integration, helpdesk.IntegrationFilter]{
		name: "Integration", repo: helpdesk.Tx.Integrations,
		make: func(d *desk) *helpdesk.Integration {
			return &helpdesk.Integration{
				Account: d.account, App: awkward("app"), Inbox: d.inbox().ID, Enabled: true, Settings: everyByte(), CreatedAt: at(1), UpdatedAt: at(2),
			}
		},
		change: func(_ *desk, h *helpdesk.Integration) {
			h.App, h.Inbox, h.Enabled, h.Settings, h.UpdatedAt = "other", 0, false, []byte{2}, at(3)
		},
	}
}

func dashboardAppNoun() noun[helpdesk.DashboardAppID, helpdesk.DashboardApp, helpdesk.DashboardAppFilter] {
	return noun[helpdesk.DashboardAppID, helpdesk.DashboardApp, helpdesk.DashboardAppFilter]{
		name: "DashboardApp", repo: helpdesk.Tx.DashboardApps,
		make: func(d *desk) *helpdesk.DashboardApp {
			return &helpdesk.DashboardApp{
				Account: d.account, Title: awkward("t"), Frames: []string{"https://example.com/?a=b&c='", awkward("u")}, CreatedAt: at(1), UpdatedAt: at(2),
			}
		},
		change: func(_ *desk, a *helpdesk.DashboardApp) { a.Title, a.Frames, a.UpdatedAt = "t", nil, at(3) },
	}
}

// testBots: an account's bots, and the installation's that it uses.
func testBots(s suite) {
	s.test("the installation's bots are shared, and members where they were made so", func(d *desk) {
		own := insert(d, bots, botNoun().make(d))
		shared := &helpdesk.Bot{Name: "shared", CreatedAt: start, UpdatedAt: start}
		d.system(func(ctx context.Context, tx helpdesk.SystemTx) error { return tx.Bots().Insert(ctx, shared) })
		if shared.ID == own.ID || shared.Account != 0 {
			d.Fatalf("the shared bot is %d of account %d, the other %d", shared.ID, shared.Account, own.ID)
		}
		is := func(there *desk, wantShared, wantMembers []helpdesk.AgentID) {
			d.Helper()
			there.view(func(ctx context.Context, tx helpdesk.Tx) error {
				all, err := tx.Bots().Shared(ctx)
				if err != nil {
					return err
				}
				members, err := tx.Bots().Members(ctx)
				equal(d, "shared", ids[helpdesk.AgentID](all), wantShared)
				equal(d, "members", ids[helpdesk.AgentID](members), wantMembers)
				return err
			})
		}
		is(d, []helpdesk.AgentID{shared.ID}, nil)
		insert(d, agents, &helpdesk.Agent{Account: d.account, ID: shared.ID, Bot: true, Role: helpdesk.AgentRole, Availability: helpdesk.Online, CreatedAt: start, UpdatedAt: start})
		is(d, []helpdesk.AgentID{shared.ID}, []helpdesk.AgentID{shared.ID})
		is(d.in(d.other), []helpdesk.AgentID{shared.ID}, nil)
		before := d.configVersion()
		d.system(func(ctx context.Context, tx helpdesk.SystemTx) error { return tx.MoveConfig(ctx, shared.ID) })
		if d.configVersion() <= before {
			d.Fatal("MoveConfig did not move the version of an account the bot is a member of")
		}
		d.update(func(ctx context.Context, tx helpdesk.Tx) error { return tx.Agents().Delete(ctx, shared.ID) })
		is(d, []helpdesk.AgentID{shared.ID}, nil)
	})
	s.test("System sees the bots of every account", func(d *desk) {
		one, two := insert(d, bots, botNoun().make(d)), insert(d.in(d.other), bots, botNoun().make(d))
		d.system(func(ctx context.Context, tx helpdesk.SystemTx) error {
			found, err := tx.Bots().List(ctx, helpdesk.BotFilter{IDs: []helpdesk.AgentID{one.ID, two.ID}}, helpdesk.Page{})
			equal(d, "bots", ids[helpdesk.AgentID](found), []helpdesk.AgentID{one.ID, two.ID})
			if err == nil {
				equal(d, "account", found[1].Account, d.other)
			}
			return err
		})
	})
	s.test("IntegrationFilter", func(d *desk) {
		row := insert(d, helpdesk.Tx.Integrations, integrationNoun().make(d))
		insert(d, helpdesk.Tx.Integrations, &helpdesk.Integration{Account: d.account, App: "other", CreatedAt: start, UpdatedAt: start})
		for _, f := range []helpdesk.IntegrationFilter{{App: row.App}, {Inbox: row.Inbox}} {
			d.view(func(ctx context.Context, tx helpdesk.Tx) error {
				found, err := tx.Integrations().List(ctx, f, helpdesk.Page{})
				equal(d, "integrations", ids[helpdesk.IntegrationID](found), []helpdesk.IntegrationID{row.ID})
				return err
			})
		}
	})
}

// testPlatform: apps, what they may reach, tickets, and the installation's own
// keys and jobs.
func testPlatform(s suite) {
	s.test("an app is kept, and takes its grants with it", func(d *desk) {
		app := &helpdesk.PlatformApp{Name: awkward("app"), CreatedAt: at(1), UpdatedAt: at(2)}
		d.system(func(ctx context.Context, tx helpdesk.SystemTx) error {
			if err := tx.PlatformApps().Insert(ctx, app); err != nil {
				return err
			}
			return tx.Grants().Add(ctx, app.ID, helpdesk.UserGrant, 7)
		})
		d.system(func(ctx context.Context, tx helpdesk.SystemTx) error {
			found, err := tx.PlatformApps().Get(ctx, app.ID)
			if err == nil {
				same(d, found, app)
			}
			return err
		})
		d.system(func(ctx context.Context, tx helpdesk.SystemTx) error { return tx.PlatformApps().Delete(ctx, app.ID) })
		d.system(func(ctx context.Context, tx helpdesk.SystemTx) error {
			has, err := tx.Grants().Has(ctx, app.ID, helpdesk.UserGrant, 7)
			equal(d, "grant", has, false)
			return err
		})
	})
	s.test("grants", func(d *desk) {
		d.update(func(ctx context.Context, tx helpdesk.Tx) error {
			for _, id := range []int64{9, 3, 9} {
				if err := tx.Grants().Add(ctx, 1, helpdesk.AccountGrant, id); err != nil {
					return err
				}
			}
			return tx.Grants().Add(ctx, 2, helpdesk.AccountGrant, 9)
		})
		of := func(app helpdesk.PlatformAppID, kind helpdesk.GrantKind, want ...int64) {
			d.Helper()
			d.system(func(ctx context.Context, tx helpdesk.SystemTx) error {
				found, err := tx.Grants().Of(ctx, app, kind)
				equal(d, "grants", found, want)
				return err
			})
		}
		of(1, helpdesk.AccountGrant, 3, 9)
		of(1, helpdesk.UserGrant)
		d.system(func(ctx context.Context, tx helpdesk.SystemTx) error {
			return tx.Grants().Drop(ctx, helpdesk.AccountGrant, 9)
		})
		of(1, helpdesk.AccountGrant, 3)
		of(2, helpdesk.AccountGrant)
	})
	testTickets(s)
	testInstallation(s)
	s.test("Purge removes what a deleted account held, and nothing else", purges)
}

// testTickets: they sign in once.
func testTickets(s suite) {
	s.test("a ticket is taken once, in time", func(d *desk) {
		put := func(ticket string, expires time.Time) {
			d.Helper()
			d.system(func(ctx context.Context, tx helpdesk.SystemTx) error {
				return tx.Tickets().Put(ctx, ticket, 5, expires, at(1))
			})
		}
		take := func(ticket string, now time.Time) (user helpdesk.AgentID, err error) {
			err = d.store.System(d.ctx(), func(ctx context.Context, tx helpdesk.SystemTx) error {
				user, err = tx.Tickets().Take(ctx, ticket, now)
				return err
			})
			return user, err
		}
		put("one", at(5))
		put("late", at(2))
		_, err := take("late", at(2))
		d.is(err, helpdesk.NotFound)
		user, err := take("one", at(4))
		d.ok(err)
		equal(d, "user", user, 5)
		_, err = take("one", at(4))
		d.is(err, helpdesk.NotFound)
	})
}

// testInstallation: what account 0 keeps.
func testInstallation(s suite) {
	s.test("the installation has keys of its own, in an account's Update too", func(d *desk) {
		d.update(func(ctx context.Context, tx helpdesk.Tx) error {
			found, err := tx.GlobalKeys().Begin(ctx, "s", "k", []byte("f"), at(1))
			equal(d, "found", found == nil, true)
			return err
		})
		d.system(func(ctx context.Context, tx helpdesk.SystemTx) error {
			found, err := tx.Idempotency().Find(ctx, "s", "k")
			if err == nil {
				equal(d, "fingerprint", string(found.Fingerprint), "f")
			}
			return err
		})
		d.refuses(helpdesk.NotFound, func(ctx context.Context, tx helpdesk.Tx) error {
			_, err := tx.Idempotency().Find(ctx, "s", "k")
			return err
		})
	})
	s.test("the installation's jobs are of account 0", func(d *desk) {
		d.system(func(ctx context.Context, tx helpdesk.SystemTx) error {
			return tx.Jobs().Enqueue(ctx, &helpdesk.Job{Kind: "x", Key: "k", Args: []byte("{}"), RunAt: at(1)})
		})
		d.system(func(ctx context.Context, tx helpdesk.SystemTx) error {
			due, err := tx.DueAccounts(ctx, helpdesk.Live, at(2), 10)
			equal(d, "accounts", due, []helpdesk.AccountID{0})
			return err
		})
		d.in(0).update(func(ctx context.Context, tx helpdesk.Tx) error {
			got, err := tx.Jobs().Claim(ctx, helpdesk.Claim{Now: at(2), Until: at(3), Lease: "l", Limit: 1})
			equal(d, "jobs", len(got), 1)
			return err
		})
	})
}

func purges(d *desk) {
	c := d.conversation()
	m := text(c, "hello")
	m.Attachments = []*helpdesk.Attachment{{Account: d.account, Type: "file", Blob: "blob-1", CreatedAt: start}}
	d.say(m)
	d.consent(c.Contact)
	kept := insert(d, helpdesk.Tx.Macros, &helpdesk.Macro{Name: "m", Files: []helpdesk.KeptFile{{Key: "blob-2"}, {Key: "blob-3"}}, CreatedAt: start, UpdatedAt: start})
	stays := d.in(d.other).conversation()
	purge := func() (blobs []string, more bool, err error) {
		err = d.try(func(ctx context.Context, tx helpdesk.Tx) error {
			blobs, more, err = tx.Purge(ctx, 2)
			return err
		})
		return blobs, more, err
	}
	_, _, err := purge()
	d.is(err, helpdesk.Conflict) // it is there
	d.system(func(ctx context.Context, tx helpdesk.SystemTx) error { return tx.Accounts().Delete(ctx, d.account) })
	var blobs []string
	for more, i := true, 0; more; i++ {
		var some []string
		some, more, err = purge()
		d.ok(err)
		if blobs = append(blobs, some...); i > 100 {
			d.Fatal("Purge finds no end")
		}
	}
	slices.Sort(blobs)
	equal(d, "blobs", blobs, []string{"blob-1", kept.Files[0].Key, kept.Files[1].Key})
	d.refuses(helpdesk.NotFound, func(ctx context.Context, tx helpdesk.Tx) error {
		_, err := tx.Messages().Get(ctx, m.ID)
		return err
	})
	d.refuses(helpdesk.NotFound, func(ctx context.Context, tx helpdesk.Tx) error {
		_, err := tx.Conversations().Get(ctx, c.ID)
		return err
	})
	equal(d, "consents", len(d.ledger(helpdesk.ConsentFilter{}, helpdesk.Page{})), 0)
	same(d, get(d.in(d.other), conversations, stays.ID), stays)
}
