package sqlite_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/gohelpdesk/helpdesk"
	"github.com/gohelpdesk/helpdesk/store/sqlite"
)

// The rows of an inbound message of a known contact, in a conversation that is
// open, must not cost more than a dozen statements.
func TestStatementsOfAnInboundMessage(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	var ops []string
	s := opened(t)(sqlite.OpenMemory(t.Context(), sqlite.Options{OnQuery: func(op string) {
		mu.Lock()
		defer mu.Unlock()
		switch op {
		case "SELECT", "INSERT", "UPDATE", "DELETE":
			ops = append(ops, op)
		}
	}}))
	now := time.Date(2024, 3, 1, 0, 0, 0, 0, time.UTC)
	unit := func(first bool) func(context.Context, helpdesk.Tx) error {
		return func(ctx context.Context, tx helpdesk.Tx) error { return inbound(ctx, tx, now, first) }
	}
	for _, first := range []bool{true, false} {
		ops = nil
		if err := s.Update(t.Context(), 1, unit(first)); err != nil {
			t.Fatal(err)
		}
	}
	if len(ops) > 12 {
		t.Errorf("%d statements: %v", len(ops), ops)
	}
}

// inbound is what a store is asked for by one message of a customer.
func inbound(ctx context.Context, tx helpdesk.Tx, now time.Time, first bool) error {
	entry := &helpdesk.JournalEntry{Inbox: 1, ReceivedAt: now}
	if err := tx.Journal().Insert(ctx, entry); err != nil {
		return err
	}
	external := map[bool]string{true: "first", false: "second"}[first]
	if _, err := tx.Journal().See(ctx, 1, external, now); err != nil {
		return err
	}
	address, err := tx.ContactInboxes().Claim(ctx, 1, "source")
	if err != nil {
		return err
	}
	c := &helpdesk.Conversation{Inbox: 1, Contact: 1, ContactInbox: address.ID, Status: helpdesk.Open}
	if first {
		err = tx.Conversations().Insert(ctx, c)
	} else {
		c, err = tx.Conversations().Latest(ctx, address.ID, false)
	}
	if err != nil {
		return err
	}
	m := &helpdesk.Message{Conversation: c.ID, Inbox: 1, Kind: helpdesk.Incoming, ExternalID: external, CreatedAt: now}
	if err := tx.Messages().Insert(ctx, m); err != nil {
		return err
	}
	c.LastMessage, c.LastActivity = m.ID, now
	if err := tx.Conversations().Update(ctx, c); err != nil {
		return err
	}
	if err := tx.Contacts().Touch(ctx, 1, now); err != nil {
		return err
	}
	if err := tx.Jobs().Enqueue(ctx, &helpdesk.Job{Kind: "webhook.fan", Key: "1", RunAt: now}); err != nil {
		return err
	}
	e := &helpdesk.Event{Kind: helpdesk.MessageCreated, At: now, Conversation: c.ID, Details: map[string]helpdesk.Change{"content": {}}}
	return tx.Events().Append(ctx, []*helpdesk.Event{e})
}
