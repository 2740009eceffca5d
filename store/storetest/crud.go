package storetest

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/gohelpdesk/helpdesk"
)

// noun is one kind of row that is kept by a Repo.
type noun[ID ~int64, T, F any] struct {
	name string
	repo func(helpdesk.Tx) helpdesk.Repo[ID, T, F]
	// make returns a row that is not stored yet, with every field filled that
	// an Insert writes, and its times and texts awkward. No two rows collide.
	make func(d *desk) *T
	// change alters every field that an Update writes. It is called inside
	// transactions, so it asks the desk for names and nothing else.
	change func(d *desk, v *T)
	// collide gives v the unique key of taken; nil = there is no such key.
	collide func(v, taken *T)
	// key is what Page.After takes to go on behind a row; nil = IDKey.
	key func(*T) string
	// elsewhere lists the fields that Insert and Update do not write.
	elsewhere []string
	global    bool // the rows belong to no account
	given     bool // the id is given by the caller
}

// errOnPurpose is what a closure fails with on purpose.
var errOnPurpose = errors.New("failed on purpose")

// crud tests what every Repo promises.
func crud[ID ~int64, T, F any](s suite, n noun[ID, T, F]) {
	s.group(n.name, func(s suite) {
		s.test("Insert keeps every field", n.keepsEveryField)
		s.test("Update keeps every field and moves the version", n.updateKeepsEveryField)
		s.test("what is missing is NotFound", n.missing)
		s.test("Delete removes the row alone", n.deletes)
		s.test("an error rolls back everything", n.rollsBack)
		s.test("a closure run again leaves one row", n.retried)
		s.test("View refuses writes", n.viewRefusesWrites)
		s.test("pages are stable", n.pages)
		if !n.global {
			s.test("another account sees and changes nothing", n.otherAccount)
		}
		if !n.given {
			s.test("ids of deleted rows are never reused", n.idsAreNotReused)
		}
		if n.collide != nil {
			s.test("a taken key conflicts", n.conflicts)
		}
		if field[int64](new(T), "Version") != nil {
			s.test("a version that moved runs the closure again", n.staleVersion)
			s.test("two writers of one row both survive", n.twoWriters)
		}
	})
}

func (n noun[ID, T, F]) id(v *T) ID { return *field[ID](v, "ID") }

func (n noun[ID, T, F]) insert(d *desk) *T {
	d.Helper()
	return insert(d, n.repo, n.make(d))
}

// list is the whole list, and the ids of it.
func (n noun[ID, T, F]) list(d *desk) []ID {
	d.Helper()
	var rows []*T
	var none F
	d.view(func(ctx context.Context, tx helpdesk.Tx) (err error) {
		if rows, err = n.repo(tx).List(ctx, none, helpdesk.Page{Limit: helpdesk.MaxPage}); err != nil {
			return err
		}
		count, err := n.repo(tx).Count(ctx, none)
		if err == nil && count != len(rows) {
			err = helpdesk.Errorf(helpdesk.Internal, "Count says %d, List has %d", count, len(rows))
		}
		return err
	})
	return ids[ID](rows)
}

func (n noun[ID, T, F]) keepsEveryField(d *desk) {
	row := n.make(d)
	filled(d, row, append(n.elsewhere, "ID", "Version", "Display")...)
	insert(d, n.repo, row)
	if n.id(row) <= 0 {
		d.Fatalf("Insert assigned the id %d", n.id(row))
	}
	if v := field[int64](row, "Version"); v != nil && *v != 1 {
		d.Fatalf("Insert assigned Version %d, want 1", *v)
	}
	stored := get(d, n.repo, n.id(row))
	same(d, stored, row, n.elsewhere...)
	inUTC(d, stored)
	if !slices.Contains(n.list(d), n.id(row)) {
		d.Fatal("the row is not in List")
	}
}

func (n noun[ID, T, F]) updateKeepsEveryField(d *desk) {
	bystander := n.insert(d)
	row := n.insert(d)
	n.change(d, row)
	before := *row
	var after T
	d.twice(func(ctx context.Context, tx helpdesk.Tx) error {
		after = before
		return n.repo(tx).Update(ctx, &after)
	})
	if v := field[int64](&after, "Version"); v != nil && *v <= *field[int64](&before, "Version") {
		d.Fatalf("Update left Version %d, was %d", *v, *field[int64](&before, "Version"))
	}
	same(d, get(d, n.repo, n.id(row)), &after, n.elsewhere...)
	same(d, &after, row, append(n.elsewhere, "Version")...)
	same(d, get(d, n.repo, n.id(bystander)), bystander, n.elsewhere...)
}

func (n noun[ID, T, F]) missing(d *desk) {
	gone := n.insert(d)
	d.update(func(ctx context.Context, tx helpdesk.Tx) error { return n.repo(tx).Delete(ctx, n.id(gone)) })
	for _, id := range []ID{n.id(gone), 0, -1, 1 << 52} {
		row := *gone
		*field[ID](&row, "ID") = id
		n.refuses(d, helpdesk.NotFound, &row)
	}
}

