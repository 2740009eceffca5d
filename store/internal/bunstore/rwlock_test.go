package bunstore_test

import (
	"context"
	"math/rand/v2"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gohelpdesk/helpdesk/store/internal/bunstore"
)

func TestRWLockServesInOrderOfArrival(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var l bunstore.RWLock
		ctx := t.Context()
		require.NoError(t, l.RLock(ctx))
		require.NoError(t, l.RLock(ctx), "readers share")
		writer := start(func() error { return l.Lock(ctx) })
		synctest.Wait()
		readers := []<-chan outcome{start(func() error { return l.RLock(ctx) }), start(func() error { return l.RLock(ctx) })}
		synctest.Wait()
		second := start(func() error { return l.Lock(ctx) })
		synctest.Wait()
		l.RUnlock()
		synctest.Wait()
		require.Empty(t, writer, "one reader is left")
		l.RUnlock()
		succeeds(t, <-writer)
		require.Empty(t, readers[0], "nobody gets past a waiting writer")
		l.Unlock()
		succeeds(t, <-readers[0])
		succeeds(t, <-readers[1])
		require.Empty(t, second, "writers do not keep readers out")
		l.RUnlock()
		l.RUnlock()
		succeeds(t, <-second)
		l.Unlock()
	})
}

func TestRWLockWaitersMayGiveUp(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var l bunstore.RWLock
		require.NoError(t, l.RLock(t.Context()))
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		writer := start(func() error { return l.Lock(ctx) })
		synctest.Wait()
		reader := start(func() error { return l.RLock(t.Context()) })
		require.ErrorIs(t, (<-writer).err, context.DeadlineExceeded)
		succeeds(t, <-reader) // it waited behind the writer only
		require.ErrorIs(t, l.Lock(ctx), context.DeadlineExceeded)
		l.RUnlock()
		l.RUnlock()
		require.NoError(t, l.Lock(t.Context()))
		l.Unlock()
	})
}

func TestRWLockExcludesUnderLoad(t *testing.T) {
	t.Parallel()
	var l bunstore.RWLock
	var all sync.WaitGroup
	shared := map[int]int{} // the race detector watches it
	for g := range 16 {
		all.Go(func() {
			rnd := rand.New(rand.NewPCG(uint64(g), 1))
			for i := range 300 {
				ctx, cancel := context.WithTimeout(t.Context(), time.Duration(rnd.IntN(200))*time.Microsecond)
				if i%4 == 0 {
					if l.Lock(ctx) == nil {
						shared[g]++
						l.Unlock()
					}
				} else if l.RLock(ctx) == nil {
					_ = shared[g]
					l.RUnlock()
				}
				cancel()
			}
		})
	}
	all.Wait()
	require.NoError(t, l.Lock(t.Context()))
}
