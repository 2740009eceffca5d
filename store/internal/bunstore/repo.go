package bunstore

import (
	"context"
	"database/sql"
	"errors"
	"reflect"
	"slices"
	"strconv"

	"github.com/uptrace/bun"

	"github.com/gohelpdesk/helpdesk"
)

// noun says how one kind of thing is kept: T is the domain's type, F its
// filter, R its row.
type noun[ID ~int64, T, F, R any] struct {
	name   string // as errors call it
	table  string
	alias  string // the row type's own alias
	global bool   // belongs to no account
	config bool   // writes move Account.ConfigVersion
	newest bool   // lists are newest first

	pack   func(*T) *R
	unpack func(*R) *T
	// key points at the fields the store sets: id and version; nil = has none.
	key    func(*T) (*helpdesk.AccountID, *ID, *int64)
	filter func(q *bun.SelectQuery, f F) *bun.SelectQuery // nil = filters nothing
	along  string                                         // further columns, read along from other tables
	keep   []string                                       // columns Update leaves alone
	owned  []string                                       // statements that delete what belongs to a row, given account and id
}

// repo is the six methods over a noun.
type repo[ID ~int64, T, F, R any] struct {
	*tx
	n *noun[ID, T, F, R]
}

// query starts a query for rows of the noun.
func (r *repo[ID, T, F, R]) query(dest any) *bun.SelectQuery {
	q := r.db.NewSelect().Model(dest).ModelTableExpr(r.d.qualify(r.n.table) + " AS " + r.n.alias)
	if !r.n.global {
		q = q.Where("?.account_id = ?", bun.Safe(r.n.alias), r.account)
	}
	return q
}

// columns adds what is read along.
func (r *repo[ID, T, F, R]) columns(q *bun.SelectQuery) *bun.SelectQuery {
	if r.n.along == "" {
		return q
	}
	return q.ColumnExpr("?TableColumns").ColumnExpr(r.d.qualify(r.n.along))
}

// one reads the row of the account that a condition finds.
func (r *repo[ID, T, F, R]) one(ctx context.Context, where string, args ...any) (*T, error) {
	row := new(R)
	text := "SELECT " + r.columnsOf(reflect.TypeFor[R](), r.n.alias+".")
	if r.n.along != "" {
		text += ", " + r.n.along
	}
	text += " FROM " + r.n.table + " AS " + r.n.alias + " WHERE "
	if !r.n.global {
		text += r.n.alias + ".account_id = ? AND "
		args = slices.Insert(args, 0, any(r.account))
	}
	err := r.scan(ctx, row, text+where, args...)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, notFound(r.n.name)
	}
	if err != nil {
		return nil, err
	}
	return r.n.unpack(row), nil
}

// many reads all rows of a query made by query(rows).
func (r *repo[ID, T, F, R]) many(ctx context.Context, q *bun.SelectQuery, rows *[]R) ([]*T, error) {
	if err := r.all(ctx, r.columns(q)); err != nil {
		return nil, err
	}
	out := make([]*T, len(*rows))
	for i := range *rows {
		out[i] = r.n.unpack(&(*rows)[i])
	}
	return out, nil
}

func (r *repo[ID, T, F, R]) filtered(q *bun.SelectQuery, f F) *bun.SelectQuery {
	if r.n.filter == nil {
		return q
	}
	return r.n.filter(q, f)
}

// Get implements helpdesk.Repo.
func (r *repo[ID, T, F, R]) Get(ctx context.Context, id ID) (*T, error) {
	return r.one(ctx, r.n.alias+".id = ?", id)
}

// List implements helpdesk.Repo.
func (r *repo[ID, T, F, R]) List(ctx context.Context, f F, p helpdesk.Page) ([]*T, error) {
	var rows []R
	q, err := byID(r.filtered(r.query(&rows), f), r.n.alias, r.n.newest, p)
	if err != nil {
		return nil, err
	}
	return r.many(ctx, q, &rows)
}

// Count implements helpdesk.Repo.
func (r *repo[ID, T, F, R]) Count(ctx context.Context, f F) (int, error) {
	var n int
	err := r.filtered(r.query((*R)(nil)), f).ColumnExpr("count(*)").Scan(ctx, &n)
	return n, r.fail(err)
}

// Insert implements helpdesk.Repo.
func (r *repo[ID, T, F, R]) Insert(ctx context.Context, v *T) error {
	_, id, _ := r.n.key(v)
	*id = 0
	return r.put(ctx, v)
}

