// Package helpdesk is a customer-support desk inside a Go program. A customer
// writes over some channel; the message becomes a conversation, is handed to an
// agent who is online, and the answer goes back out. Nothing acknowledged is
// lost, nothing is doubled, and nobody sees what they may not.
//
//	store, _ := sqlite.Open(ctx, "desk.db", sqlite.Options{})        // or postgres.Open, or sqlite.OpenMemory
//	engine, _ := helpdesk.New(store, helpdesk.Options{Channels: []helpdesk.Channel{api.New()}})
//	engine.Start(ctx)                                                // sends, timers, webhooks
//
//	msg, _ := engine.Receive(ctx, account, inbox, helpdesk.Inbound{  // a customer writes
//		ExternalID: "wamid.1",                                   // seen again, it changes nothing
//		From:       helpdesk.Person{Source: "+5511987654321"},
//		Content:    "Where is my order?",
//	})
//	desk := engine.As(engine.Agent(account, ada))                    // an agent answers
//	desk.Messages.Send(ctx, msg.Conversation, helpdesk.Reply{Content: "On its way."})
//
// # What there is
//
// An [Engine] is made by [New] over a [Store]. It does no I/O until it is used,
// keeps no global state, and works without being started; [Engine.Start] runs
// what waits, [Engine.RunDue] does what is due now and returns, for tests.
//
// A [Desk] is what one [Actor] may do: [Engine.As] is the only door. An actor is
// an agent, a bot, a customer, a rule, the engine itself or the host program; it
// carries its account, so no method takes one and nothing crosses tenants. What
// an actor may not see is NotFound.
//
// Services hang off the desk, one for each noun: Conversations, Messages,
// Contacts, Inboxes, Agents, Teams, Labels, Rules, Flows, Webhooks…
//
// Everything that happens is an [Event] in one log per account, in order.
// [Desk.Subscribe] follows it from a [Cursor]; webhooks and reports read the same
// log.
//
// # Promises
//
// A nil error means that it is on disk, with everything that follows from it: a
// received message is committed together with its conversation, assignment,
// events and jobs. A repeated ExternalID, or a repeated call under
// [WithIdempotencyKey], has no second effect. After a send whose outcome nobody
// knows, the message is settled as unknown and never repeated by itself.
//
// Errors are [*Error] with a [Code] that errors.Is finds; wrong input names every
// bad field at once.
//
// # What to implement
//
// Third parties may implement [Channel] (prove it with channel/channeltest),
// [Store] (store/storetest), [Blobs], [Sealer], [Notifier] and [Payloads]. These
// grow by new optional interfaces, never by new methods.
//
// A bot that answers customers is a function: see [BotProgram].
//
// # Reading order
//
// helpdesk.go and desk.go for the frame, then the two story pages: receive.go,
// the way in, and deliver.go, the way out. actor.go holds the one table of who
// may do what and the one predicate of who sees what; unit.go is the only way
// the engine touches a store; job.go lists everything that happens while nobody
// looks; store.go and channel.go are the contracts. automation_run.go and flow_run.go
// tell how rules and flows join the way in, elsewhere.go and late.go what providers
// tell beside messages. Every other file is one noun.
package helpdesk
