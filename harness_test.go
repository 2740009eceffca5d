package helpdesk_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/netip"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gohelpdesk/helpdesk"
	"github.com/gohelpdesk/helpdesk/channel/api"
	"github.com/gohelpdesk/helpdesk/store/postgres"
	"github.com/gohelpdesk/helpdesk/store/postgrestest"
	"github.com/gohelpdesk/helpdesk/store/sqlite"
)

// eachStore runs a test on every store, in a world of its own. SQLite is left out
// where the same tests run on it under the race detector.
func eachStore(t *testing.T, fn func(t *testing.T, w *world)) {
	t.Helper()
	everyStore(t, fn, os.Getenv("HELPDESK_TEST_RACED") != "")
}

// everyStore is eachStore with a say in whether SQLite is left out: not for tests
// that do more where no race detector slows them.
func everyStore(t *testing.T, fn func(t *testing.T, w *world), raced bool) {
	t.Helper()
	for name, open := range map[string]func(testing.TB, func(string)) helpdesk.Store{"sqlite": openMemory, "postgres": openPostgres} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if raced && name == "sqlite" {
				t.Skip("SKIPPED: HELPDESK_TEST_RACED says that it runs under the race detector")
			}
			fn(t, newWorld(t, open))
		})
	}
}

func openMemory(tb testing.TB, onQuery func(string)) helpdesk.Store {
	s, err := sqlite.OpenMemory(tb.Context(), sqlite.Options{OnQuery: onQuery})
	require.NoError(tb, err)
	tb.Cleanup(func() { require.NoError(tb, s.Close()) })
	return s
}

func openPostgres(tb testing.TB, onQuery func(string)) helpdesk.Store {
	s, err := postgres.Open(tb.Context(), postgrestest.DSN(tb), postgres.Options{OnQuery: onQuery})
	require.NoError(tb, err)
	tb.Cleanup(func() { require.NoError(tb, s.Close()) })
	return s
}

// clock is time that moves only when told.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// world is an account with an administrator and an engine on a fake clock.
type world struct {
	t       *testing.T
	ctx     context.Context
	store   helpdesk.Store
	engine  *helpdesk.Engine
	clock   *clock
	account helpdesk.AccountID
	owner   helpdesk.AgentID
	admin   *helpdesk.Desk
	files   helpdesk.Blobs // of engine
	refuse  bool           // what the host says of replies

	mu      sync.Mutex
	queries int
	serial  int
}

func newWorld(t *testing.T, open func(testing.TB, func(string)) helpdesk.Store) *world {
	w := &world{t: t, ctx: context.Background(), clock: &clock{now: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)}}
	w.store = open(t, func(op string) {
		if op != "BEGIN" && op != "COMMIT" && op != "ROLLBACK" {
			w.mu.Lock()
			w.queries++
			w.mu.Unlock()
		}
	})
	blobs, err := helpdesk.NewDirBlobs(t.TempDir())
	require.NoError(t, err)
	t.Cleanup(func() { _ = blobs.Close() })
	w.files = blobs
	w.engine = w.newEngine(helpdesk.Options{Blobs: blobs})
	account, owner, err := w.engine.Setup(w.ctx, "", helpdesk.NewAccount{Name: "Acme", Country: "BR"}, helpdesk.NewUser{Email: "owner@acme.test", Name: "Owner", Password: "Secret1!"})
	require.NoError(t, err)
	w.account, w.owner = account.ID, owner.ID
	w.admin = w.engine.As(w.engine.Agent(account.ID, owner.ID))
	return w
}

// newEngine makes another engine on the same store and clock.
func (w *world) newEngine(o helpdesk.Options) *helpdesk.Engine {
	o.Now, o.Channels = w.clock.Now, append(o.Channels, api.New())
	if o.Passwords == (helpdesk.PasswordCost{}) {
		o.Passwords = helpdesk.PasswordCost{Memory: 8, Passes: 1}
	}
	if o.HTTPClient == nil {
		o.HTTPClient = helpdesk.SafeClient(netip.MustParsePrefix("127.0.0.0/8"))
	}
	if o.Sealer == nil {
		sealer, err := helpdesk.NewSealer(helpdesk.SealKey{ID: 1, Secret: []byte("a secret for tests")})
		require.NoError(w.t, err)
		o.Sealer = sealer
	}
	if o.Blobs == nil {
		blobs, err := helpdesk.NewDirBlobs(w.t.TempDir())
		require.NoError(w.t, err)
		w.t.Cleanup(func() { _ = blobs.Close() })
		o.Blobs = blobs
	}
	e, err := helpdesk.New(w.store, o)
	require.NoError(w.t, err)
	return e
}

// statements counts what fn asks of the database.
func (w *world) statements(fn func()) int {
	w.mu.Lock()
	before := w.queries
	w.mu.Unlock()
	fn()
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.queries - before
}

// agent invites somebody with a role who is always online, and returns their id.
func (w *world) agent(name string, role helpdesk.Role) helpdesk.AgentID {
	w.t.Helper()
	a, err := w.admin.Agents.Invite(w.ctx, helpdesk.AgentInput{Email: name + "@acme.test", Name: name, Role: role, AutoOffline: new(bool)})
	require.NoError(w.t, err)
	return a.ID
}

func (w *world) as(id helpdesk.AgentID) *helpdesk.Desk {
	return w.engine.As(w.engine.Agent(w.account, id))
}

// inbox makes an API inbox with members.
func (w *world) inbox(name string, members ...helpdesk.AgentID) *helpdesk.Inbox {
	w.t.Helper()
	return w.inboxWith(helpdesk.InboxInput{Name: &name}, members...)
}

func (w *world) inboxWith(in helpdesk.InboxInput, members ...helpdesk.AgentID) *helpdesk.Inbox {
	w.t.Helper()
	in.Kind = "api"
	box, err := w.admin.Inboxes.Create(w.ctx, in)
	require.NoError(w.t, err)
	require.NoError(w.t, w.admin.Inboxes.SetMembers(w.ctx, box.ID, helpdesk.ReplaceMembers, members...))
	return box
}

// write has a customer write, and returns the conversation the message is in.
func (w *world) write(box *helpdesk.Inbox, source, content string) *helpdesk.Conversation {
	w.t.Helper()
	return w.writeAs(box, helpdesk.Person{Source: source}, content)
}

func (w *world) writeAs(box *helpdesk.Inbox, from helpdesk.Person, content string) *helpdesk.Conversation {
	w.t.Helper()
	w.mu.Lock()
	w.serial++
	id := fmt.Sprintf("ext-%d", w.serial)
	w.mu.Unlock()
	msg, err := w.engine.Receive(w.ctx, w.account, box.ID, helpdesk.Inbound{ExternalID: id, From: from, Content: content})
	require.NoError(w.t, err)
	return w.conversation(msg.Conversation)
}

func (w *world) conversation(id helpdesk.ConversationID) *helpdesk.Conversation {
	w.t.Helper()
	c, err := w.admin.Conversations.Get(w.ctx, id)
	require.NoError(w.t, err)
	return c
}

func (w *world) messages(id helpdesk.ConversationID) []*helpdesk.Message {
	w.t.Helper()
	list, err := w.admin.Messages.List(w.ctx, helpdesk.MessageFilter{Conversation: id}, helpdesk.Page{Limit: helpdesk.MaxPage})
	require.NoError(w.t, err)
	return list
}

func (w *world) runDue() {
	w.t.Helper()
	require.NoError(w.t, w.engine.RunDue(w.ctx))
}

func settings(v any) json.RawMessage {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return b
}

func ptr[T any](v T) *T { return &v }
