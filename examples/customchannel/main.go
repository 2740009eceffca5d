// Customchannel adds a provider of its own to the desk. beep.go is the whole
// channel; main_test.go is the proof that it keeps the contract. The program
// plays the provider's gateway too, so that it runs offline.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"

	"github.com/gohelpdesk/helpdesk"
	"github.com/gohelpdesk/helpdesk/store/sqlite"
)

func main() {
	if err := run(context.Background(), os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, out io.Writer) error {
	gateway := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var b beep
		if json.NewDecoder(r.Body).Decode(&b) == nil {
			fmt.Fprintf(out, "the gateway beeps %s: %s\n", b.Who, b.Text)
		}
		fmt.Fprint(w, `{"id": "beep-1"}`)
	}))
	defer gateway.Close()

	store, err := sqlite.OpenMemory(ctx, sqlite.Options{})
	if err != nil {
		return err
	}
	defer store.Close()
	engine, err := helpdesk.New(store, helpdesk.Options{Channels: []helpdesk.Channel{Beep{gateway.Client()}}})
	if err != nil {
		return err
	}
	account, err := engine.CreateAccount(ctx, helpdesk.NewAccount{Name: "Shop"})
	if err != nil {
		return err
	}
	desk, name := engine.As(engine.Host(account.ID)), "Beeper"
	inbox, err := desk.Inboxes.Create(ctx, helpdesk.InboxInput{
		Kind: "beep", Name: &name, Settings: json.RawMessage(`{"gateway": "` + gateway.URL + `", "token": "secret"}`),
	})
	if err != nil {
		return err
	}

	// The gateway calls: in a server, a handler passes its request on like this.
	call := func(body string) error {
		r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body))
		r.Header.Set("Beep-Token", "secret")
		_, err := engine.Ingest(ctx, inbox.Identifier, r)
		return err
	}
	if err := call(`{"type": "text", "id": "in-1", "who": "grace", "text": "Are you open?"}`); err != nil {
		return err
	}
	list, err := desk.Conversations.List(ctx, helpdesk.ConversationFilter{}, helpdesk.Page{})
	if err != nil {
		return err
	}
	asked := list.Items[0].LastTalk
	fmt.Fprintf(out, "%s asks: %s\n", list.Items[0].Address.Source, asked.Content)
	answer, err := desk.Messages.Send(ctx, asked.Conversation, helpdesk.Reply{Content: "Until six."})
	if err != nil {
		return err
	}
	if err := engine.RunDue(ctx); err != nil {
		return err
	}
	if err := call(`{"type": "seen", "id": "beep-1"}`); err != nil {
		return err
	}
	answer, err = desk.Messages.Get(ctx, answer.ID)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "the answer is %s\n", answer.State)
	return nil
}