// refuses wants the code of everything that can be done with one row.
func (n noun[ID, T, F]) refuses(d *desk, code helpdesk.Code, row *T) {
	d.Helper()
	d.refuses(code, func(ctx context.Context, tx helpdesk.Tx) error {
		_, err := n.repo(tx).Get(ctx, n.id(row))
		return err
	})
	d.refuses(code, func(ctx context.Context, tx helpdesk.Tx) error {
		changed := *row
		return n.repo(tx).Update(ctx, &changed)
	})
	d.refuses(code, func(ctx context.Context, tx helpdesk.Tx) error { return n.repo(tx).Delete(ctx, n.id(row)) })
}

func (n noun[ID, T, F]) deletes(d *desk) {
	stays, goes := n.insert(d), n.insert(d)
	d.twice(func(ctx context.Context, tx helpdesk.Tx) error { return n.repo(tx).Delete(ctx, n.id(goes)) })
	same(d, get(d, n.repo, n.id(stays)), stays, n.elsewhere...)
	if list := n.list(d); slices.Contains(list, n.id(goes)) || !slices.Contains(list, n.id(stays)) {
		d.Fatalf("List has %v after %d was deleted and %d was not", list, n.id(goes), n.id(stays))
	}
}

func (n noun[ID, T, F]) rollsBack(d *desk) {
	changed, deleted := n.insert(d), n.insert(d)
	added := n.make(d)
	before := n.list(d)
	err := d.try(func(ctx context.Context, tx helpdesk.Tx) error {
		row := *changed
		n.change(d, &row)
		return errors.Join(
			n.repo(tx).Insert(ctx, added),
			n.repo(tx).Update(ctx, &row),
			n.repo(tx).Delete(ctx, n.id(deleted)),
			errOnPurpose,
		)
	})
	if !errors.Is(err, errOnPurpose) || helpdesk.CodeOf(err) != helpdesk.Internal {
		d.Fatalf("Update answered %v, want the closure's own error alone", err)
	}
	equal(d, "List", n.list(d), before)
	same(d, get(d, n.repo, n.id(changed)), changed, n.elsewhere...)
	same(d, get(d, n.repo, n.id(deleted)), deleted, n.elsewhere...)
}

func (n noun[ID, T, F]) retried(d *desk) {
	row := n.make(d)
	before := len(n.list(d))
	var stored T
	d.twice(func(ctx context.Context, tx helpdesk.Tx) error {
		stored = *row
		return n.repo(tx).Insert(ctx, &stored)
	})
	equal(d, "number of rows", len(n.list(d)), before+1)
	same(d, get(d, n.repo, n.id(&stored)), &stored, n.elsewhere...)
}

func (n noun[ID, T, F]) viewRefusesWrites(d *desk) {
	row, added := n.insert(d), n.make(d)
	before := n.list(d)
	writes := map[string]work{
		"Insert": func(ctx context.Context, tx helpdesk.Tx) error { return n.repo(tx).Insert(ctx, added) },
		"Update": func(ctx context.Context, tx helpdesk.Tx) error {
			changed := *row
			n.change(d, &changed)
			return n.repo(tx).Update(ctx, &changed)
		},
		"Delete": func(ctx context.Context, tx helpdesk.Tx) error { return n.repo(tx).Delete(ctx, n.id(row)) },
	}
	for name, write := range writes {
		if err := d.store.View(d.ctx(), d.account, write); err == nil {
			d.Errorf("%s worked inside a View", name)
		}
	}
	equal(d, "List", n.list(d), before)
	same(d, get(d, n.repo, n.id(row)), row, n.elsewhere...)
}

func (n noun[ID, T, F]) pages(d *desk) {
	for range 7 {
		n.insert(d)
	}
	want := n.list(d)
	if len(want) < 7 {
		d.Fatalf("List has %d rows, 7 were inserted", len(want))
	}
	equal(d, "a second List", n.list(d), want)
	var byOffset, byKey []ID
	after := ""
	for len(byOffset) < len(want) && len(byKey) < len(want) {
		offset := n.page(d, helpdesk.Page{Limit: 3, Offset: len(byOffset)})
		keyed := n.page(d, helpdesk.Page{Limit: 3, Offset: 5 * len(after), After: after}) // After beats Offset
		if len(offset) == 0 || len(offset) > 3 || len(keyed) == 0 || len(keyed) > 3 {
			d.Fatalf("pages of 3 have %d and %d rows", len(offset), len(keyed))
		}
		byOffset, byKey = append(byOffset, ids[ID](offset)...), append(byKey, ids[ID](keyed)...)
		after = n.keyOf(keyed[len(keyed)-1])
	}
	equal(d, "pages by Offset", byOffset, want)
	equal(d, "pages by After", byKey, want)
	equal(d, "the page after the last", len(n.page(d, helpdesk.Page{Limit: 3, After: after})), 0)
}

