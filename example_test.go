package helpdesk_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/gohelpdesk/helpdesk"
	"github.com/gohelpdesk/helpdesk/channel/api"
	"github.com/gohelpdesk/helpdesk/store/sqlite"
)

// exampleDesk opens an engine in memory, with an account, an API inbox and two
// agents in it. Real programs handle errors; examples show only those that matter.
func exampleDesk(ctx context.Context, opts helpdesk.Options) (engine *helpdesk.Engine, inbox *helpdesk.Inbox, ada, ben helpdesk.Actor) {
	store, err := sqlite.OpenMemory(ctx, sqlite.Options{})
	if err != nil {
		panic(err)
	}
	opts.Channels = []helpdesk.Channel{api.New()}
	engine, _ = helpdesk.New(store, opts)
	account, _ := engine.CreateAccount(ctx, helpdesk.NewAccount{Name: "Shop"})
	desk, name := engine.As(engine.Host(account.ID)), "Website"
	inbox, _ = desk.Inboxes.Create(ctx, helpdesk.InboxInput{Kind: api.Kind, Name: &name})
	a, _ := desk.Agents.Invite(ctx, helpdesk.AgentInput{Name: "Ada", Email: "ada@shop.example"})
	b, _ := desk.Agents.Invite(ctx, helpdesk.AgentInput{Name: "Ben", Email: "ben@shop.example"})
	_ = desk.Inboxes.SetMembers(ctx, inbox.ID, helpdesk.AddMembers, a.ID, b.ID)
	return engine, inbox, engine.Agent(account.ID, a.ID), engine.Agent(account.ID, b.ID)
}

// A rule, and the test of it.
func ExampleRules() {
	ctx := context.Background()
	store, _ := sqlite.OpenMemory(ctx, sqlite.Options{})
	engine, _ := helpdesk.New(store, helpdesk.Options{Channels: []helpdesk.Channel{api.New()}})
	account, _ := engine.CreateAccount(ctx, helpdesk.NewAccount{Name: "Shop"})
	desk, inboxName, ruleName := engine.As(engine.Host(account.ID)), "Website", "Refunds first"
	inbox, _ := desk.Inboxes.Create(ctx, helpdesk.InboxInput{Kind: api.Kind, Name: &inboxName})

	_, _ = desk.Rules.Create(ctx, helpdesk.RuleInput{
		Name: &ruleName, Event: helpdesk.MessageCreated,
		Cond:    &helpdesk.Cond{Field: "content", Op: helpdesk.Contains, Values: []any{"refund"}},
		Actions: []helpdesk.RuleAction{{Name: helpdesk.DoChangePriority, Values: []any{"urgent"}}},
	})
	m, _ := engine.Receive(ctx, account.ID, inbox.ID, helpdesk.Inbound{From: helpdesk.Person{Source: "ann"}, Content: "I want a REFUND"})
	c, _ := desk.Conversations.Get(ctx, m.Conversation)
	fmt.Println(c.Priority)
	// Output: urgent
}

// A flow asks first, and people get the conversation with the answer.
func ExampleFlows() {
	ctx := context.Background()
	engine, inbox, ada, _ := exampleDesk(ctx, helpdesk.Options{})
	desk, name := engine.As(engine.Host(inbox.Account)), "Welcome"
	flow, _ := desk.Flows.Create(ctx, helpdesk.FlowInput{Name: &name, Steps: []helpdesk.FlowStep{
		{ID: "ask", Kind: helpdesk.FlowAsk, Text: "Which order is it?", Variable: "order", Next: "thanks"},
		{ID: "thanks", Kind: helpdesk.FlowSend, Text: "We look into order {{flow.order}}.", Next: "people"},
		{ID: "people", Kind: helpdesk.FlowHandOff},
	}})
	_, _ = desk.Inboxes.Update(ctx, inbox.ID, helpdesk.InboxInput{EntryFlow: &flow.ID})
	for _, text := range []string{"Hello", "4711"} {
		msg, _ := engine.Receive(ctx, inbox.Account, inbox.ID, helpdesk.Inbound{From: helpdesk.Person{Source: "grace"}, Content: text})
		c, _ := engine.As(ada).Conversations.Get(ctx, msg.Conversation)
		list, _ := desk.Messages.List(ctx, helpdesk.MessageFilter{Conversation: c.ID, Public: true}, helpdesk.Page{})
		fmt.Printf("%s: %s\n", c.Status, list[len(list)-1].Content)
	}
	// Output:
	// pending: Which order is it?
	// open: We look into order 4711.
}

