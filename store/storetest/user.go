package storetest

import (
	"context"
	"slices"

	"github.com/gohelpdesk/helpdesk"
)

// testUsers: people are shared by all accounts, and found by e-mail.
func testUsers(s suite) {
	s.test("ByEmail looks without case", func(d *desk) {
		u := insert(d, users, &helpdesk.User{Email: "Jürgen.ÉMILE@Example.com", Name: "J", PubsubToken: "p", CreatedAt: start, UpdatedAt: start})
		for _, email := range []string{u.Email, "jürgen.émile@example.COM"} {
			d.system(func(ctx context.Context, tx helpdesk.SystemTx) error {
				found, err := tx.Users().ByEmail(ctx, email)
				if err == nil {
					same(d, found, u)
				}
				return err
			})
		}
		d.is(d.store.System(d.ctx(), func(ctx context.Context, tx helpdesk.SystemTx) error {
			_, err := tx.Users().ByEmail(ctx, "nobody@example.com")
			return err
		}), helpdesk.NotFound)
	})
	s.test("an e-mail is taken without case", func(d *desk) {
		u := d.user()
		d.refuses(helpdesk.Conflict, func(ctx context.Context, tx helpdesk.Tx) error {
			twin := &helpdesk.User{Email: "USER" + u.Email[len("user"):], Name: "twin", PubsubToken: "t", CreatedAt: start, UpdatedAt: start}
			return tx.Users().Insert(ctx, twin)
		})
	})
	s.test("one e-mail is given once to many", func(d *desk) {
		errs := together(8, func(i int) error {
			return d.try(func(ctx context.Context, tx helpdesk.Tx) error {
				u := &helpdesk.User{Email: "one@example.com", Name: "u", PubsubToken: d.name("p"), CreatedAt: start, UpdatedAt: start}
				return tx.Users().Insert(ctx, u)
			})
		})
		won := 0
		for _, err := range errs {
			if err == nil {
				won++
				continue
			}
			d.is(err, helpdesk.Conflict)
		}
		equal(d, "users with the e-mail", won, 1)
	})
	s.test("every account and System see the same users", func(d *desk) {
		u := d.user()
		same(d, get(d.in(d.other), users, u.ID), u)
		d.system(func(ctx context.Context, tx helpdesk.SystemTx) error {
			found, err := tx.Users().Get(ctx, u.ID)
			if err == nil {
				same(d, found, u)
			}
			return err
		})
	})
	s.test("UserFilter.Email", func(d *desk) {
		d.user()
		u := d.user()
		d.view(func(ctx context.Context, tx helpdesk.Tx) error {
			rows, err := tx.Users().List(ctx, helpdesk.UserFilter{Email: u.Email}, helpdesk.Page{})
			equal(d, "users", ids[helpdesk.AgentID](rows), []helpdesk.AgentID{u.ID})
			return err
		})
	})
}

// testSessions: signed-in devices, of which the oldest give way.
func testSessions(s suite) {
	s.test("Put keeps every field", func(d *desk) {
		row := &helpdesk.Session{
			User: d.user().ID, Client: awkward("client"), Digest: everyByte(), CreatedAt: away(1), UsedAt: away(2), ExpiresAt: away(3),
		}
		filled(d, row, "ID")
		d.putSession(row, 10)
		stored, err := d.session(row.User, row.Client)
		d.ok(err)
		same(d, stored, row, "ID")
		inUTC(d, stored)
	})
	s.test("Put replaces the session of the same client", func(d *desk) {
		user := d.user().ID
		d.signIn(user, "phone", 1)
		d.putSession(&helpdesk.Session{User: user, Client: "phone", Digest: []byte("new"), CreatedAt: at(2), UsedAt: at(2), ExpiresAt: at(99)}, 10)
		stored, err := d.session(user, "phone")
		d.ok(err)
		equal(d, "digest", string(stored.Digest), "new")
	})
	s.test("Put drops the oldest beyond keep", func(d *desk) {
		user, bystander := d.user().ID, d.user().ID
		d.signIn(bystander, "old", 0)
		for i, client := range []string{"a", "b", "c", "d", "e"} {
			d.signIn(user, client, i+1)
		}
		equal(d, "clients signed in", d.signedIn(user), []string{"c", "d", "e"})
		equal(d, "clients of another user", d.signedIn(bystander, "old"), []string{"old"})
	})
	s.test("Delete and DeleteUser", func(d *desk) {
		user, bystander := d.user().ID, d.user().ID
		for i, client := range []string{"a", "b", "c"} {
			d.signIn(user, client, i)
		}
		d.signIn(bystander, "a", 0)
		d.system(func(ctx context.Context, tx helpdesk.SystemTx) error { return tx.Sessions().Delete(ctx, user, "a") })
		equal(d, "clients after Delete", d.signedIn(user), []string{"b", "c"})
		d.system(func(ctx context.Context, tx helpdesk.SystemTx) error { return tx.Sessions().DeleteUser(ctx, user) })
		equal(d, "clients after DeleteUser", len(d.signedIn(user)), 0)
		equal(d, "clients of another user", d.signedIn(bystander), []string{"a"})
	})
}

func (d *desk) putSession(row *helpdesk.Session, keep int) {
	d.Helper()
	d.system(func(ctx context.Context, tx helpdesk.SystemTx) error { return tx.Sessions().Put(ctx, row, keep) })
}

// signIn puts a session as of minute n and keeps three.
func (d *desk) signIn(user helpdesk.AgentID, client string, n int) {
	d.Helper()
	d.putSession(&helpdesk.Session{
		User: user, Client: client, Digest: []byte(client), CreatedAt: at(n), UsedAt: at(n), ExpiresAt: at(999),
	}, 3)
}

func (d *desk) session(user helpdesk.AgentID, client string) (*helpdesk.Session, error) {
	var found *helpdesk.Session
	err := d.store.System(d.ctx(), func(ctx context.Context, tx helpdesk.SystemTx) (err error) {
		found, err = tx.Sessions().Find(ctx, user, client)
		return err
	})
	return found, err
}

// signedIn are the clients, of a to e or those given, which have a session.
func (d *desk) signedIn(user helpdesk.AgentID, clients ...string) []string {
	d.Helper()
	if clients == nil {
		clients = []string{"a", "b", "c", "d", "e"}
	}
	return slices.DeleteFunc(clients, func(client string) bool {
		_, err := d.session(user, client)
		if err != nil {
			d.is(err, helpdesk.NotFound)
		}
		return err != nil
	})
}