func (n noun[ID, T, F]) keyOf(v *T) string {
	if n.key != nil {
		return n.key(v)
	}
	return helpdesk.IDKey(n.id(v))
}

func (n noun[ID, T, F]) page(d *desk, p helpdesk.Page) []*T {
	d.Helper()
	var rows []*T
	d.view(func(ctx context.Context, tx helpdesk.Tx) (err error) {
		var none F
		rows, err = n.repo(tx).List(ctx, none, p)
		return err
	})
	return rows
}

func (n noun[ID, T, F]) otherAccount(d *desk) {
	row := n.insert(d)
	there := d.in(d.other)
	before := n.list(there)
	if slices.Contains(before, n.id(row)) {
		d.Fatal("List shows the row to another account")
	}
	n.refuses(there, helpdesk.NotFound, row)
	equal(d, "List of the other account", n.list(there), before)
	same(d, get(d, n.repo, n.id(row)), row, n.elsewhere...)
}

func (n noun[ID, T, F]) idsAreNotReused(d *desk) {
	n.insert(d)
	last := n.insert(d)
	d.update(func(ctx context.Context, tx helpdesk.Tx) error { return n.repo(tx).Delete(ctx, n.id(last)) })
	if next := n.insert(d); n.id(next) <= n.id(last) {
		d.Fatalf("the id %d came after %d was deleted", n.id(next), n.id(last))
	}
}

func (n noun[ID, T, F]) conflicts(d *desk) {
	taken, free := n.insert(d), n.insert(d)
	twin := n.make(d)
	n.collide(twin, taken)
	before := n.list(d)
	d.refuses(helpdesk.Conflict, func(ctx context.Context, tx helpdesk.Tx) error { return n.repo(tx).Insert(ctx, twin) })
	if !n.given {
		d.refuses(helpdesk.Conflict, func(ctx context.Context, tx helpdesk.Tx) error {
			row := *free
			n.collide(&row, taken)
			return n.repo(tx).Update(ctx, &row)
		})
	}
	equal(d, "List", n.list(d), before)
	same(d, get(d, n.repo, n.id(free)), free, n.elsewhere...)
	if n.global {
		return
	}
	there := d.in(d.other)
	row := n.make(there)
	n.collide(row, taken)
	if !n.given { // the key is free in another account
		insert(there, n.repo, row)
	}
}

func (n noun[ID, T, F]) staleVersion(d *desk) {
	stale := n.insert(d)
	moved := *stale
	d.update(func(ctx context.Context, tx helpdesk.Tx) error { return n.repo(tx).Update(ctx, &moved) })
	added := n.make(d)
	before := len(n.list(d))
	runs := 0
	d.update(func(ctx context.Context, tx helpdesk.Tx) error {
		runs++
		row, first := *stale, *added
		if runs > 1 {
			now, err := n.repo(tx).Get(ctx, n.id(stale))
			if err != nil {
				return err
			}
			row = *now
		}
		n.change(d, &row)
		if err := n.repo(tx).Insert(ctx, &first); err != nil {
			return err
		}
		return n.repo(tx).Update(ctx, &row)
	})
	equal(d, "runs of the closure", runs, 2)
	equal(d, "number of rows", len(n.list(d)), before+1)
	if v := *field[int64](get(d, n.repo, n.id(stale)), "Version"); v != 3 {
		d.Fatalf("Version is %d after one Insert and two Updates", v)
	}
}

func (n noun[ID, T, F]) twoWriters(d *desk) {
	row := n.insert(d)
	const writers = 4
	d.all(together(writers, func(int) error {
		return d.try(func(ctx context.Context, tx helpdesk.Tx) error {
			now, err := n.repo(tx).Get(ctx, n.id(row))
			if err != nil {
				return err
			}
			return n.repo(tx).Update(ctx, now)
		})
	}))
	if v := *field[int64](get(d, n.repo, n.id(row)), "Version"); v != 1+writers {
		d.Fatalf("Version is %d after one Insert and %d Updates", v, writers)
	}
}

// awkward is text that is hard to keep as it is.
func awkward(s string) string {
	return strings.Join([]string{s, `\' "; -- É é ß 漢字 👩‍👩‍👧 שלום`, "a\tb\nc", "\u2028\ufeff %_?$1"}, " ")
}

// things is a value of every kind that fits into JSON.
func things(s string) map[string]any {
	return map[string]any{
		"text": awkward(s), `k\"'é`: "key", "number": 12.5, "big": float64(1 << 40), "yes": true, "null": nil,
		"list": []any{"a", 1.0, false}, "deep": map[string]any{"er": map[string]any{"x": s}},
	}
}
