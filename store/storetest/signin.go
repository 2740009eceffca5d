package storetest

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/gohelpdesk/helpdesk"
)

// testUserTokens: one-time links, each used once.
func testUserTokens(s suite) {
	s.test("Put keeps every field and replaces the one before", func(d *desk) {
		row := helpdesk.UserToken{User: d.user().ID, Purpose: helpdesk.ResetToken, Digest: everyByte(), Email: awkward("e"), ExpiresAt: away(9)}
		filled(d, &row)
		d.putToken(row)
		found, err := d.token(row.Purpose, row.Digest, 8)
		d.ok(err)
		same(d, found, &row)
		inUTC(d, found)

		newer := row
		newer.Digest = []byte("newer")
		d.putToken(newer)
		_, err = d.token(row.Purpose, row.Digest, 0)
		d.is(err, helpdesk.NotFound)
		_, err = d.token(row.Purpose, newer.Digest, 0)
		d.ok(err)
	})
	s.test("a token is over, and is for one purpose", func(d *desk) {
		row := helpdesk.UserToken{User: d.user().ID, Purpose: helpdesk.ConfirmToken, Digest: []byte("d"), ExpiresAt: at(9)}
		d.putToken(row)
		_, err := d.token(row.Purpose, row.Digest, 9)
		d.is(err, helpdesk.NotFound)
		_, err = d.token(helpdesk.InviteToken, row.Digest, 0)
		d.is(err, helpdesk.NotFound)
	})
	s.test("Drop tells one of many that it was first", func(d *desk) {
		row := helpdesk.UserToken{User: d.user().ID, Purpose: helpdesk.ResetToken, Digest: []byte("d"), ExpiresAt: at(9)}
		d.putToken(row)
		errs := together(8, func(int) error {
			return d.store.System(d.ctx(), func(ctx context.Context, tx helpdesk.SystemTx) error {
				if _, err := tx.UserTokens().Find(ctx, row.Purpose, row.Digest, at(0)); err != nil {
					return err
				}
				first, err := tx.UserTokens().Drop(ctx, row.User, row.Purpose)
				if err == nil && !first {
					return helpdesk.NotFound
				}
				return err
			})
		})
		won := 0
		for _, err := range errs {
			if err == nil {
				won++
				continue
			}
			d.is(err, helpdesk.NotFound)
		}
		equal(d, "who used the token", won, 1)
	})
	s.test("DropBefore forgets what is over", func(d *desk) {
		old := helpdesk.UserToken{User: d.user().ID, Purpose: helpdesk.ResetToken, Digest: []byte("old"), ExpiresAt: at(1)}
		live := helpdesk.UserToken{User: d.user().ID, Purpose: helpdesk.ResetToken, Digest: []byte("live"), ExpiresAt: at(3)}
		d.putToken(old)
		d.putToken(live)
		d.system(func(ctx context.Context, tx helpdesk.SystemTx) error { return tx.UserTokens().DropBefore(ctx, at(2)) })
		_, err := d.token(old.Purpose, old.Digest, 0)
		d.is(err, helpdesk.NotFound)
		_, err = d.token(live.Purpose, live.Digest, 0)
		d.ok(err)
	})
}

func (d *desk) putToken(row helpdesk.UserToken) {
	d.Helper()
	d.system(func(ctx context.Context, tx helpdesk.SystemTx) error { return tx.UserTokens().Put(ctx, row) })
}

func (d *desk) token(purpose helpdesk.TokenPurpose, digest []byte, now int) (found *helpdesk.UserToken, err error) {
	err = d.store.System(d.ctx(), func(ctx context.Context, tx helpdesk.SystemTx) (err error) {
		found, err = tx.UserTokens().Find(ctx, purpose, digest, at(now))
		return err
	})
	return found, err
}

