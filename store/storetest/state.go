package storetest

import (
	"context"
	"errors"
	"maps"
	"slices"

	"github.com/gohelpdesk/helpdesk"
)

// testState: a channel's own key–value store, of one inbox.
func testState(s suite) {
	type values = map[string][]byte
	s.test("Write puts, replaces and deletes", func(d *desk) {
		inbox := d.inbox().ID
		d.write(inbox, values{"a": []byte("1"), "b": everyByte(), "c": []byte("3"), awkward("k"): {}})
		d.write(inbox, values{"a": []byte("one"), "c": nil, "never there": nil})
		equal(d, "values", d.state(inbox, ""), values{"a": []byte("one"), "b": everyByte(), awkward("k"): {}})
		_, err := d.value(inbox, "c")
		d.is(err, helpdesk.NotFound)
		v, err := d.value(inbox, "b")
		d.ok(err)
		equal(d, "b", v, everyByte())
		_, err = d.value(inbox, awkward("k"))
		d.ok(err) // an empty value is there
	})
	s.test("Keep writes what is not there", func(d *desk) {
		inbox := d.inbox().ID
		d.write(inbox, values{"there": []byte("1"), "empty": {}})
		for key, want := range map[string][]byte{"there": []byte("1"), "empty": {}, "new": []byte("2"), awkward("k"): []byte("2")} {
			d.twice(func(ctx context.Context, tx helpdesk.Tx) error {
				kept, err := tx.State(inbox).Keep(ctx, key, []byte("2"))
				equal(d, "what is kept of "+key, string(kept), string(want))
				return err
			})
			v, err := d.value(inbox, key)
			d.ok(err)
			equal(d, key, string(v), string(want))
		}
	})
	s.test("all who Keep at once get the same", func(d *desk) {
		inbox := d.inbox().ID
		kept := make([][]byte, 20)
		d.all(together(len(kept), func(i int) error {
			return d.try(func(ctx context.Context, tx helpdesk.Tx) (err error) {
				kept[i], err = tx.State(inbox).Keep(ctx, "k", []byte{byte(i)})
				return err
			})
		}))
		there, err := d.value(inbox, "k")
		d.ok(err)
		for _, v := range kept {
			equal(d, "what is kept", v, there)
		}
	})
	s.test("List goes by prefix, literally", func(d *desk) {
		inbox := d.inbox().ID
		d.write(inbox, values{"a_1": {1}, "a_2": {2}, "ab1": {3}, "A_1": {4}, "100%": {5}, "100x": {6}, `a\`: {7}})
		for prefix, want := range map[string][]string{
			"a_": {"a_1", "a_2"}, "100%": {"100%"}, "A": {"A_1"}, `a\`: {`a\`}, "nothing": nil,
			"": {"100%", "100x", "A_1", `a\`, "a_1", "a_2", "ab1"},
		} {
			equal(d, "keys with "+prefix, slices.Sorted(maps.Keys(d.state(inbox, prefix))), want)
		}
	})
	s.test("all or nothing", func(d *desk) {
		inbox := d.inbox().ID
		d.write(inbox, values{"a": []byte("1")})
		d.ok(wants(d.try(func(ctx context.Context, tx helpdesk.Tx) error {
			return errors.Join(tx.State(inbox).Write(ctx, values{"a": nil, "b": []byte("2")}), errOnPurpose)
		}), errOnPurpose))
		equal(d, "values", d.state(inbox, ""), values{"a": []byte("1")})
	})
	s.test("inboxes and accounts are apart", func(d *desk) {
		inbox, second := d.inbox().ID, d.inbox().ID
		d.write(inbox, values{"k": []byte("1")})
		d.write(second, values{"k": []byte("2")})
		equal(d, "values", d.state(inbox, ""), values{"k": []byte("1")})
		equal(d, "values of the second", d.state(second, ""), values{"k": []byte("2")})
		there := d.in(d.other)
		equal(d, "values seen from another account", len(there.state(inbox, "")), 0)
		_ = there.try(func(ctx context.Context, tx helpdesk.Tx) error {
			return tx.State(inbox).Write(ctx, values{"k": []byte("theirs")})
		})
		equal(d, "values", d.state(inbox, ""), values{"k": []byte("1")})
	})
}

func (d *desk) write(inbox helpdesk.InboxID, values map[string][]byte) {
	d.Helper()
	d.twice(func(ctx context.Context, tx helpdesk.Tx) error { return tx.State(inbox).Write(ctx, values) })
}

func (d *desk) value(inbox helpdesk.InboxID, key string) ([]byte, error) {
	var v []byte
	err := d.store.View(d.ctx(), d.account, func(ctx context.Context, tx helpdesk.Tx) (err error) {
		v, err = tx.State(inbox).Get(ctx, key)
		return err
	})
	return v, err
}

func (d *desk) state(inbox helpdesk.InboxID, prefix string) map[string][]byte {
	d.Helper()
	var out map[string][]byte
	d.view(func(ctx context.Context, tx helpdesk.Tx) (err error) {
		out, err = tx.State(inbox).List(ctx, prefix)
		return err
	})
	return out
}