// put inserts v under the id it has, or under a new one when that is 0.
func (r *repo[ID, T, F, R]) put(ctx context.Context, v *T) error {
	account, id, version := r.n.key(v)
	if account != nil {
		*account = r.account
	}
	if version != nil {
		*version = 1
	}
	row := r.n.pack(v)
	fresh, err := r.insertRow(ctx, r.n.table, row)
	if err != nil {
		return err
	}
	if !fresh {
		return taken(r.n.name)
	}
	r.config = r.config || r.n.config
	_, got, _ := r.n.key(r.n.unpack(row))
	*id = *got
	return nil
}

// Update implements helpdesk.Repo.
func (r *repo[ID, T, F, R]) Update(ctx context.Context, v *T) error {
	account, id, version := r.n.key(v)
	if account != nil {
		*account = r.account
	}
	next := *v
	if version != nil {
		_, _, v := r.n.key(&next)
		*v++
	}
	at := int64(-1)
	if version != nil {
		at = *version
	}
	n, err := r.updateRow(ctx, r.n.table, r.n.alias, r.n.pack(&next), r.n.keep, at)
	if err != nil || n == 0 {
		return r.missed(ctx, *id, err)
	}
	if version != nil {
		*version++
	}
	r.config = r.config || r.n.config
	return nil
}

// missed tells a row that is gone from one whose version moved.
func (r *repo[ID, T, F, R]) missed(ctx context.Context, id ID, err error) error {
	if err != nil {
		return r.fail(err)
	}
	var one int
	err = r.fail(r.query((*R)(nil)).ColumnExpr("1").Where("?.id = ?", bun.Safe(r.n.alias), id).Scan(ctx, &one))
	if errors.Is(err, sql.ErrNoRows) {
		return notFound(r.n.name)
	}
	if err != nil {
		return err
	}
	return r.moved(r.n.name)
}

// Delete implements helpdesk.Repo.
func (r *repo[ID, T, F, R]) Delete(ctx context.Context, id ID) error {
	statement, args := "DELETE FROM "+r.n.table+" WHERE account_id = ? AND id = ?", []any{r.account, id}
	if r.n.global {
		statement, args = "DELETE FROM "+r.n.table+" WHERE id = ?", []any{id}
	}
	n, err := r.exec(ctx, statement, args...)
	if err != nil {
		return err
	}
	if n == 0 {
		return notFound(r.n.name)
	}
	for _, statement := range r.n.owned {
		if _, err := r.exec(ctx, statement, args...); err != nil {
			return err
		}
	}
	r.config = r.config || r.n.config
	return nil
}

func badKey() error {
	return &helpdesk.Error{Code: helpdesk.Invalid, Message: "invalid after", Fields: map[string]string{"after": "is not a key of this list"}}
}

// limit is how many rows a page asks for.
func limit(p helpdesk.Page) int {
	if p.Limit <= 0 {
		return helpdesk.DefaultPage
	}
	return min(p.Limit, helpdesk.MaxPage)
}

// byID sorts by id and cuts the page.
func byID(q *bun.SelectQuery, alias string, newest bool, p helpdesk.Page) (*bun.SelectQuery, error) {
	a, order, beyond := bun.Safe(alias), "?.id", "?.id > ?"
	if newest {
		order, beyond = "?.id DESC", "?.id < ?"
	}
	q = q.OrderExpr(order, a).Limit(int64(limit(p)))
	if p.After == "" {
		return q.Offset(int64(max(p.Offset, 0))), nil
	}
	k, err := helpdesk.ParsePageKey(p.After)
	if err != nil {
		return nil, err
	}
	id, err := keyNumber(k, len(k)-1)
	if err != nil {
		return nil, err
	}
	return q.Where(beyond, a, id), nil
}

// keyNumber reads the i-th part of a key as a number.
func keyNumber(k helpdesk.PageKey, i int) (int64, error) {
	if i < len(k) {
		if n, err := strconv.ParseInt(k[i], 10, 64); err == nil {
			return n, nil
		}
	}
	return 0, badKey()
}

// unpackAll maps rows to what they mean.
func unpackAll[R, T any](rows []R, unpack func(*R) *T) []*T {
	out := make([]*T, len(rows))
	for i := range rows {
		out[i] = unpack(&rows[i])
	}
	return out
}
