package helpdesk_test

import (
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// Whoever is first to ask for the key of an inbox's sessions, all have the same:
// a session signed with another would be worth nothing.
func TestSessionKeyIsOne(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w *world) {
		for range 5 {
			box := w.inbox("Site")
			keys, errs := make([][]byte, 10), make([]error, 10)
			start := make(chan struct{})
			var all sync.WaitGroup
			for i := range keys {
				all.Go(func() {
					<-start
					keys[i], errs[i] = w.engine.SessionKey(w.ctx, box)
				})
			}
			close(start)
			all.Wait()
			later, err := w.engine.SessionKey(w.ctx, box)
			require.NoError(t, err)
			require.Len(t, later, 32)
			for i := range keys {
				require.NoError(t, errs[i])
				require.Equal(t, later, keys[i])
			}
		}
	})
}
