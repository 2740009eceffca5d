package helpdesk_test

import (
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gohelpdesk/helpdesk"
	"github.com/gohelpdesk/helpdesk/channel/channeltest"
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

func (s *scene) begin() *sqlite.HostTx {
	s.Helper()
	tx, err := s.store.(*sqlite.Store).BeginHost(s.Context())
	require.NoError(s, err)
	s.Cleanup(tx.Rollback)
	return tx
}

func TestHostedCommit(t *testing.T) {
	t.Parallel()
	others := &told{}
	s := newScene(t, "", func(o *helpdesk.Options) { o.Notifier = others })
	before := others.times()
	tx := s.begin()
	hosted := s.engine.In(tx)
	msg, err := hosted.Receive(t.Context(), s.inbox.Account, s.inbox.ID, helpdesk.Inbound{From: helpdesk.Person{Source: "ann"}, Content: "hello"})
	require.NoError(t, err)
	_, err = hosted.As(s.desk.Actor()).Messages.Send(t.Context(), msg.Conversation, helpdesk.Reply{Content: "good morning", AsOf: msg.ID})
	require.NoError(t, err, "one call sees what the other did")
	require.NoError(t, tx.Commit())
	require.Equal(t, before, others.times(), "nobody is told")
	hosted.Wake()
	require.Equal(t, before+1, others.times(), "everybody is told, once")
	hosted.Wake()
	require.Equal(t, before+1, others.times())
	require.Equal(t, []string{"hello", "good morning"}, s.talk(msg.Conversation))
	s.runDue()
	require.Equal(t, []string{"good morning"}, s.sent())

	_, err = hosted.As(s.desk.Actor()).Messages.Send(t.Context(), msg.Conversation, helpdesk.Reply{Content: "late"})
	require.ErrorIs(t, err, helpdesk.Conflict, "the transaction is over")
}

func TestHostedRollback(t *testing.T) {
	t.Parallel()
	s := newScene(t, "", nil)
	key := helpdesk.WithIdempotencyKey(t.Context(), "client", "key", []byte("hello"))
	in := helpdesk.Inbound{ExternalID: "in-1", From: helpdesk.Person{Source: "ann"}, Content: "hello"}
	tx := s.begin()
	hosted := s.engine.In(tx)
	_, err := hosted.Receive(key, s.inbox.Account, s.inbox.ID, in)
	require.NoError(t, err)
	tx.Rollback()
	hosted.Wake()
	require.Empty(t, s.list())
	_, err = s.engine.Receive(key, s.inbox.Account, s.inbox.ID, in)
	require.NoError(t, err, "neither the key nor the id is taken")
	require.Equal(t, []string{"hello"}, s.talk(s.list()[0].ID))
}

func TestHostedAfterAnError(t *testing.T) {
	t.Parallel()
	s := newScene(t, "", nil)
	tx := s.begin()
	hosted := s.engine.In(tx)
	_, err := hosted.Receive(t.Context(), s.inbox.Account, s.inbox.ID+1, helpdesk.Inbound{From: helpdesk.Person{Source: "ann"}})
	require.ErrorIs(t, err, helpdesk.NotFound)
	require.ErrorIs(t, tx.Commit(), helpdesk.Conflict)
	tx.Rollback()
	s.hear("ann", "hello")
}

// TestHostedForgetsConfiguration rolls an inbox back, and makes another one
// under the same version of the account's configuration.
func TestHostedForgetsConfiguration(t *testing.T) {
	t.Parallel()
	s := newScene(t, "", nil)
	tx := s.begin()
	desk := s.engine.In(tx).As(s.desk.Actor())
	gone, err := desk.Inboxes.Create(t.Context(), helpdesk.InboxInput{Kind: channeltest.FakeKind, Name: ptr("Gone")})
	require.NoError(t, err)
	inside, err := desk.Accounts.Get(t.Context())
	require.NoError(t, err)
	tx.Rollback()
	_, err = s.desk.Inboxes.Update(t.Context(), s.inbox.ID, helpdesk.InboxInput{Single: ptr(true)})
	require.NoError(t, err)
	outside, err := s.desk.Accounts.Get(t.Context())
	require.NoError(t, err)
	require.Equal(t, inside.ConfigVersion, outside.ConfigVersion)
	_, err = s.desk.Inboxes.Members(t.Context(), gone.ID)
	require.ErrorIs(t, err, helpdesk.NotFound)
}
