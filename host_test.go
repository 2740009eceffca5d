package helpdesk_test

import (
	"database/sql"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gohelpdesk/helpdesk"
	"github.com/gohelpdesk/helpdesk/channel/channeltest"
	"github.com/gohelpdesk/helpdesk/store/postgres"
	"github.com/gohelpdesk/helpdesk/store/postgrestest"
	"github.com/gohelpdesk/helpdesk/store/sqlite"
)

// told counts how often other processes were told that something moved.
type told struct {
	mu sync.Mutex
	n  int
}

func (t *told) Moved(helpdesk.AccountID) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.n++
}

func (t *told) times() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.n
}

// hostTx is a transaction of the host's on either database.
type hostTx struct {
	inside   helpdesk.Store
	commit   func() error
	rollback func()
}

// onEachHost runs a test with a scene on every store, and what begins a
// transaction of the host's there.
func onEachHost(t *testing.T, fn func(s *scene, begin func() hostTx)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		s := newScene(t, "", nil)
		fn(s, func() hostTx {
			tx, err := s.store.(*sqlite.Store).BeginHost(t.Context())
			require.NoError(t, err)
			t.Cleanup(tx.Rollback)
			return hostTx{tx.Store(), tx.Commit, tx.Rollback}
		})
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		db, err := sql.Open("pgx", postgrestest.DSN(t))
		require.NoError(t, err)
		t.Cleanup(func() { require.NoError(t, db.Close()) })
		store, err := postgres.New(t.Context(), db, postgres.Options{})
		require.NoError(t, err)
		fn(sceneOn(t, store, "", nil), func() hostTx {
			tx, err := db.BeginTx(t.Context(), nil)
			require.NoError(t, err)
			t.Cleanup(func() { _ = tx.Rollback() })
			inside, err := store.InHostTx(t.Context(), tx)
			require.NoError(t, err)
			return hostTx{inside, tx.Commit, func() { require.NoError(t, tx.Rollback()) }}
		})
	})
}

func TestHostedCommit(t *testing.T) {
	t.Parallel()
	onEachHost(t, func(s *scene, begin func() hostTx) {
		others := &told{}
		s.opts.Notifier = others
		s.engine = s.newEngine()
		tx := begin()
		hosted := s.engine.In(tx.inside)
		msg, err := hosted.Receive(s.Context(), s.inbox.Account, s.inbox.ID, helpdesk.Inbound{From: helpdesk.Person{Source: "ann"}, Content: "hello"})
		require.NoError(s, err)
		_, err = hosted.As(s.desk.Actor()).Messages.Send(s.Context(), msg.Conversation, helpdesk.Reply{Content: "good morning", AsOf: msg.ID})
		require.NoError(s, err, "one call sees what the other did")
		require.NoError(s, tx.commit())
		require.Zero(s, others.times(), "nobody is told")
		hosted.Wake()
		hosted.Wake()
		require.Equal(s, 1, others.times(), "everybody is told, once")
		require.Equal(s, []string{"hello", "good morning"}, s.talk(msg.Conversation))
		s.runDue()
		require.Equal(s, []string{"good morning"}, s.sent())

		_, err = hosted.As(s.desk.Actor()).Messages.Send(s.Context(), msg.Conversation, helpdesk.Reply{Content: "late"})
		require.Error(s, err, "the transaction is over")
	})
}

func TestHostedRollback(t *testing.T) {
	t.Parallel()
	onEachHost(t, func(s *scene, begin func() hostTx) {
		key := helpdesk.WithIdempotencyKey(s.Context(), "client", "key", []byte("hello"))
		in := helpdesk.Inbound{ExternalID: "in-1", From: helpdesk.Person{Source: "ann"}, Content: "hello"}
		tx := begin()
		hosted := s.engine.In(tx.inside)
		_, err := hosted.Receive(key, s.inbox.Account, s.inbox.ID, in)
		require.NoError(s, err)
		tx.rollback()
		hosted.Wake()
		require.Empty(s, s.list())
		_, err = s.engine.Receive(key, s.inbox.Account, s.inbox.ID, in)
		require.NoError(s, err, "neither the key nor the id is taken")
		require.Equal(s, []string{"hello"}, s.talk(s.list()[0].ID))
	})
}

func TestHostedAfterAnError(t *testing.T) {
	t.Parallel()
	onEachHost(t, func(s *scene, begin func() hostTx) {
		tx := begin()
		hosted := s.engine.In(tx.inside)
		_, err := hosted.Receive(s.Context(), s.inbox.Account, s.inbox.ID+1, helpdesk.Inbound{From: helpdesk.Person{Source: "ann"}})
		require.ErrorIs(s, err, helpdesk.NotFound)
		_, err = hosted.Receive(s.Context(), s.inbox.Account, s.inbox.ID, helpdesk.Inbound{From: helpdesk.Person{Source: "ann"}})
		require.ErrorIs(s, err, helpdesk.Conflict, "only a rollback is left")
		tx.rollback()
		s.hear("ann", "hello")
	})
}

// TestHostedForgetsConfiguration rolls an inbox back, and reaches the same
// version of the account's configuration in another way.
func TestHostedForgetsConfiguration(t *testing.T) {
	t.Parallel()
	onEachHost(t, func(s *scene, begin func() hostTx) {
		tx := begin()
		desk := s.engine.In(tx.inside).As(s.desk.Actor())
		gone, err := desk.Inboxes.Create(s.Context(), helpdesk.InboxInput{Kind: channeltest.FakeKind, Name: ptr("Gone")})
		require.NoError(s, err)
		inside, err := desk.Accounts.Get(s.Context())
		require.NoError(s, err)
		tx.rollback()
		_, err = s.desk.Inboxes.Update(s.Context(), s.inbox.ID, helpdesk.InboxInput{Single: ptr(true)})
		require.NoError(s, err)
		outside, err := s.desk.Accounts.Get(s.Context())
		require.NoError(s, err)
		require.Equal(s, inside.ConfigVersion, outside.ConfigVersion)
		_, err = s.desk.Inboxes.Members(s.Context(), gone.ID)
		require.ErrorIs(s, err, helpdesk.NotFound)
	})
}
