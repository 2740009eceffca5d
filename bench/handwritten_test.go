package bench_test

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib"
	"github.com/stretchr/testify/require"

	"github.com/gohelpdesk/helpdesk"
)

// What an inbound message of a known contact in a known, open conversation is to
// somebody who writes the SQL by hand, for this case alone: everything that has
// to be known in one statement, and one statement per row that changes. "?" is
// Postgres' "$1", "$2"… there.
const (
	readSQL = `SELECT a.config_version, a.suspended, k.id, k.blocked, c.id, c.version, c.status, c.assignee_id, c.team_id, c.waiting_since, c.last_in_at
		FROM helpdesk_contact_inboxes AS ci
		JOIN helpdesk_contacts AS k ON k.account_id = ci.account_id AND k.id = ci.contact_id
		JOIN helpdesk_conversations AS c ON c.account_id = ci.account_id AND c.contact_inbox_id = ci.id
		JOIN helpdesk_accounts AS a ON a.id = ci.account_id
		WHERE ci.account_id = ? AND ci.inbox_id = ? AND ci.source = ? ORDER BY c.id DESC LIMIT 1`
	journalSQL = `INSERT INTO helpdesk_journal (account_id, inbox_id, content_type, body, blob, header, done, error, received_at, done_at)
		VALUES (?, ?, 'application/json', ?, '', NULL, TRUE, '', ?, NULL) RETURNING id`
	seenSQL    = `INSERT INTO helpdesk_seen (account_id, inbox_id, digest, seen_at, message_id) VALUES (?, ?, ?, ?, 0) ON CONFLICT DO NOTHING`
	messageSQL = `INSERT INTO helpdesk_messages (account_id, conversation_id, inbox_id, kind, private, content, words, content_type,
		content_attrs, extra, sender_kind, sender_id, external_id, echo_id, state, fail_reason, provider_at, origin_conversation_id, attachments,
		created_at, updated_at, version) VALUES (?, ?, ?, 'incoming', FALSE, ?, ?, 'text', NULL, NULL, 'contact', ?, ?, '', 'sent', '', ?, 0, 0, ?, ?, 1) RETURNING id`
	contactSQL      = `UPDATE helpdesk_contacts SET last_activity_at = ? WHERE account_id = ? AND id = ? AND last_activity_at < ?`
	conversationSQL = `UPDATE helpdesk_conversations SET last_activity_at = ?, waiting_since = COALESCE(waiting_since, ?), last_public_seq = ?,
		last_incoming_id = ?, last_in_at = ?, unread = unread + 1, updated_at = ?, version = version + 1 WHERE account_id = ? AND id = ? AND version = ?`
	mentionSQL = `INSERT INTO helpdesk_journal_contacts (account_id, journal_id, contact_id) VALUES (?, ?, ?)`
	logSQL     = `UPDATE helpdesk_logs SET last_seq = last_seq + 1 WHERE account_id = ? RETURNING last_seq`
	eventSQL   = `INSERT INTO helpdesk_events (account_id, seq, kind, at, actor_kind, actor_id, cause, conversation_id, message_id, contact_id, subject, agent_id,
		before, after, message_kind, private, opens, elapsed, business, calendar)
		VALUES (?, ?, 'message.created', ?, 'contact', ?, NULL, ?, ?, ?, 0, 0, NULL, ?, 'incoming', FALSE, TRUE, 0, 0, 0)`
)

// handwritten is a connection with everything prepared on it. One goroutine at
// a time uses it.
type handwritten struct {
	account helpdesk.AccountID
	inbox   helpdesk.InboxID
	now     func() time.Time

	begin, commit, read, journal, seen, message, contact, conversation, mention, log, event *sql.Stmt
}

// handle opens what hand-written SQL uses beside the store: the same settings.
func (d *database) handle(tb testing.TB, conns int) *sql.DB {
	driver, dsn := "pgx", d.dsn
	if d.lite() {
		driver = "sqlite"
		dsn = "file:" + d.dsn + "?_pragma=busy_timeout(5000)&_pragma=foreign_keys(1)&_pragma=synchronous(FULL)&_pragma=secure_delete(1)"
	}
	db, err := sql.Open(driver, dsn)
	require.NoError(tb, err)
	db.SetMaxOpenConns(conns)
	db.SetMaxIdleConns(conns)
	tb.Cleanup(func() { _ = db.Close() })
	return db
}

// newHandwritten prepares the statements on n connections.
func newHandwritten(tb testing.TB, d *desk, n int) []*handwritten {
	db := d.db.handle(tb, n)
	out := make([]*handwritten, n)
	for i := range out {
		conn, err := db.Conn(tb.Context())
		require.NoError(tb, err)
		tb.Cleanup(func() { _ = conn.Close() })
		out[i] = d.prepared(tb, conn)
	}
	return out
}

func (d *desk) prepared(tb testing.TB, conn *sql.Conn) *handwritten {
	prepare := func(text string) *sql.Stmt {
		if !d.db.lite() {
			text = numbered(text)
		}
		s, err := conn.PrepareContext(context.WithoutCancel(tb.Context()), text)
		require.NoError(tb, err)
		return s
	}
	begin, read := "BEGIN IMMEDIATE", readSQL
	if !d.db.lite() {
		begin, read = "BEGIN", readSQL+" FOR UPDATE OF ci, c"
	}
	return &handwritten{
		account: d.account, inbox: d.inbox, now: d.clock.Now,
		begin: prepare(begin), commit: prepare("COMMIT"), read: prepare(read), journal: prepare(journalSQL), seen: prepare(seenSQL),
		message: prepare(messageSQL), contact: prepare(contactSQL), conversation: prepare(conversationSQL), mention: prepare(mentionSQL),
		log: prepare(logSQL), event: prepare(eventSQL),
	}
}

