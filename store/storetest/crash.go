package storetest

import (
	"context"
	"errors"
	"runtime"

	"github.com/gohelpdesk/helpdesk"
)

// ending is a way in which a closure ends badly, or its context does.
type ending struct {
	name string
	// run writes the row through the store and reports whether it was promised
	// to be there, or anything else than what this ending wants.
	run func(d *desk, row work) (stored bool, err error)
}

// endings are all of them; each is tried alone, and in the middle of a group.
func endings() []ending {
	return []ending{
		{"a context that ended before", endedBefore},
		{"a context that ends before the write", endsBeforeWrite},
		{"a context that ends after the write", endsAfterWrite},
		{"an error after the write", failsAfterWrite},
		{"an error before the write", failsBeforeWrite},
		{"a panic", panics},
		{"a Goexit", exits},
		{"a version that moved", missesOnce},
	}
}

func testContext(s suite) {
	for _, e := range endings()[:3] {
		s.test(e.name, func(d *desk) { alone(d, e) })
	}
	s.test("a View's context that ended before", func(d *desk) {
		ctx, cancel := context.WithCancel(d.ctx())
		cancel()
		err := d.store.View(ctx, d.account, func(context.Context, helpdesk.Tx) error { d.Error("the closure ran"); return nil })
		if !errors.Is(err, context.Canceled) {
			d.Fatalf("View answered %v, want %v", err, context.Canceled)
		}
	})
}

func testCrash(s suite) {
	for _, e := range endings()[3:] {
		s.test(e.name, func(d *desk) { alone(d, e) })
	}
	s.test("a panic in View and System", panicsElsewhere)
}

// alone runs one ending, and then looks whether the store still works.
func alone(d *desk, e ending) {
	contact := d.contact().ID
	stored, err := e.run(d, note(contact, "row"))
	d.ok(err)
	want := []string{}
	if stored {
		want = []string{"row"}
	}
	equal(d, "rows", d.notes(contact), want)
	d.within("an Update after "+e.name, func() {
		if err := d.try(note(contact, "next")); err != nil {
			d.Errorf("the next Update: %v", err)
		}
	})
	equal(d, "rows after the next Update", len(d.notes(contact)), len(want)+1)
}

// note is work that writes a row which has no unique key: run twice, it is
// there twice.
func note(contact helpdesk.ContactID, content string) work {
	return func(ctx context.Context, tx helpdesk.Tx) error {
		return tx.Notes().Insert(ctx, &helpdesk.Note{Contact: contact, Content: content, CreatedAt: start, UpdatedAt: start})
	}
}

// notes are what was written, the oldest first.
func (d *desk) notes(contact helpdesk.ContactID) []string {
	d.Helper()
	var out []string
	d.view(func(ctx context.Context, tx helpdesk.Tx) error {
		rows, err := tx.Notes().List(ctx, helpdesk.NoteFilter{Contact: contact}, helpdesk.Page{Limit: helpdesk.MaxPage})
		out = make([]string, len(rows))
		for i, row := range rows {
			out[len(rows)-1-i] = row.Content
		}
		return err
	})
	return out
}

// wants makes an error of an outcome that is not the one wanted.
func wants(got, want error) error {
	if errors.Is(got, want) {
		return nil
	}
	return helpdesk.Errorf(helpdesk.Internal, "got %v, want %v", got, want)
}

func endedBefore(d *desk, row work) (bool, error) {
	ctx, cancel := context.WithCancel(d.ctx())
	cancel()
	return false, wants(d.store.Update(ctx, d.account, row), context.Canceled)
}

// Once its closure has started, an Update is not stopped by its context: its
// caller must never have to guess whether it was committed.
func endsBeforeWrite(d *desk, row work) (bool, error) {
	ctx, cancel := context.WithCancel(d.ctx())
	defer cancel()
	return true, d.store.Update(ctx, d.account, func(inside context.Context, tx helpdesk.Tx) error {
		cancel()
		return errors.Join(inside.Err(), row(inside, tx))
	})
}

func endsAfterWrite(d *desk, row work) (bool, error) {
	ctx, cancel := context.WithCancel(d.ctx())
	defer cancel()
	return true, d.store.Update(ctx, d.account, func(inside context.Context, tx helpdesk.Tx) error {
		defer cancel()
		return errors.Join(row(inside, tx), inside.Err())
	})
}

func failsAfterWrite(d *desk, row work) (bool, error) {
	return false, wants(d.try(func(ctx context.Context, tx helpdesk.Tx) error {
		return errors.Join(row(ctx, tx), errOnPurpose)
	}), errOnPurpose)
}

func failsBeforeWrite(d *desk, _ work) (bool, error) {
	return false, wants(d.try(func(context.Context, helpdesk.Tx) error { return errOnPurpose }), errOnPurpose)
}

// A panic stays with its caller, unchanged.
func panics(d *desk, row work) (stored bool, err error) {
	defer func() {
		if r := recover(); r != errOnPurpose { //nolint:errorlint // the very value, not something that wraps it
			err = helpdesk.Errorf(helpdesk.Internal, "recovered %v, want %v", r, errOnPurpose)
		}
	}()
	err = d.try(func(ctx context.Context, tx helpdesk.Tx) error {
		if err := row(ctx, tx); err != nil {
			return err
		}
		panic(errOnPurpose)
	})
	return false, err
}

// A Goexit, which is what t.FailNow does, ends the caller's goroutine.
func exits(d *desk, row work) (bool, error) {
	ended := make(chan error)
	go func() {
		err := errors.New("the closure did not run")
		defer func() { ended <- err }()
		err = d.try(func(ctx context.Context, tx helpdesk.Tx) error {
			if err = row(ctx, tx); err == nil {
				runtime.Goexit()
			}
			return err
		})
		err = errors.Join(errors.New("an Update returned after a Goexit"), err)
	}()
	return false, <-ended
}

func missesOnce(d *desk, row work) (bool, error) {
	missed := false
	err := d.try(func(ctx context.Context, tx helpdesk.Tx) error {
		if err := row(ctx, tx); err != nil || missed {
			return err
		}
		missed = true
		return d.miss(ctx, tx)
	})
	return true, err
}

func panicsElsewhere(d *desk) {
	panicking := func(name string, run func() error) {
		defer func() {
			if r := recover(); r != errOnPurpose { //nolint:errorlint // the very value, not something that wraps it
				d.Errorf("%s: recovered %v, want %v", name, r, errOnPurpose)
			}
		}()
		d.Errorf("%s returned %v after a panic", name, run())
	}
	panicking("View", func() error {
		return d.store.View(d.ctx(), d.account, func(context.Context, helpdesk.Tx) error { panic(errOnPurpose) })
	})
	panicking("System", func() error {
		return d.store.System(d.ctx(), func(context.Context, helpdesk.SystemTx) error { panic(errOnPurpose) })
	})
	d.within("the store after a panic", func() {
		_ = d.store.View(d.ctx(), d.account, func(context.Context, helpdesk.Tx) error { return nil })
		if err := d.try(addLabels("next")); err != nil {
			d.Errorf("the next Update: %v", err)
		}
	})
}