// testBuckets: rate limits shared by everybody on the store.
func testBuckets(s suite) {
	s.test("a bucket is full at first, empties, and fills with time", func(d *desk) {
		take := func(key string, seconds int) bool { return d.takeToken(key, 3, 30*time.Second, seconds) }
		for range 3 {
			equal(d, "a full bucket", take("a", 0), true)
		}
		equal(d, "an empty bucket", take("a", 0), false)
		equal(d, "another bucket", take("b", 0), true)
		equal(d, "before a token is back", take("a", 9), false)
		equal(d, "when a token is back", take("a", 10), true)
		equal(d, "again", take("a", 10), false)
		equal(d, "by a clock that is behind", take("a", 5), false)
		for range 3 {
			equal(d, "full again, not more than full", take("a", 1000), true)
		}
		equal(d, "empty again", take("a", 1000), false)
	})
	s.test("no more are served than it holds, however close they come", func(d *desk) {
		served := make([]bool, 24)
		d.all(together(len(served), func(i int) error {
			return d.store.System(d.ctx(), func(ctx context.Context, tx helpdesk.SystemTx) (err error) {
				served[i], err = tx.Buckets().Take(ctx, "key", 5, time.Hour, start)
				return err
			})
		}))
		n := 0
		for _, ok := range served {
			if ok {
				n++
			}
		}
		equal(d, "served", n, 5)
	})
	s.test("DropBefore forgets buckets that rest", func(d *desk) {
		equal(d, "taken", d.takeToken("old", 1, 24*time.Hour, 0), true)
		equal(d, "taken", d.takeToken("new", 1, 24*time.Hour, 120), true)
		d.system(func(ctx context.Context, tx helpdesk.SystemTx) error { return tx.Buckets().DropBefore(ctx, at(1)) })
		equal(d, "a forgotten bucket", d.takeToken("old", 1, 24*time.Hour, 120), true)
		equal(d, "a live bucket", d.takeToken("new", 1, 24*time.Hour, 120), false)
	})
}

func (d *desk) takeToken(key string, limit int, per time.Duration, seconds int) (ok bool) {
	d.Helper()
	d.system(func(ctx context.Context, tx helpdesk.SystemTx) (err error) {
		ok, err = tx.Buckets().Take(ctx, key, limit, per, start.Add(time.Duration(seconds)*time.Second))
		return err
	})
	return ok
}

// testSystem: what System writes into accounts, and the jobs of none.
func testSystem(s suite) {
	s.test("AddMember joins an account of the same transaction, or neither", func(d *desk) {
		join := func(fails error) (account helpdesk.AccountID, user helpdesk.AgentID, err error) {
			err = d.store.System(d.ctx(), func(ctx context.Context, tx helpdesk.SystemTx) error {
				a := &helpdesk.Account{Name: d.name("new"), CreatedAt: start, UpdatedAt: start}
				u := &helpdesk.User{Email: d.name("founder") + "@example.com", Name: "f", PubsubToken: d.name("p"), CreatedAt: start, UpdatedAt: start}
				if err := errors.Join(tx.Accounts().Insert(ctx, a), tx.Users().Insert(ctx, u)); err != nil {
					return err
				}
				account, user = a.ID, u.ID
				m := &helpdesk.Agent{Account: a.ID, ID: u.ID, Role: helpdesk.Administrator, CreatedAt: start, UpdatedAt: start}
				return errors.Join(tx.AddMember(ctx, m), fails)
			})
			return account, user, err
		}
		account, user, err := join(nil)
		d.ok(err)
		equal(d, "role", get(d.in(account), agents, user).Role, helpdesk.Administrator)
		_, user, err = join(errOnPurpose)
		if !errors.Is(err, errOnPurpose) {
			d.Fatalf("got %v", err)
		}
		d.system(func(ctx context.Context, tx helpdesk.SystemTx) error {
			rows, err := tx.Memberships(ctx, user)
			equal(d, "memberships of nobody", len(rows), 0)
			return err
		})
	})
	s.test("AddMember twice is Conflict", func(d *desk) {
		id := d.agent()
		d.is(d.store.System(d.ctx(), func(ctx context.Context, tx helpdesk.SystemTx) error {
			return tx.AddMember(ctx, &helpdesk.Agent{Account: d.account, ID: id, Role: helpdesk.AgentRole, CreatedAt: start, UpdatedAt: start})
		}), helpdesk.Conflict)
	})
	s.test("Renamed moves the configuration of the user's accounts alone", func(d *desk) {
		id := d.agent()
		before, aside := d.configVersion(), d.in(d.other).configVersion()
		d.system(func(ctx context.Context, tx helpdesk.SystemTx) error { return tx.MoveConfig(ctx, id) })
		equal(d, "moved", d.configVersion() > before, true)
		equal(d, "another account's", d.in(d.other).configVersion(), aside)
	})
	s.test("AuditUser writes to every account of the user", func(d *desk) {
		id := d.agent()
		d.in(d.other).update(func(ctx context.Context, tx helpdesk.Tx) error {
			return tx.Agents().Insert(ctx, &helpdesk.Agent{ID: id, Role: helpdesk.AgentRole, CreatedAt: start, UpdatedAt: start})
		})
		third := d.in(d.newAccount())
		want := helpdesk.AuditEntry{
			Actor: helpdesk.ActorRef{Kind: helpdesk.ByAgent, ID: int64(id)}, Remote: "2001:db8::1", Verb: "sign_in", Noun: "user", Object: int64(id), At: at(1),
		}
		d.system(func(ctx context.Context, tx helpdesk.SystemTx) error { return tx.AuditUser(ctx, id, &want) })
		for _, see := range []*desk{d, d.in(d.other)} {
			rows := see.audit(helpdesk.Page{})
			equal(d, "entries", len(rows), 1)
			want.Account = see.account
			same(d, rows[0], &want, "ID")
		}
		equal(d, "entries of an account the user is not in", len(third.audit(helpdesk.Page{})), 0)
	})
}