// numbered writes ? as $1, $2…
func numbered(text string) string {
	parts := strings.Split(text, "?")
	for i := range parts[1:] {
		parts[i+1] = "$" + strconv.Itoa(i+1) + parts[i+1]
	}
	return strings.Join(parts, "")
}

// receive is one message in a transaction of its own.
func (h *handwritten) receive(ctx context.Context, in helpdesk.Inbound) error {
	if _, err := h.begin.ExecContext(ctx); err != nil {
		return err
	}
	if err := h.write(ctx, in); err != nil {
		return err
	}
	_, err := h.commit.ExecContext(ctx)
	return err
}

// known is what a message needs to know.
type known struct {
	config, contact, conversation, version, assignee, team int64
	suspended, blocked                                     bool
	status                                                 string
	waiting, lastIn                                        sql.NullInt64
}

// write writes one message's rows. A failure ends the benchmark, so there is no
// rollback.
func (h *handwritten) write(ctx context.Context, in helpdesk.Inbound) error {
	body, err := json.Marshal(in)
	if err != nil {
		return err
	}
	now := h.now().UnixMicro()
	digest := sha256.Sum256([]byte(in.ExternalID))
	var k known
	err = h.read.QueryRowContext(ctx, h.account, h.inbox, in.From.Source).Scan(&k.config, &k.suspended, &k.contact, &k.blocked,
		&k.conversation, &k.version, &k.status, &k.assignee, &k.team, &k.waiting, &k.lastIn)
	if err != nil {
		return err
	}
	var journal, message, seq int64
	if err := h.journal.QueryRowContext(ctx, h.account, h.inbox, body, now).Scan(&journal); err != nil {
		return err
	}
	if _, err := h.seen.ExecContext(ctx, h.account, h.inbox, digest[:], now); err != nil {
		return err
	}
	if err := h.message.QueryRowContext(ctx, h.account, k.conversation, h.inbox, in.Content, plainWords(in.Content), k.contact,
		in.ExternalID, now, now, now).Scan(&message); err != nil {
		return err
	}
	if _, err := h.contact.ExecContext(ctx, now, h.account, k.contact, now); err != nil {
		return err
	}
	res, err := h.conversation.ExecContext(ctx, now, now, message, message, now, now, h.account, k.conversation, k.version)
	if err != nil {
		return err
	}
	if n, err := res.RowsAffected(); err != nil || n != 1 {
		return fmt.Errorf("conversation %d: %d rows at version %d, %w", k.conversation, n, k.version, err)
	}
	if _, err := h.mention.ExecContext(ctx, h.account, journal, k.contact); err != nil {
		return err
	}
	if err := h.log.QueryRowContext(ctx, h.account).Scan(&seq); err != nil {
		return err
	}
	facts := fmt.Sprintf(`{"i":%d,"c":%d,"s":%q}`, h.inbox, k.contact, k.status)
	_, err = h.event.ExecContext(ctx, h.account, seq, now, k.contact, k.conversation, message, k.contact, facts)
	return err
}

// plainWords are the words of an English text, as somebody would take them apart
// who expects no other.
func plainWords(s string) string {
	return strings.Join(strings.FieldsFunc(strings.ToLower(s), func(r rune) bool { return (r < 'a' || r > 'z') && (r < '0' || r > '9') }), " ")
}

// grouped shares transactions among those who wait, as the SQLite store does.
type grouped struct {
	h     *handwritten
	queue chan *ticket
}

type ticket struct {
	in   helpdesk.Inbound
	done chan error
}

func newGrouped(tb testing.TB, h *handwritten) *grouped {
	g := &grouped{h, make(chan *ticket, 64)}
	tb.Cleanup(func() { close(g.queue) })
	go g.run(context.WithoutCancel(tb.Context()))
	return g
}

func (g *grouped) receive(_ context.Context, in helpdesk.Inbound) error {
	t := &ticket{in, make(chan error, 1)}
	g.queue <- t
	return <-t.done
}

func (g *grouped) run(ctx context.Context) {
	for first := range g.queue {
		members, err := g.group(ctx, first)
		for _, t := range members {
			t.done <- err
		}
	}
}

// group ends, like the store's, when nobody waits or after 5 ms.
func (g *grouped) group(ctx context.Context, first *ticket) ([]*ticket, error) {
	members := []*ticket{first}
	if _, err := g.h.begin.ExecContext(ctx); err != nil {
		return members, err
	}
	began := time.Now()
	for next := first; next != nil; {
		if err := g.h.write(ctx, next.in); err != nil {
			return members, err
		}
		next = nil
		if time.Since(began) < 5*time.Millisecond {
			select {
			case t, ok := <-g.queue:
				if ok {
					next, members = t, append(members, t)
				}
			default:
			}
		}
	}
	_, err := g.h.commit.ExecContext(ctx)
	return members, err
}
