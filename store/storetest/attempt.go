package storetest

import (
	"context"

	"github.com/gohelpdesk/helpdesk"
)

// testAttempts: tries to send, each committed before the provider is called.
func testAttempts(s suite) {
	s.test("keeps every field, and the latest", func(d *desk) {
		m := text(d.conversation(), "out")
		d.say(m)
		first, second := fullAttempt(m, 1), fullAttempt(m, 2)
		second.ExternalID = "second"
		filled(d, first, "ID")
		d.attempt(m.Inbox, first)
		d.attempt(m.Inbox, second)
		got, err := d.latestAttempt(m.ID)
		d.ok(err)
		same(d, got, second)
		inUTC(d, got)
		for _, want := range []*helpdesk.Attempt{first, second} {
			d.view(func(ctx context.Context, tx helpdesk.Tx) error {
				got, err := tx.Attempts().ByExternal(ctx, m.Inbox, want.ExternalID)
				if err == nil {
					same(d, got, want)
				}
				return err
			})
		}
	})
	s.test("Update settles one", func(d *desk) {
		m := text(d.conversation(), "out")
		d.say(m)
		a := &helpdesk.Attempt{Account: d.account, Message: m.ID, Number: 1, State: helpdesk.StateSending, StartedAt: at(1)}
		d.attempt(m.Inbox, a)
		running, err := d.latestAttempt(m.ID)
		d.ok(err)
		equal(d, "whether it runs", running.EndedAt.IsZero(), true)
		a.State, a.ExternalID, a.Code, a.Error, a.EndedAt = helpdesk.StateSent, "ext", "0", "none", away(2)
		d.twice(func(ctx context.Context, tx helpdesk.Tx) error {
			row := *a
			return tx.Attempts().Update(ctx, &row)
		})
		got, err := d.latestAttempt(m.ID)
		d.ok(err)
		same(d, got, a)
		d.view(func(ctx context.Context, tx helpdesk.Tx) error {
			found, err := tx.Attempts().ByExternal(ctx, m.Inbox, "ext")
			if err == nil {
				same(d, found, a)
			}
			return err
		})
	})
	s.test("what is missing is NotFound", func(d *desk) {
		m := text(d.conversation(), "out")
		d.say(m)
		_, err := d.latestAttempt(m.ID)
		d.is(err, helpdesk.NotFound)
		a := fullAttempt(m, 1)
		d.attempt(m.Inbox, a)
		there := d.in(d.other)
		_, err = there.latestAttempt(m.ID)
		d.is(err, helpdesk.NotFound)
		there.refuses(helpdesk.NotFound, func(ctx context.Context, tx helpdesk.Tx) error {
			row := *a
			return tx.Attempts().Update(ctx, &row)
		})
		for _, key := range []string{"nobody's", ""} {
			d.refuses(helpdesk.NotFound, func(ctx context.Context, tx helpdesk.Tx) error {
				_, err := tx.Attempts().ByExternal(ctx, m.Inbox, key)
				return err
			})
		}
		d.refuses(helpdesk.NotFound, func(ctx context.Context, tx helpdesk.Tx) error {
			_, err := tx.Attempts().ByExternal(ctx, m.Inbox+1000, a.ExternalID)
			return err
		})
	})
}

func fullAttempt(m *helpdesk.Message, number int) *helpdesk.Attempt {
	return &helpdesk.Attempt{
		Account: m.Account, Message: m.ID, Number: number, State: helpdesk.StateFailed, ExternalID: awkward("ext"),
		Code: "131047", Error: awkward("no"), StartedAt: away(number), EndedAt: away(number + 1),
	}
}

func (d *desk) attempt(inbox helpdesk.InboxID, a *helpdesk.Attempt) {
	d.Helper()
	d.twice(func(ctx context.Context, tx helpdesk.Tx) error {
		a.ID = 0
		return tx.Attempts().Insert(ctx, inbox, a)
	})
}

func (d *desk) latestAttempt(id helpdesk.MessageID) (*helpdesk.Attempt, error) {
	var a *helpdesk.Attempt
	err := d.store.View(d.ctx(), d.account, func(ctx context.Context, tx helpdesk.Tx) (err error) {
		a, err = tx.Attempts().Latest(ctx, id)
		return err
	})
	return a, err
}
