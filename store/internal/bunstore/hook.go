package bunstore

import (
	"context"

	"github.com/uptrace/bun"
)

// queryHook reports statements by their operation; their text holds what
// customers wrote, and stays here.
type queryHook struct{ report func(op string) }

func (h queryHook) BeforeQuery(ctx context.Context, e *bun.QueryEvent) context.Context {
	h.report(e.Operation())
	return ctx
}

func (queryHook) AfterQuery(context.Context, *bun.QueryEvent) {}

func hooked(db *bun.DB, report func(op string)) *bun.DB {
	if report == nil {
		return db
	}
	return db.WithQueryHook(queryHook{report})
}
