package main_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gohelpdesk/helpdesk"
)

// kills is how often the server is killed: a few times in `make test`, more in
// `make prove`.
func kills() int {
	if os.Getenv("HELPDESK_PROVE") == "1" {
		return 40
	}
	return 4
}

const writers = 6

// Promise 1: nothing acknowledged is lost. Customers write over HTTP while the
// server is killed again and again; what was not acknowledged is sent again with
// the same Idempotency-Key. In the end each message is there exactly once, with
// one event, and the counters agree with a recount.
//
// It is our process that dies, not the machine: the kernel keeps what was
// written, and Postgres lives on. So the test proves that nothing is
// acknowledged before its commit; that a commit is on disk rests on SQLite's
// synchronous=FULL and Postgres' fsync, which a database that a test talks to
// may have switched off.
func TestPromise1NothingAcknowledgedIsLost(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, db database) {
		args := []string{"--addr", freeAddr(t), "--db", db.name, "--data", filepath.Join(t.TempDir(), "data")}
		p := start(t, asAdmin(), args...)
		token, stderr, code := command(t, asAdmin(), append([]string{"token", "--email", adminEmail}, args[2:]...)...)
		require.Equal(t, 0, code, stderr)
		box := newClient(p.url, strings.TrimSpace(token)).makeInbox(t, 1, "Shop", "")

		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
		defer cancel()
		l := &load{base: p.url + "/public/api/v1/inboxes/" + box.Identifier, acked: map[string]int{}}
		var all sync.WaitGroup
		for w := range writers {
			all.Go(func() { l.fail(l.write(ctx, w)) })
		}
		random := rand.New(rand.NewPCG(1, 2))
		for range kills() {
			l.waitForMore(ctx, t, 20) // a server that is killed before it did anything proves little
			time.Sleep(time.Duration(random.IntN(150)) * time.Millisecond)
			p.kill()
			p = start(t, asAdmin(), args...)
		}
		l.waitForMore(ctx, t, 20)
		l.stop.Store(true)
		all.Wait()
		require.NoError(t, l.err)
		p.stop()
		t.Logf("%d kills, %d messages, %d requests repeated, %d of them already done", kills(), len(l.acked), l.repeated.Load(), l.replayed.Load())
		store, err := db.open(t.Context())
		require.NoError(t, err)
		defer store.Close()
		require.NoError(t, store.View(t.Context(), 1, func(ctx context.Context, tx helpdesk.Tx) error {
			l.compare(ctx, t, tx)
			return nil
		}))
	})
}

// load is what customers write, and what they were told.
type load struct {
	base     string
	stop     atomic.Bool
	repeated atomic.Int64
	replayed atomic.Int64

	mu    sync.Mutex
	acked map[string]int // content of a message to its conversation's number
	talks int            // conversations acknowledged
	err   error
}

func (l *load) fail(err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.err = errors.Join(l.err, err)
}

// waitForMore waits until n more messages were acknowledged.
func (l *load) waitForMore(ctx context.Context, t *testing.T, n int) {
	t.Helper()
	count := func() (int, error) {
		l.mu.Lock()
		defer l.mu.Unlock()
		return len(l.acked), l.err
	}
	first, err := count()
	for now := first; now < first+n; now, err = count() {
		require.NoError(t, err)
		require.NoError(t, ctx.Err())
		time.Sleep(time.Millisecond)
	}
}

