package postgres_test

import (
	"testing"

	"github.com/gohelpdesk/helpdesk"
	"github.com/gohelpdesk/helpdesk/store/postgres"
	"github.com/gohelpdesk/helpdesk/store/postgrestest"
	"github.com/gohelpdesk/helpdesk/store/storetest"
)

func TestStore(t *testing.T) {
	t.Parallel()
	postgrestest.DSN(t) // says aloud, and once, that there is no server
	storetest.RunConfig(t, storetest.Config{Open: open, Hostile: openHostile, Host: hostCase})
}

func open(tb testing.TB) helpdesk.Store {
	tb.Helper()
	return opened(tb, postgrestest.DSN(tb))
}

func opened(tb testing.TB, dsn string) helpdesk.Store {
	tb.Helper()
	s, err := postgres.Open(tb.Context(), dsn, postgres.Options{})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := s.Close(); err != nil {
			tb.Error(err)
		}
	})
	return s
}
