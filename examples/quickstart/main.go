// Quickstart is a whole support desk in one program, in memory: a customer
// writes, the agent who is online gets the conversation and answers.
package main

import (
	"context"
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

func run(ctx context.Context, out io.Writer) error {
	store, err := sqlite.OpenMemory(ctx, sqlite.Options{}) // or sqlite.Open(ctx, "desk.db", …)
	if err != nil {
		return err
	}
	defer store.Close()
	engine, err := helpdesk.New(store, helpdesk.Options{Channels: []helpdesk.Channel{api.New()}})
	if err != nil {
		return err
	}
	account, inbox, ada, err := setUp(ctx, engine)
	if err != nil {
		return err
	}

	// A customer writes. When this returns, it is stored and handed out.
	msg, err := engine.Receive(ctx, account, inbox, helpdesk.Inbound{
		ExternalID: "order-form-1", // the same id again would change nothing
		From:       helpdesk.Person{Source: "session-77", Name: "Grace", Email: "grace@customer.example"},
		Content:    "Where is my parcel?",
	})
	if err != nil {
		return err
	}

	// The agent answers what is hers.
	desk := engine.As(engine.Agent(account, ada))
	if _, err := desk.Messages.Send(ctx, msg.Conversation, helpdesk.Reply{Content: "It arrives **today**.", AsOf: msg.ID}); err != nil {
		return err
	}
	if _, err := desk.Conversations.Resolve(ctx, msg.Conversation); err != nil {
		return err
	}

	// Sends, timers and webhooks: engine.Start(ctx) in a server, or all that is
	// due right now.
	if err := engine.RunDue(ctx); err != nil {
		return err
	}
	return show(ctx, out, desk, msg.Conversation)
}

// setUp makes an account with an inbox and an agent who is online.
func setUp(ctx context.Context, engine *helpdesk.Engine) (helpdesk.AccountID, helpdesk.InboxID, helpdesk.AgentID, error) {
	user, err := engine.CreateUser(ctx, helpdesk.NewUser{Name: "Ada", Email: "ada@shop.example"})
	if err != nil {
		return 0, 0, 0, err
	}
	account, err := engine.CreateAccount(ctx, helpdesk.NewAccount{Name: "Shop", Owner: user.ID})
	if err != nil {
		return 0, 0, 0, err
	}
	desk, name := engine.As(engine.Agent(account.ID, user.ID)), "Website"
	inbox, err := desk.Inboxes.Create(ctx, helpdesk.InboxInput{Kind: api.Kind, Name: &name})
	if err != nil {
		return 0, 0, 0, err
	}
	if err := desk.Inboxes.SetMembers(ctx, inbox.ID, helpdesk.AddMembers, user.ID); err != nil {
		return 0, 0, 0, err
	}
	return account.ID, inbox.ID, user.ID, desk.Agents.Heartbeat(ctx)
}

func show(ctx context.Context, out io.Writer, desk *helpdesk.Desk, id helpdesk.ConversationID) error {
	list, err := desk.Conversations.Detail(ctx, id)
	if err != nil {
		return err
	}
	c := list[0]
	messages, err := desk.Messages.List(ctx, helpdesk.MessageFilter{Conversation: id}, helpdesk.Page{})
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "conversation %d is %s; it was handed to %s\n", c.Display, c.Status, c.Owner.Name)
	for _, m := range messages {
		fmt.Fprintf(out, "%-8s (%s) %s\n", m.Kind, m.State, m.Content)
	}
	return nil
}