// write plays one customer after another until it is told to stop: a new
// contact, a conversation, three messages.
func (l *load) write(ctx context.Context, writer int) error {
	c := newClient(l.base, "")
	for i := 0; !l.stop.Load(); i++ {
		name := fmt.Sprintf("%d-%d", writer, i)
		var contact struct {
			Source string `json:"source_id"`
		}
		if err := l.insist(ctx, c, "/contacts", name, map[string]any{"name": name, "email": name + "@example.com"}, &contact); err != nil {
			return err
		}
		var talk struct {
			ID int `json:"id"`
		}
		at := "/contacts/" + contact.Source + "/conversations"
		if err := l.insist(ctx, c, at, name+"-talk", map[string]any{}, &talk); err != nil {
			return err
		}
		l.mu.Lock()
		l.talks++
		l.mu.Unlock()
		for n := range 3 {
			content := fmt.Sprintf("%s-%d", name, n)
			if err := l.insist(ctx, c, fmt.Sprintf("%s/%d/messages", at, talk.ID), content, map[string]any{"content": content, "echo_id": content}, nil); err != nil {
				return err
			}
			l.mu.Lock()
			l.acked[content] = talk.ID
			l.mu.Unlock()
		}
	}
	return nil
}

// insist repeats one request, always with the same key, until it is acknowledged.
func (l *load) insist(ctx context.Context, c *client, path, key string, in, out any) error {
	for try := 0; ; try++ {
		a, err := c.do(ctx, http.MethodPost, path, key, in)
		switch {
		case err == nil && a.status == http.StatusOK:
			if a.replayed {
				l.replayed.Add(1)
			}
			if out == nil {
				return nil
			}
			return json.Unmarshal(a.body, out)
		case err == nil && a.status < http.StatusInternalServerError:
			return fmt.Errorf("POST %s: %d %s", path, a.status, a.body)
		case ctx.Err() != nil:
			return ctx.Err()
		}
		l.repeated.Add(1)
		time.Sleep(5 * time.Millisecond)
	}
}

// compare holds what was acknowledged against what is there.
func (l *load) compare(ctx context.Context, t *testing.T, tx helpdesk.Tx) {
	talks := listAll(ctx, t, func(p helpdesk.Page) ([]*helpdesk.Conversation, error) {
		return tx.Conversations().List(ctx, helpdesk.ConversationFilter{Sort: helpdesk.OldestCreated}, p)
	})
	there, events := map[string]int{}, map[helpdesk.MessageID]int{}
	for _, c := range talks {
		list, err := tx.Messages().List(ctx, helpdesk.MessageFilter{Conversation: c.ID, Public: true}, helpdesk.Page{Limit: 100})
		require.NoError(t, err)
		for _, m := range list {
			require.NotContains(t, there, m.Content, "a message is there twice")
			require.Equal(t, l.acked[m.Content], int(c.Display), "message %q is in another conversation", m.Content)
			there[m.Content] = int(c.Display)
			events[m.ID] = 0
		}
	}
	require.Equal(t, l.acked, there, "acknowledged on the left, there on the right")
	require.Len(t, talks, l.talks, "conversations")
	contacts, err := tx.Contacts().Count(ctx, helpdesk.ContactFilter{})
	require.NoError(t, err)
	require.Equal(t, l.talks, contacts, "contacts")

	seq := helpdesk.EventSeq(0)
	for {
		list, err := tx.Events().Since(ctx, seq, 1000)
		require.NoError(t, err)
		if len(list) == 0 {
			break
		}
		for _, e := range list {
			require.Equal(t, seq+1, e.Seq, "the log has a gap")
			if seq = e.Seq; e.Kind == helpdesk.MessageCreated {
				events[e.Message]++
			}
		}
	}
	for id, n := range events {
		require.Equal(t, 1, n, "events of message %d", id)
	}
	counts, err := tx.Conversations().Counts(ctx, helpdesk.ConversationFilter{Status: []helpdesk.Status{helpdesk.Open}}, 0)
	require.NoError(t, err)
	require.Equal(t, len(talks), counts.All, "the counter and a recount")
	require.Equal(t, len(talks), counts.Unassigned, "the counter and a recount")
}

// listAll reads a list to its end.
func listAll[T any](_ context.Context, t *testing.T, read func(helpdesk.Page) ([]*T, error)) (all []*T) {
	t.Helper()
	for {
		page, err := read(helpdesk.Page{Limit: helpdesk.MaxPage, Offset: len(all)})
		require.NoError(t, err)
		if all = append(all, page...); len(page) < helpdesk.MaxPage {
			return all
		}
	}
}
