package whatsappsim_test

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"time"

	"github.com/gohelpdesk/helpdesk"
	"github.com/gohelpdesk/helpdesk/channel/whatsapp"
	"github.com/gohelpdesk/helpdesk/channel/whatsapp/whatsappsim"
	"github.com/gohelpdesk/helpdesk/store/sqlite"
)

// A customer writes, an agent answers, and the customer reads it: without Meta, an
// account there, or a network.
func Example() {
	t := new(bench) // in a test, its *testing.T
	defer t.end()
	ctx, today := context.Background(), time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	now := func() time.Time { return today }

	sim := whatsappsim.New(t, whatsappsim.Options{Now: now})
	number, ann := sim.Number("+5511999990000"), sim.Customer("+5511988887777").Called("Ann")

	store := must(sqlite.OpenMemory(ctx, sqlite.Options{}))
	engine := must(helpdesk.New(store, helpdesk.Options{
		Now: now, Channels: []helpdesk.Channel{whatsapp.New(whatsapp.Options{BaseURL: sim.URL(), HTTPClient: sim.Client()})},
	}))
	account := must(engine.CreateAccount(ctx, helpdesk.NewAccount{Name: "Shop"}))
	desk, name := engine.As(engine.Host(account.ID)), "WhatsApp"
	inbox := must(desk.Inboxes.Create(ctx, helpdesk.InboxInput{Kind: whatsapp.Kind, Name: &name, Settings: number.Settings()}))
	number.OnWebhook(func(r *http.Request) error {
		_, err := engine.Ingest(ctx, inbox.Identifier, r)
		return err
	})

	ann.Writes("Where is my parcel?")

	asked := must(desk.Conversations.List(ctx, helpdesk.ConversationFilter{}, helpdesk.Page{})).Items[0].LastTalk
	fmt.Println("Ann asks:", asked.Content)
	answer := must(desk.Messages.Send(ctx, asked.Conversation, helpdesk.Reply{Content: "It arrives today."}))
	sim.Next(whatsappsim.TooMany(time.Minute)) // something goes wrong at first
	for range 2 {
		_ = engine.RunDue(ctx)
		today = today.Add(time.Hour)
	}
	fmt.Println("Ann gets:", ann.Got()[0].Text)

	ann.Got()[0].Read()
	fmt.Println("the answer is", must(desk.Messages.Get(ctx, answer.ID)).State)
	// Output:
	// Ann asks: Where is my parcel?
	// Ann gets: It arrives today.
	// the answer is read
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// bench is the little of a *testing.T that a simulator needs.
type bench struct{ ends []func() }

func (*bench) Helper() {}

func (*bench) Errorf(format string, args ...any) { fmt.Fprintf(os.Stdout, format+"\n", args...) }

func (b *bench) Cleanup(fn func()) { b.ends = append(b.ends, fn) }

func (b *bench) end() {
	for _, fn := range b.ends {
		fn()
	}
}
