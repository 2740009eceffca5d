package bench_test

import (
	"context"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gohelpdesk/helpdesk"
	"github.com/gohelpdesk/helpdesk/channel/api"
	"github.com/gohelpdesk/helpdesk/store/sqlite"
)

// BenchmarkStart is from nothing to a running engine: an empty file is opened
// and migrated, the engine made and started.
func BenchmarkStart(b *testing.B) {
	dir, n := b.TempDir(), 0
	for b.Loop() {
		n++
		start(b, filepath.Join(dir, strconv.Itoa(n)+".db"))
	}
}

// BenchmarkRestart is the same with a file that has the newest schema.
func BenchmarkRestart(b *testing.B) {
	path := filepath.Join(b.TempDir(), "desk.db")
	start(b, path)
	for b.Loop() {
		start(b, path)
	}
}

func start(b *testing.B, path string) {
	ctx := context.WithoutCancel(b.Context())
	store, err := sqlite.Open(ctx, path, sqlite.Options{})
	require.NoError(b, err)
	engine, err := helpdesk.New(store, helpdesk.Options{Channels: []helpdesk.Channel{api.New()}})
	require.NoError(b, err)
	require.NoError(b, engine.Start(ctx))
	b.StopTimer()
	require.NoError(b, engine.Stop(ctx))
	require.NoError(b, store.Close())
	b.StartTimer()
}