// A customer writes, an agent answers.
func Example() {
	ctx := context.Background()
	store, _ := sqlite.OpenMemory(ctx, sqlite.Options{})
	defer store.Close()
	engine, _ := helpdesk.New(store, helpdesk.Options{Channels: []helpdesk.Channel{api.New()}})

	// The program around the desk has every right in it.
	account, _ := engine.CreateAccount(ctx, helpdesk.NewAccount{Name: "Shop"})
	host, name := engine.As(engine.Host(account.ID)), "Website"
	inbox, _ := host.Inboxes.Create(ctx, helpdesk.InboxInput{Kind: api.Kind, Name: &name})
	ada, _ := host.Agents.Invite(ctx, helpdesk.AgentInput{Name: "Ada", Email: "ada@shop.example"})
	_ = host.Inboxes.SetMembers(ctx, inbox.ID, helpdesk.AddMembers, ada.ID)

	msg, _ := engine.Receive(ctx, account.ID, inbox.ID, helpdesk.Inbound{
		From: helpdesk.Person{Source: "session-77", Name: "Grace"}, Content: "Where is my parcel?",
	})

	// An agent may do what their role allows.
	desk := engine.As(engine.Agent(account.ID, ada.ID))
	answer, _ := desk.Messages.Send(ctx, msg.Conversation, helpdesk.Reply{Content: "It arrives today."})
	fmt.Println(answer.Content, answer.State)

	_ = engine.RunDue(ctx) // a server calls Start instead
	answer, _ = desk.Messages.Get(ctx, answer.ID)
	fmt.Println(answer.Content, answer.State)
	// Output:
	// It arrives today. pending
	// It arrives today. sent
}

// A message that a provider delivers twice is one message.
func ExampleEngine_Receive() {
	ctx := context.Background()
	engine, inbox, _, _ := exampleDesk(ctx, helpdesk.Options{})
	in := helpdesk.Inbound{ExternalID: "wamid.1", From: helpdesk.Person{Source: "+5511987654321"}, Content: "Hello"}
	first, _ := engine.Receive(ctx, inbox.Account, inbox.ID, in)
	again, err := engine.Receive(ctx, inbox.Account, inbox.ID, in)
	fmt.Println(first.ID == again.ID, err)
	// Output: true <nil>
}

// A client that was away continues exactly where it was.
func ExampleDesk_Subscribe() {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	engine, inbox, ada, _ := exampleDesk(ctx, helpdesk.Options{})
	receive := func(text string) {
		_, _ = engine.Receive(ctx, inbox.Account, inbox.ID, helpdesk.Inbound{From: helpdesk.Person{Source: "grace"}, Content: text})
	}

	// A list says from where the feed continues.
	desk := engine.As(ada)
	list, _ := desk.Conversations.List(ctx, helpdesk.ConversationFilter{}, helpdesk.Page{})
	receive("Hello?")
	receive("Anybody there?")

	items, _ := desk.Subscribe(ctx, list.Cursor)
	for heard := 0; heard < 2; {
		item := <-items
		if item.Kind != helpdesk.FeedEvent || item.Event.Kind != helpdesk.MessageCreated {
			continue
		}
		msg, _ := desk.Messages.Get(ctx, item.Event.Message)
		fmt.Println(item.Event.Kind, msg.Content)
		heard++
	}
	// Output:
	// message.created Hello?
	// message.created Anybody there?
}

