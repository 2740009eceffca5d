package storetest

import (
	"context"
	"errors"
	"slices"

	"github.com/gohelpdesk/helpdesk"
)

// testAccounts: tenants are global rows; from inside one, only itself is seen.
func testAccounts(s suite) {
	s.test("Insert and Update keep every field", accountKeepsEveryField)
	s.test("UpdateAccount keeps every field", updateAccount)
	s.test("UpdateAccount with a version that moved runs again", updateAccountStale)
	s.test("Delete and the ids after it", deleteAccount)
	s.test("what is missing is NotFound", accountMissing)
	s.test("Memberships lists a user's accounts", memberships)
}

func fullAccount() *helpdesk.Account {
	return &helpdesk.Account{
		Name: awkward("name"), Locale: "pt_BR", Country: "BR", Domain: "example.com", SupportEmail: "É@example.com",
		Timezone: "America/Sao_Paulo", Suspended: true, OpenLimit: 5, Settings: things("s"), Attributes: things("a"),
		Features: map[string]bool{"a": true, "b": false}, CreatedAt: away(1), UpdatedAt: away(2),
	}
}

func (d *desk) readAccount(id helpdesk.AccountID) *helpdesk.Account {
	d.Helper()
	var a *helpdesk.Account
	d.system(func(ctx context.Context, tx helpdesk.SystemTx) (err error) {
		a, err = tx.Accounts().Get(ctx, id)
		return err
	})
	return a
}

func accountKeepsEveryField(d *desk) {
	row := fullAccount()
	filled(d, row, "ID", "Version", "ConfigVersion")
	d.system(func(ctx context.Context, tx helpdesk.SystemTx) error { return tx.Accounts().Insert(ctx, row) })
	if row.ID <= 0 || row.Version != 1 {
		d.Fatalf("Insert assigned id %d and Version %d", row.ID, row.Version)
	}
	stored := d.readAccount(row.ID)
	same(d, stored, row, "ConfigVersion")
	inUTC(d, stored)
	changed := &helpdesk.Account{ID: row.ID, Version: row.Version, Name: "plain", CreatedAt: row.CreatedAt, UpdatedAt: at(3)}
	d.system(func(ctx context.Context, tx helpdesk.SystemTx) error { return tx.Accounts().Update(ctx, changed) })
	same(d, d.readAccount(row.ID), changed, "ConfigVersion")
}

func updateAccount(d *desk) {
	row := fullAccount()
	d.twice(func(ctx context.Context, tx helpdesk.Tx) error {
		a, err := tx.Account(ctx)
		if err != nil {
			return err
		}
		next := *row
		next.ID, next.Version, next.ConfigVersion = a.ID, a.Version, a.ConfigVersion
		return tx.UpdateAccount(ctx, &next)
	})
	same(d, d.readAccount(d.account), row, "ID", "Version", "ConfigVersion")
	equal(d, "whether the other account is suspended", d.readAccount(d.other).Suspended, false)
	d.view(func(ctx context.Context, tx helpdesk.Tx) error {
		a, err := tx.Account(ctx)
		if err == nil {
			same(d, a, row, "ID", "Version", "ConfigVersion")
			equal(d, "the account of the transaction", a.ID, d.account)
		}
		return err
	})
}

func updateAccountStale(d *desk) {
	stale := d.readAccount(d.account)
	write := func(name string) work {
		return func(ctx context.Context, tx helpdesk.Tx) error {
			a, err := tx.Account(ctx)
			if err != nil {
				return err
			}
			a.Name = name
			return tx.UpdateAccount(ctx, a)
		}
	}
	d.update(write("first"))
	runs := 0
	d.update(func(ctx context.Context, tx helpdesk.Tx) error {
		if runs++; runs > 1 {
			return write("second")(ctx, tx)
		}
		a := *stale
		return tx.UpdateAccount(ctx, &a)
	})
	equal(d, "runs of the closure", runs, 2)
	equal(d, "name", d.readAccount(d.account).Name, "second")
}

func deleteAccount(d *desk) {
	last := d.newAccount()
	d.system(func(ctx context.Context, tx helpdesk.SystemTx) error { return tx.Accounts().Delete(ctx, last) })
	if next := d.newAccount(); next <= last {
		d.Fatalf("the id %d came after %d was deleted", next, last)
	}
	if list := ids[helpdesk.AccountID](d.accounts()); slices.Contains(list, last) || !slices.Contains(list, d.account) {
		d.Fatalf("List has %v after %d was deleted", list, last)
	}
	d.is(d.store.View(d.ctx(), last, func(ctx context.Context, tx helpdesk.Tx) error {
		_, err := tx.Account(ctx)
		return err
	}), helpdesk.NotFound)
}

func accountMissing(d *desk) {
	for name, fn := range map[string]func(ctx context.Context, tx helpdesk.SystemTx) error{
		"Get": func(ctx context.Context, tx helpdesk.SystemTx) error {
			_, err := tx.Accounts().Get(ctx, 1<<40)
			return err
		},
		"Update": func(ctx context.Context, tx helpdesk.SystemTx) error {
			return tx.Accounts().Update(ctx, &helpdesk.Account{ID: 1 << 40, Version: 1})
		},
		"Delete": func(ctx context.Context, tx helpdesk.SystemTx) error { return tx.Accounts().Delete(ctx, 1<<40) },
	} {
		if err := d.store.System(d.ctx(), fn); !errors.Is(err, helpdesk.NotFound) {
			d.Errorf("%s answered %v, want %s", name, err, helpdesk.NotFound)
		}
	}
}

func memberships(d *desk) {
	user, stranger := d.user().ID, d.user().ID
	d.join(user, helpdesk.Administrator)
	d.in(d.other).join(user, helpdesk.Supervisor)
	roles := map[helpdesk.AccountID]helpdesk.Role{}
	d.system(func(ctx context.Context, tx helpdesk.SystemTx) error {
		rows, err := tx.Memberships(ctx, user)
		for _, a := range rows {
			equal(d, "member", a.ID, user)
			roles[a.Account] = a.Role
		}
		return err
	})
	equal(d, "roles", roles, map[helpdesk.AccountID]helpdesk.Role{
		d.account: helpdesk.Administrator, d.other: helpdesk.Supervisor,
	})
	d.system(func(ctx context.Context, tx helpdesk.SystemTx) error {
		rows, err := tx.Memberships(ctx, stranger)
		equal(d, "a stranger's memberships", len(rows), 0)
		return err
	})
}
