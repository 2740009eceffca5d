package storetest

import (
	"context"
	"errors"
	"fmt"

	"github.com/gohelpdesk/helpdesk"
)

// testUpdate is what Store promises of Update and System.
func testUpdate(s suite) {
	s.test("commits all or nothing", commitsAllOrNothing)
	s.test("a failed System leaves nothing", systemRollsBack)
	s.test("a version that moved runs System again", systemRunsAgain)
	s.test("a version that moved cannot be swallowed", missCannotBeSwallowed)
	s.test("sees its own writes", seesItsOwnWrites)
	s.test("runs for an account that is not there", unknownAccount)
	s.test("two writers of different fields of one row both survive", differentFields)
	s.test("many writers of one row all survive", manyWriters)
	for _, outer := range []string{"Update", "View", "System"} {
		s.test("nothing starts inside "+outer, func(d *desk) { nested(d, outer) })
	}
}

// addLabels is work that inserts labels.
func addLabels(titles ...string) work {
	return func(ctx context.Context, tx helpdesk.Tx) error {
		for _, title := range titles {
			l := &helpdesk.Label{Title: title, CreatedAt: start, UpdatedAt: start}
			if err := tx.Labels().Insert(ctx, l); err != nil {
				return err
			}
		}
		return nil
	}
}

// titles are the account's labels, but for those of the desk itself.
func (d *desk) titles() []string {
	d.Helper()
	var out []string
	d.view(func(ctx context.Context, tx helpdesk.Tx) error {
		rows, err := tx.Labels().List(ctx, helpdesk.LabelFilter{}, helpdesk.Page{Limit: helpdesk.MaxPage})
		out = nil
		for _, l := range rows {
			if l.Title != "moved" {
				out = append(out, l.Title)
			}
		}
		return err
	})
	return out
}

func commitsAllOrNothing(d *desk) {
	d.twice(addLabels("a", "b"))
	equal(d, "labels after a commit", len(d.titles()), 2)
	err := d.try(func(ctx context.Context, tx helpdesk.Tx) error {
		return errors.Join(addLabels("c", "d")(ctx, tx), errOnPurpose)
	})
	if !errors.Is(err, errOnPurpose) {
		d.Fatalf("Update answered %v, want the closure's error", err)
	}
	equal(d, "labels after a failure", len(d.titles()), 2)
	d.update(addLabels("c"))
	equal(d, "labels after the next commit", len(d.titles()), 3)
}

func systemRollsBack(d *desk) {
	before := len(d.accounts())
	err := d.store.System(d.ctx(), func(ctx context.Context, tx helpdesk.SystemTx) error {
		return errors.Join(tx.Accounts().Insert(ctx, &helpdesk.Account{Name: "gone"}), errOnPurpose)
	})
	if !errors.Is(err, errOnPurpose) {
		d.Fatalf("System answered %v, want the closure's error", err)
	}
	equal(d, "accounts", len(d.accounts()), before)
}

func systemRunsAgain(d *desk) {
	var stale *helpdesk.Account
	d.system(func(ctx context.Context, tx helpdesk.SystemTx) (err error) {
		stale, err = tx.Accounts().Get(ctx, d.account)
		return err
	})
	d.system(func(ctx context.Context, tx helpdesk.SystemTx) error {
		moved := *stale
		return tx.Accounts().Update(ctx, &moved)
	})
	before, runs := len(d.accounts()), 0
	d.system(func(ctx context.Context, tx helpdesk.SystemTx) error {
		runs++
		if err := tx.Accounts().Insert(ctx, &helpdesk.Account{Name: "new"}); err != nil || runs > 1 {
			return err
		}
		row := *stale
		return tx.Accounts().Update(ctx, &row)
	})
	equal(d, "runs of the closure", runs, 2)
	equal(d, "accounts", len(d.accounts()), before+1)
}

func (d *desk) accounts() []*helpdesk.Account {
	d.Helper()
	var rows []*helpdesk.Account
	d.system(func(ctx context.Context, tx helpdesk.SystemTx) (err error) {
		rows, err = tx.Accounts().List(ctx, helpdesk.AccountFilter{}, helpdesk.Page{Limit: helpdesk.MaxPage})
		return err
	})
	return rows
}

