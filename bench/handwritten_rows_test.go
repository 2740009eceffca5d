package bench_test

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gohelpdesk/helpdesk"
)

// The comparison is honest: what is written by hand leaves the rows that the
// engine leaves, but for ids, times and random numbers.
func TestHandwrittenRowsAreTheEngines(t *testing.T) {
	t.Parallel()
	for name, fresh := range map[string]func(testing.TB) *database{"sqlite": sqliteFile, "postgres": postgresDatabase} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db := fresh(t)
			d := newDesk(t, db)
			ctx := context.WithoutCancel(t.Context())
			receive := func(id, source string) {
				in := helpdesk.Inbound{ExternalID: id, From: helpdesk.Person{Source: source}, Content: "Hello"}
				_, err := d.engine.Receive(ctx, d.account, d.inbox, in)
				require.NoError(t, err)
			}
			receive("a1", "a")
			receive("b1", "b")
			h := newHandwritten(t, d, 1)[0]
			receive("a2", "a")
			engine := lastRows(t, d)
			require.NoError(t, h.receive(ctx, helpdesk.Inbound{ExternalID: "b2", From: helpdesk.Person{Source: "b"}, Content: "Hello"}))
			require.Equal(t, engine, lastRows(t, d))
		})
	}
}

// lastRows is the newest row of each table that a message writes, as text,
// without what differs from one message to the next.
func lastRows(t *testing.T, d *desk) map[string]string {
	h := d.db.handle(t, 1)
	out := map[string]string{}
	for table, order := range map[string]string{
		"journal": "id", "seen": "seen_at", "messages": "id", "contacts": "last_activity_at", "conversations": "last_activity_at",
		"journal_contacts": "journal_id", "events": "seq", "logs": "last_seq",
	} {
		out[table] = firstRow(t, h, "SELECT * FROM helpdesk_"+table+" ORDER BY "+order+" DESC LIMIT 1")
	}
	return out
}

func firstRow(t *testing.T, h *sql.DB, query string) string {
	rows, err := h.QueryContext(t.Context(), query)
	require.NoError(t, err)
	defer func() { _ = rows.Close() }()
	columns, err := rows.Columns()
	require.NoError(t, err)
	values := make([]any, len(columns))
	for i := range values {
		values[i] = new(any)
	}
	require.True(t, rows.Next(), query)
	require.NoError(t, rows.Scan(values...))
	require.NoError(t, rows.Err())
	var out strings.Builder
	for i, c := range columns {
		if !varies(c) {
			fmt.Fprintf(&out, "%s=%v ", c, *values[i].(*any))
		}
	}
	return out.String()
}

// varies says that a column differs from one message to the next.
func varies(column string) bool {
	switch column {
	case "digest", "body", "external_id", "uuid", "epoch", "at", "waiting_since", "queued_at", "seq", "last_seq", "last_public_seq", "after", "source":
		return true
	}
	return strings.HasSuffix(column, "_id") || strings.HasSuffix(column, "_at") || column == "id"
}