// testGlobalJobs: jobs of no account.
func testGlobalJobs(s suite) {
	s.test("jobs of no account are claimed as others are", func(d *desk) {
		d.system(func(ctx context.Context, tx helpdesk.SystemTx) error {
			return tx.Jobs().Enqueue(ctx, &helpdesk.Job{Kind: "mail", Args: []byte(`{"a":1}`), RunAt: at(1), CreatedAt: at(0)})
		})
		d.system(func(ctx context.Context, tx helpdesk.SystemTx) error {
			due, err := tx.DueAccounts(ctx, helpdesk.Live, at(2), 10)
			equal(d, "accounts with work", due, []helpdesk.AccountID{0})
			return err
		})
		var got []*helpdesk.Job
		d.in(0).update(func(ctx context.Context, tx helpdesk.Tx) (err error) {
			got, err = tx.Jobs().Claim(ctx, helpdesk.Claim{Now: at(2), Until: at(5), Lease: "l", Limit: 10})
			return err
		})
		equal(d, "jobs", len(got), 1)
		equal(d, "job", fmt.Sprint(got[0].Account, got[0].Kind, string(got[0].Args)), `0mail{"a":1}`)
		d.in(0).update(func(ctx context.Context, tx helpdesk.Tx) error { return tx.Jobs().Finish(ctx, got[0].ID, "l", at(3)) })
	})
}

// testOtherSessions: what a change of password ends.
func testOtherSessions(s suite) {
	s.test("DeleteOthers keeps one session", func(d *desk) {
		user, bystander := d.user().ID, d.user().ID
		for i, client := range []string{"a", "b", "c"} {
			d.signIn(user, client, i)
		}
		d.signIn(bystander, "a", 0)
		others := func(client string) {
			d.system(func(ctx context.Context, tx helpdesk.SystemTx) error {
				return tx.Sessions().DeleteOthers(ctx, user, client)
			})
		}
		others("b")
		equal(d, "clients", d.signedIn(user), []string{"b"})
		d.signIn(user, "d", 9)
		others("")
		equal(d, "clients, the newest kept", d.signedIn(user), []string{"d"})
		equal(d, "clients of another user", d.signedIn(bystander), []string{"a"})
	})
}