// The whole transaction is rolled back and run again even when its closure
// looks away: otherwise half of a decision would be committed.
func missCannotBeSwallowed(d *desk) {
	runs := 0
	d.update(func(ctx context.Context, tx helpdesk.Tx) error {
		runs++
		if runs == 1 {
			_ = d.miss(ctx, tx)
		}
		return addLabels(fmt.Sprintf("run %d", runs))(ctx, tx)
	})
	equal(d, "labels", d.titles(), []string{"run 2"})
}

func seesItsOwnWrites(d *desk) {
	d.twice(func(ctx context.Context, tx helpdesk.Tx) error {
		before, err := tx.Labels().Count(ctx, helpdesk.LabelFilter{})
		if err != nil {
			return err
		}
		if err := addLabels("mine")(ctx, tx); err != nil {
			return err
		}
		after, err := tx.Labels().Count(ctx, helpdesk.LabelFilter{})
		if err == nil && after != before+1 {
			err = fmt.Errorf("%d labels before an Insert and %d after it", before, after)
		}
		return err
	})
}

func unknownAccount(d *desk) {
	read := func(ctx context.Context, tx helpdesk.Tx) error {
		_, err := tx.Account(ctx)
		return err
	}
	d.is(d.store.Update(d.ctx(), 1<<40, read), helpdesk.NotFound)
	d.is(d.store.View(d.ctx(), 1<<40, read), helpdesk.NotFound)
}

// One writer reads, another commits in between, and the first writes what it
// read: its closure must run again on what is there now.
func differentFields(d *desk) {
	row := d.contact()
	early := *row
	d.update(func(ctx context.Context, tx helpdesk.Tx) error {
		c, err := tx.Contacts().Get(ctx, row.ID)
		if err != nil {
			return err
		}
		c.City = "Lyon"
		return tx.Contacts().Update(ctx, c)
	})
	runs := 0
	d.update(func(ctx context.Context, tx helpdesk.Tx) error {
		runs++
		c := early
		if runs > 1 {
			now, err := tx.Contacts().Get(ctx, row.ID)
			if err != nil {
				return err
			}
			c = *now
		}
		c.Company = "Acme"
		return tx.Contacts().Update(ctx, &c)
	})
	now := get(d, contacts, row.ID)
	equal(d, "city and company", []string{now.City, now.Company}, []string{"Lyon", "Acme"})
}

func manyWriters(d *desk) {
	row := d.contact()
	const writers = 8
	d.all(together(writers, func(i int) error {
		return d.try(func(ctx context.Context, tx helpdesk.Tx) error {
			c, err := tx.Contacts().Get(ctx, row.ID)
			if err != nil {
				return err
			}
			if c.Attributes == nil {
				c.Attributes = map[string]any{}
			}
			c.Attributes[fmt.Sprint(i)] = true
			return tx.Contacts().Update(ctx, c)
		})
	}))
	equal(d, "attributes", len(get(d, contacts, row.ID).Attributes), writers)
}

// nested tries to start each kind of transaction inside one.
func nested(d *desk, outer string) {
	d.within("a transaction inside "+outer, func() {
		ran := false
		try := func(ctx context.Context) error {
			ran = true
			none := func(context.Context, helpdesk.Tx) error { d.Error("a closure ran inside another"); return nil }
			for _, err := range []error{
				d.store.Update(ctx, d.account, none),
				d.store.View(ctx, d.account, none),
				d.store.Update(ctx, d.other, none),
				d.store.System(ctx, func(context.Context, helpdesk.SystemTx) error { return none(ctx, nil) }),
			} {
				if !errors.Is(err, helpdesk.Internal) {
					d.Errorf("got error %v inside %s, want %s", err, outer, helpdesk.Internal)
				}
			}
			return nil
		}
		var err error
		switch outer {
		case "Update":
			err = d.try(func(ctx context.Context, _ helpdesk.Tx) error { return try(ctx) })
		case "View":
			err = d.store.View(d.ctx(), d.account, func(ctx context.Context, _ helpdesk.Tx) error { return try(ctx) })
		case "System":
			err = d.store.System(d.ctx(), func(ctx context.Context, _ helpdesk.SystemTx) error { return try(ctx) })
		}
		if err != nil || !ran {
			d.Errorf("%s failed, or did not run: %v", outer, err)
		}
	})
}
