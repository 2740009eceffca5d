package storetest

import (
	"context"
	"slices"

	"github.com/gohelpdesk/helpdesk"
)

// testRoutes: a key leads to one place in the installation.
func testRoutes(s suite) {
	s.test("Put and Find", func(d *desk) {
		for _, kind := range []helpdesk.RouteKind{helpdesk.InboxRoute, helpdesk.PubsubRoute, helpdesk.ProviderRoute} {
			want := helpdesk.Route{Kind: kind, Account: d.account, Object: int64(d.number())}
			d.route(want, awkward("key")) // one key in several kinds
			for _, see := range []*desk{d, d.in(d.other)} {
				got, err := see.findRoute(kind, awkward("key"))
				d.ok(err)
				equal(d, "route", *got, want)
			}
		}
		_, err := d.findRoute(helpdesk.InboxRoute, "nobody's")
		d.is(err, helpdesk.NotFound)
	})
	s.test("a route of no account", func(d *desk) {
		want := helpdesk.Route{Kind: helpdesk.AccessTokenRoute, Object: 7}
		d.system(func(ctx context.Context, tx helpdesk.SystemTx) error { return tx.Routes().Put(ctx, want, "token") })
		got, err := d.findRoute(want.Kind, "token")
		d.ok(err)
		equal(d, "route", *got, want)
	})
	s.test("a key that leads elsewhere conflicts", func(d *desk) {
		first := helpdesk.Route{Kind: helpdesk.InboxRoute, Account: d.account, Object: 1}
		d.route(first, "key")
		d.route(first, "key") // the same again is no conflict
		for _, elsewhere := range []helpdesk.Route{
			{Kind: helpdesk.InboxRoute, Account: d.account, Object: 2},
			{Kind: helpdesk.InboxRoute, Account: d.other, Object: 1},
		} {
			d.is(d.in(elsewhere.Account).try(putRoute(elsewhere, "key")), helpdesk.Conflict)
		}
		got, err := d.findRoute(first.Kind, "key")
		d.ok(err)
		equal(d, "route", *got, first)
	})
	s.test("one key is given once to many", func(d *desk) {
		errs := together(8, func(i int) error {
			return d.try(putRoute(helpdesk.Route{Kind: helpdesk.InboxRoute, Account: d.account, Object: int64(i + 1)}, "key"))
		})
		got, err := d.findRoute(helpdesk.InboxRoute, "key")
		d.ok(err)
		for i, err := range errs {
			if won := int64(i+1) == got.Object; won {
				d.ok(err)
			} else {
				d.is(err, helpdesk.Conflict)
			}
		}
	})
	s.test("Drop and DropObject", func(d *desk) {
		r := helpdesk.Route{Kind: helpdesk.ProviderRoute, Account: d.account, Object: 1}
		neighbour := helpdesk.Route{Kind: helpdesk.ProviderRoute, Account: d.account, Object: 2}
		namesake := helpdesk.Route{Kind: helpdesk.ProviderRoute, Account: d.other, Object: 1}
		for _, key := range []string{"a", "b", "c"} {
			d.route(r, key)
		}
		d.route(neighbour, "d")
		d.in(d.other).route(namesake, "e")
		d.twice(func(ctx context.Context, tx helpdesk.Tx) error { return tx.Routes().Drop(ctx, r.Kind, "a") })
		equal(d, "routes after Drop", d.routed(), []string{"b", "c", "d", "e"})
		d.twice(func(ctx context.Context, tx helpdesk.Tx) error {
			return tx.Routes().DropObject(ctx, r.Kind, r.Account, r.Object)
		})
		equal(d, "routes after DropObject", d.routed(), []string{"d", "e"})
	})
}

func putRoute(r helpdesk.Route, key string) work {
	return func(ctx context.Context, tx helpdesk.Tx) error { return tx.Routes().Put(ctx, r, key) }
}

func (d *desk) route(r helpdesk.Route, key string) {
	d.Helper()
	d.update(putRoute(r, key))
}

func (d *desk) findRoute(kind helpdesk.RouteKind, key string) (*helpdesk.Route, error) {
	var found *helpdesk.Route
	err := d.store.View(d.ctx(), d.account, func(ctx context.Context, tx helpdesk.Tx) (err error) {
		found, err = tx.Routes().Find(ctx, kind, key)
		return err
	})
	return found, err
}

// routed are the keys of a to e that lead somewhere.
func (d *desk) routed() []string {
	d.Helper()
	return slices.DeleteFunc([]string{"a", "b", "c", "d", "e"}, func(key string) bool {
		_, err := d.findRoute(helpdesk.ProviderRoute, key)
		if err != nil {
			d.is(err, helpdesk.NotFound)
		}
		return err != nil
	})
}

// testLeases: one of several processes owns a name for a while.
func testLeases(s suite) {
	s.test("Take, renew, refuse and expire", func(d *desk) {
		for i, step := range []struct {
			holder     string
			now, until int
			want       bool
		}{
			{"a", 0, 10, true},
			{"b", 5, 15, false},
			{"a", 5, 20, true}, // renewed
			{"b", 15, 25, false},
			{"b", 21, 31, true}, // expired
			{"a", 22, 32, false},
		} {
			if got := d.take("lease", step.holder, step.now, step.until); got != step.want {
				d.Fatalf("step %d: %s got the lease at %d: %v", i, step.holder, step.now, got)
			}
		}
		equal(d, "a lease of another name", d.take("other", "a", 22, 32), true)
	})
	s.test("Drop gives it up, but only one's own", func(d *desk) {
		drop := func(holder string) {
			d.system(func(ctx context.Context, tx helpdesk.SystemTx) error { return tx.Leases().Drop(ctx, "lease", holder) })
		}
		equal(d, "a takes it", d.take("lease", "a", 0, 10), true)
		drop("b")
		equal(d, "b takes it after its own Drop", d.take("lease", "b", 1, 11), false)
		drop("a")
		equal(d, "b takes it after a's Drop", d.take("lease", "b", 1, 11), true)
	})
	s.test("of many at once one gets it", func(d *desk) {
		got := make([]bool, 20)
		d.all(together(len(got), func(i int) error {
			return d.store.System(d.ctx(), func(ctx context.Context, tx helpdesk.SystemTx) (err error) {
				got[i], err = tx.Leases().Take(ctx, "lease", string(rune('a'+i)), at(0), at(10))
				return err
			})
		}))
		equal(d, "holders", trues(got), 1)
	})
}

// trues counts them.
func trues(all []bool) int {
	n := 0
	for _, b := range all {
		if b {
			n++
		}
	}
	return n
}

func (d *desk) take(name, holder string, now, until int) bool {
	d.Helper()
	var got bool
	d.system(func(ctx context.Context, tx helpdesk.SystemTx) (err error) {
		got, err = tx.Leases().Take(ctx, name, holder, at(now), at(until))
		return err
	})
	return got
}
