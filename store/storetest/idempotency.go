package storetest

import (
	"context"
	"errors"

	"github.com/gohelpdesk/helpdesk"
)

// testIdempotency: a key is begun once, and answered with what came of it.
func testIdempotency(s suite) {
	s.test("Begin, Result, Answer", idempotent)
	s.test("an Update that fails forgets the key", func(d *desk) {
		d.ok(wants(d.try(func(ctx context.Context, tx helpdesk.Tx) error {
			_, err := tx.Idempotency().Begin(ctx, "s", "k", []byte("f"), at(1))
			return errors.Join(err, errOnPurpose)
		}), errOnPurpose))
		equal(d, "whether it is new", d.begin("s", "k", "f") == nil, true)
	})
	s.test("scopes, keys and accounts are apart", func(d *desk) {
		there := d.in(d.other)
		for _, k := range []struct {
			d          *desk
			scope, key string
		}{{d, "s", "k"}, {d, "s", "l"}, {d, "t", "k"}, {d, "s", awkward("k")}, {there, "s", "k"}} {
			if k.d.begun(k.scope, k.key, "f") != nil {
				d.Fatalf("%s %s was begun before", k.scope, k.key)
			}
		}
	})
	s.test("of many that Begin exactly one is new", func(d *desk) {
		fresh := make([]bool, 20)
		d.all(together(len(fresh), func(i int) error {
			return d.try(func(ctx context.Context, tx helpdesk.Tx) error {
				r, err := tx.Idempotency().Begin(ctx, "s", "k", []byte{byte(i)}, at(1))
				if err != nil {
					return err
				}
				if fresh[i] = r == nil; fresh[i] {
					return tx.Idempotency().Result(ctx, "s", "k", "message", int64(i+1))
				}
				return nil
			})
		}))
		equal(d, "new ones", trues(fresh), 1)
		r, err := d.recorded("s", "k")
		d.ok(err)
		equal(d, "whose result is kept", fresh[r.ID-1], true)
	})
	s.test("DropIdempotency forgets what is older", func(d *desk) {
		for n, key := range []string{"old", "young"} {
			d.update(func(ctx context.Context, tx helpdesk.Tx) error {
				_, err := tx.Idempotency().Begin(ctx, "s", key, nil, at(n))
				return err
			})
		}
		d.system(func(ctx context.Context, tx helpdesk.SystemTx) error { return tx.DropIdempotency(ctx, at(1)) })
		_, err := d.recorded("s", "old")
		d.is(err, helpdesk.NotFound)
		_, err = d.recorded("s", "young")
		d.ok(err)
	})
}

// begin is Begin in a closure that runs twice; begun, in one that runs once.
func (d *desk) begin(scope, key, fingerprint string) (r *helpdesk.IdempotentResult) {
	d.Helper()
	d.twice(func(ctx context.Context, tx helpdesk.Tx) (err error) {
		r, err = tx.Idempotency().Begin(ctx, scope, key, []byte(fingerprint), at(1))
		return err
	})
	return r
}

func (d *desk) begun(scope, key, fingerprint string) (r *helpdesk.IdempotentResult) {
	d.Helper()
	d.update(func(ctx context.Context, tx helpdesk.Tx) (err error) {
		r, err = tx.Idempotency().Begin(ctx, scope, key, []byte(fingerprint), at(1))
		return err
	})
	return r
}

func (d *desk) recorded(scope, key string) (*helpdesk.IdempotentResult, error) {
	var r *helpdesk.IdempotentResult
	err := d.store.View(d.ctx(), d.account, func(ctx context.Context, tx helpdesk.Tx) (err error) {
		r, err = tx.Idempotency().Find(ctx, scope, key)
		return err
	})
	return r, err
}

func idempotent(d *desk) {
	_, err := d.recorded("s", "k")
	d.is(err, helpdesk.NotFound)
	if r := d.begin("s", "k", "first"); r != nil {
		d.Fatalf("the first Begin found %+v", *r)
	}
	want := helpdesk.IdempotentResult{Fingerprint: []byte("first")}
	same(d, d.begin("s", "k", "second"), &want)

	d.twice(func(ctx context.Context, tx helpdesk.Tx) error {
		return tx.Idempotency().Result(ctx, "s", "k", "message", 7)
	})
	want.Kind, want.ID = "message", 7
	same(d, d.begin("s", "k", "second"), &want)

	answer := func(status int, body []byte) {
		d.twice(func(ctx context.Context, tx helpdesk.Tx) error {
			return tx.Idempotency().Answer(ctx, "s", "k", status, "application/json", body)
		})
	}
	answer(201, everyByte())
	answer(500, []byte("late")) // there is one already
	want.Status, want.ContentType, want.Body = 201, "application/json", everyByte()
	same(d, d.begin("s", "k", "first"), &want)
	got, err := d.recorded("s", "k")
	d.ok(err)
	same(d, got, &want)
}
