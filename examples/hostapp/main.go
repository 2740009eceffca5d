// Hostapp is a shop with tables of its own in the desk's database. An order and
// the message that goes with it are one transaction: both are there, or neither.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/gohelpdesk/helpdesk"
	"github.com/gohelpdesk/helpdesk/channel/api"
	"github.com/gohelpdesk/helpdesk/store/sqlite"
)

func main() {
	if err := run(context.Background(), os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

type shop struct {
	store   *sqlite.Store
	engine  *helpdesk.Engine
	account helpdesk.AccountID
	inbox   helpdesk.InboxID
}

func run(ctx context.Context, out io.Writer) error {
	store, err := sqlite.OpenMemory(ctx, sqlite.Options{}) // or sqlite.Open(ctx, "shop.db", …)
	if err != nil {
		return err
	}
	defer store.Close()
	s, err := open(ctx, store)
	if err != nil {
		return err
	}
	fmt.Fprintln(out, "tea:", s.order(ctx, "grace", "tea", nil))
	fmt.Fprintln(out, "coffee:", s.order(ctx, "grace", "coffee", errors.New("card declined")))
	return s.report(ctx, out)
}

func open(ctx context.Context, store *sqlite.Store) (*shop, error) {
	engine, err := helpdesk.New(store, helpdesk.Options{Channels: []helpdesk.Channel{api.New()}})
	if err != nil {
		return nil, err
	}
	account, err := engine.CreateAccount(ctx, helpdesk.NewAccount{Name: "Shop"})
	if err != nil {
		return nil, err
	}
	name := "Orders"
	inbox, err := engine.As(engine.Host(account.ID)).Inboxes.Create(ctx, helpdesk.InboxInput{Kind: api.Kind, Name: &name})
	if err != nil {
		return nil, err
	}
	s := &shop{store, engine, account.ID, inbox.ID}
	return s, s.in(ctx, func(tx *sqlite.HostTx) error {
		_, err := tx.ExecContext(ctx, "CREATE TABLE orders (id INTEGER PRIMARY KEY, item TEXT NOT NULL)")
		return err
	})
}

// in runs fn in a transaction of the shop's.
func (s *shop) in(ctx context.Context, fn func(tx *sqlite.HostTx) error) error {
	tx, err := s.store.BeginHost(ctx)
	if err != nil {
		return err
	}
	defer tx.Rollback() // after a commit it does nothing
	if err := fn(tx); err != nil {
		return err
	}
	return tx.Commit()
}

// order writes the shop's row first and calls the desk last.
func (s *shop) order(ctx context.Context, customer, item string, payment error) error {
	var desk *helpdesk.Hosted
	err := s.in(ctx, func(tx *sqlite.HostTx) error {
		if _, err := tx.ExecContext(ctx, "INSERT INTO orders (item) VALUES (?)", item); err != nil {
			return err
		}
		desk = s.engine.In(tx.Store())
		_, err := desk.Receive(ctx, s.account, s.inbox, helpdesk.Inbound{From: helpdesk.Person{Source: customer}, Content: "I ordered " + item})
		return errors.Join(err, payment)
	})
	if err == nil {
		desk.Wake() // tell who follows the feed at once
	}
	return err
}

func (s *shop) report(ctx context.Context, out io.Writer) error {
	list, err := s.engine.As(s.engine.Host(s.account)).Conversations.List(ctx, helpdesk.ConversationFilter{}, helpdesk.Page{})
	if err != nil {
		return err
	}
	for _, c := range list.Items {
		fmt.Fprintf(out, "the desk has: %s\n", c.LastTalk.Content)
	}
	return s.in(ctx, func(tx *sqlite.HostTx) error {
		var items string
		err := tx.QueryRowContext(ctx, "SELECT group_concat(item) FROM orders").Scan(&items)
		fmt.Fprintf(out, "the shop has: %s\n", items)
		return err
	})
}
