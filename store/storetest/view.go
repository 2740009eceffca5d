package storetest

import (
	"context"
	"errors"
	"fmt"

	"github.com/gohelpdesk/helpdesk"
)

// testView is what Store promises of View, of Close and of what wraps it.
func testView(s suite) {
	s.test("two reads agree while an Update commits", viewKeepsItsSnapshot, SnapshotView)
	s.test("never sees half of an Update", viewSeesWholeUpdates)
	s.test("answers the closure's error", viewAnswersTheError)
	s.test("a write that is swallowed leaves nothing", viewSwallowedWrite)
	s.test("abilities are found through wrappers", abilities)
	s.test("the schema is the right one", schema)
}

func viewKeepsItsSnapshot(d *desk) {
	row := d.label("before")
	d.view(func(ctx context.Context, tx helpdesk.Tx) error {
		first, err := tx.Labels().Get(ctx, row.ID)
		if err != nil {
			return err
		}
		committed := make(chan error) // the View stays open until the Update has committed
		go func() {
			changed := *row
			changed.Title = "after"
			committed <- d.store.Update(d.ctx(), d.account, func(ctx context.Context, tx helpdesk.Tx) error {
				return errors.Join(tx.Labels().Update(ctx, &changed), addLabels("new")(ctx, tx))
			})
		}()
		if err := <-committed; err != nil {
			return err
		}
		second, err := tx.Labels().Get(ctx, row.ID)
		if err != nil {
			return err
		}
		count, err := tx.Labels().Count(ctx, helpdesk.LabelFilter{Titles: []string{"new", "after"}})
		if err == nil && (second.Title != first.Title || count != 0) {
			err = fmt.Errorf("read %q, then %q, and %d labels of the Update", first.Title, second.Title, count)
		}
		return err
	})
	equal(d, "the label after the View", get(d, helpdesk.Tx.Labels, row.ID).Title, "after")
}

// viewSeesWholeUpdates keeps two labels of one description, while readers look.
func viewSeesWholeUpdates(d *desk) {
	a, b := d.label("a"), d.label("b")
	d.all(together(4, func(i int) error {
		for round := range 15 {
			var err error
			if i == 0 {
				err = d.try(describeBoth(a.ID, b.ID, fmt.Sprint(round)))
			} else {
				err = d.store.View(d.ctx(), d.account, agree(a.ID, b.ID))
			}
			if err != nil {
				return err
			}
		}
		return nil
	}))
	equal(d, "the last description", get(d, helpdesk.Tx.Labels, b.ID).Description, "14")
}

func describeBoth(a, b helpdesk.LabelID, text string) work {
	return func(ctx context.Context, tx helpdesk.Tx) error {
		for _, id := range []helpdesk.LabelID{a, b} {
			l, err := tx.Labels().Get(ctx, id)
			if err != nil {
				return err
			}
			l.Description = text
			if err := tx.Labels().Update(ctx, l); err != nil {
				return err
			}
		}
		return nil
	}
}

func agree(a, b helpdesk.LabelID) work {
	return func(ctx context.Context, tx helpdesk.Tx) error {
		first, err := tx.Labels().Get(ctx, a)
		if err != nil {
			return err
		}
		second, err := tx.Labels().Get(ctx, b)
		if err == nil && first.Description != second.Description {
			err = fmt.Errorf("a View read %q and %q", first.Description, second.Description)
		}
		return err
	}
}

func viewAnswersTheError(d *desk) {
	err := d.store.View(d.ctx(), d.account, func(context.Context, helpdesk.Tx) error { return errOnPurpose })
	if !errors.Is(err, errOnPurpose) {
		d.Fatalf("View answered %v, want the closure's error", err)
	}
}

func viewSwallowedWrite(d *desk) {
	_ = d.store.View(d.ctx(), d.account, func(ctx context.Context, tx helpdesk.Tx) error {
		if addLabels("written")(ctx, tx) == nil {
			d.Error("a View took a write")
		}
		return nil
	})
	equal(d, "labels", len(d.titles()), 0)
}

// wrapper is a decorator that adds nothing.
type wrapper struct{ helpdesk.Store }

func (w wrapper) Unwrap() helpdesk.Store { return w.Store }

// singer is a decorator with an ability.
type singer struct{ wrapper }

func (singer) Sing() string { return "la" }

func abilities(d *desk) {
	type able interface{ Sing() string }
	if _, ok := helpdesk.StoreAs[able](d.store); ok {
		d.Fatal("found an ability that is not there")
	}
	s, ok := helpdesk.StoreAs[able](wrapper{wrapper{singer{wrapper{d.store}}}})
	if !ok || s.Sing() != "la" {
		d.Fatal("did not find an ability behind two wrappers")
	}
	wrapped := *d
	wrapped.store = wrapper{singer{wrapper{d.store}}}
	wrapped.twice(addLabels("through wrappers"))
	equal(d, "labels", d.titles(), []string{"through wrappers"})
}

func schema(d *desk) {
	if c, ok := helpdesk.StoreAs[helpdesk.SchemaChecker](d.store); ok {
		d.ok(c.CheckSchema(d.ctx()))
	}
}

// testClosed is what is left of a store after Close.
func testClosed(s suite) {
	s.test("a closed store answers errors and does not hang", func(d *desk) {
		d.within("Close", func() {
			if err := d.store.Close(); err != nil {
				d.Errorf("Close: %v", err)
			}
		})
		d.within("a closed store", func() {
			none := func(context.Context, helpdesk.Tx) error { d.Error("a closure ran in a closed store"); return nil }
			for name, err := range map[string]error{
				"Update": d.store.Update(d.ctx(), d.account, none),
				"View":   d.store.View(d.ctx(), d.account, none),
				"System": d.store.System(d.ctx(), func(context.Context, helpdesk.SystemTx) error { return none(nil, nil) }),
			} {
				if err == nil {
					d.Errorf("%s worked in a closed store", name)
				}
			}
			_ = d.store.Close() // whatever it answers, it answers
		})
	})
	s.test("Close waits for nobody who waits for it", func(d *desk) {
		d.within("a store closed under load", func() {
			errs := together(9, func(i int) error {
				if i == 8 {
					return d.store.Close()
				}
				for range 20 {
					if d.try(addLabels(d.name("label"))) != nil {
						return nil
					}
				}
				return nil
			})
			if errs[8] != nil {
				d.Errorf("Close: %v", errs[8])
			}
		})
	})
}
