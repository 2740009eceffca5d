package postgres_test

import (
	"errors"
	"sync"
	"testing"

	"github.com/gohelpdesk/helpdesk"
	"github.com/gohelpdesk/helpdesk/store/postgres"
	"github.com/gohelpdesk/helpdesk/store/postgrestest"
)

// A schema of our own, made and migrated by four processes at once.
func TestOtherSchema(t *testing.T) {
	t.Parallel()
	dsn := postgrestest.DSN(t)
	errs := make([]error, 4)
	var wg sync.WaitGroup
	for i := range errs {
		wg.Go(func() {
			s, err := postgres.Open(t.Context(), dsn, postgres.Options{Schema: "other", Conns: 2})
			if err == nil {
				err = errors.Join(s.CheckSchema(t.Context()), s.Close())
			}
			errs[i] = err
		})
	}
	wg.Wait()
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
	if _, err := postgres.Open(t.Context(), dsn, postgres.Options{Schema: `x"; DROP`}); !errors.Is(err, helpdesk.Invalid) {
		t.Errorf("got %v, want Invalid", err)
	}
}