// A request that is repeated under its key is done once.
func ExampleWithIdempotencyKey() {
	ctx := context.Background()
	engine, inbox, ada, _ := exampleDesk(ctx, helpdesk.Options{})
	msg, _ := engine.Receive(ctx, inbox.Account, inbox.ID, helpdesk.Inbound{From: helpdesk.Person{Source: "grace"}, Content: "Hello"})

	send := func(text string) (*helpdesk.Message, error) {
		ctx := helpdesk.WithIdempotencyKey(ctx, "client-1", "key-1", []byte(text))
		return engine.As(ada).Messages.Send(ctx, msg.Conversation, helpdesk.Reply{Content: text})
	}
	first, _ := send("Good morning")
	again, _ := send("Good morning")
	fmt.Println("one message:", first.ID == again.ID)
	_, err := send("Good night")
	fmt.Println(err)
	// Output:
	// one message: true
	// this idempotency key belongs to another request; Idempotency-Key was used with another request
}

// Of two agents who take a conversation, one gets it.
func ExampleConversations_Claim() {
	ctx := context.Background()
	engine, inbox, ada, ben := exampleDesk(ctx, helpdesk.Options{})
	msg, _ := engine.Receive(ctx, inbox.Account, inbox.ID, helpdesk.Inbound{From: helpdesk.Person{Source: "grace"}, Content: "Hello"})

	_, err := engine.As(ada).Conversations.Claim(ctx, msg.Conversation)
	fmt.Println("Ada:", err)
	_, err = engine.As(ben).Conversations.Claim(ctx, msg.Conversation)
	var late *helpdesk.Error
	if errors.Is(err, helpdesk.Conflict) && errors.As(err, &late) {
		fmt.Println("Ben: it belongs to", late.Fields["assignee"])
	}
	// Output:
	// Ada: <nil>
	// Ben: it belongs to Ada
}

// Tests move the clock themselves: nothing runs in the background, and nothing
// sleeps.
func ExampleEngine_RunDue() {
	ctx := context.Background()
	now := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	engine, inbox, ada, _ := exampleDesk(ctx, helpdesk.Options{Now: func() time.Time { return now }})
	msg, _ := engine.Receive(ctx, inbox.Account, inbox.ID, helpdesk.Inbound{From: helpdesk.Person{Source: "grace"}, Content: "Call me tomorrow"})
	desk := engine.As(ada)
	_, _ = desk.Conversations.Snooze(ctx, msg.Conversation, now.Add(24*time.Hour))

	for range 2 {
		_ = engine.RunDue(ctx)
		c, _ := desk.Conversations.Get(ctx, msg.Conversation)
		fmt.Println(now.Format(time.DateTime), c.Status)
		now = now.Add(25 * time.Hour)
	}
	// Output:
	// 2026-03-02 09:00:00 snoozed
	// 2026-03-03 10:00:00 open
}

// The host's row and the customer's message are one transaction.
func ExampleEngine_In() {
	ctx := context.Background()
	store, _ := sqlite.OpenMemory(ctx, sqlite.Options{})
	defer store.Close()
	engine, _ := helpdesk.New(store, helpdesk.Options{Channels: []helpdesk.Channel{api.New()}})
	account, _ := engine.CreateAccount(ctx, helpdesk.NewAccount{Name: "Shop"})
	desk, name := engine.As(engine.Host(account.ID)), "Orders"
	inbox, _ := desk.Inboxes.Create(ctx, helpdesk.InboxInput{Kind: api.Kind, Name: &name})

	tx, _ := store.BeginHost(ctx)
	defer tx.Rollback()
	_, _ = tx.ExecContext(ctx, "CREATE TABLE orders (item TEXT)")
	_, _ = tx.ExecContext(ctx, "INSERT INTO orders VALUES (?)", "tea")
	hosted := engine.In(tx.Store())
	_, err := hosted.Receive(ctx, account.ID, inbox.ID, helpdesk.Inbound{From: helpdesk.Person{Source: "grace"}, Content: "I ordered tea"})
	if err == nil && tx.Commit() == nil {
		hosted.Wake()
	}
	counts, _ := desk.Conversations.Counts(ctx, helpdesk.ConversationFilter{})
	fmt.Println(counts.All)
	// Output: 1
}
