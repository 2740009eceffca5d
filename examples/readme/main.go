// Readme is the program on the first screen of the README, word for word.
package main

import (
	"context"
	"fmt"

	"github.com/gohelpdesk/helpdesk"
	"github.com/gohelpdesk/helpdesk/channel/api"
	"github.com/gohelpdesk/helpdesk/store/sqlite"
)

func main() {
	ctx := context.Background()
	store, err := sqlite.OpenMemory(ctx, sqlite.Options{}) // or sqlite.Open, or postgres.Open
	check(err)
	engine, err := helpdesk.New(store, helpdesk.Options{Channels: []helpdesk.Channel{api.New()}})
	check(err)
	account, err := engine.CreateAccount(ctx, helpdesk.NewAccount{Name: "Shop"})
	check(err)
	desk, name := engine.As(engine.Host(account.ID)), "Website" // the host may do everything
	inbox, err := desk.Inboxes.Create(ctx, helpdesk.InboxInput{Kind: api.Kind, Name: &name})
	check(err)

	question, err := engine.Receive(ctx, account.ID, inbox.ID, helpdesk.Inbound{ // a customer writes
		ExternalID: "form-1", // the same id again changes nothing
		From:       helpdesk.Person{Source: "session-77", Name: "Grace"},
		Content:    "Where is my parcel?",
	})
	check(err)
	_, err = desk.Messages.Send(ctx, question.Conversation, helpdesk.Reply{Content: "It arrives today."})
	check(err)
	check(engine.RunDue(ctx)) // sends, timers, webhooks: Start does it in the background

	messages, err := desk.Messages.List(ctx, helpdesk.MessageFilter{Conversation: question.Conversation}, helpdesk.Page{})
	check(err)
	for _, m := range messages {
		fmt.Println(m.Kind, m.State, m.Content)
	}
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}
