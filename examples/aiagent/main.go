// Aiagent is a desk whose customers are answered by a language model, over any
// OpenAI-compatible API, until it hands them to a person. Without AGENT_URL it
// plays the model too, so that it runs offline.
package main

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"time"

	"github.com/gohelpdesk/helpdesk"
	"github.com/gohelpdesk/helpdesk/channel/api"
	"github.com/gohelpdesk/helpdesk/store/sqlite"
)

func main() {
	url := os.Getenv("AGENT_URL")
	if url == "" {
		model := httptest.NewServer(http.HandlerFunc(playModel))
		defer model.Close()
		url = model.URL
	}
	agent := shopAgent(url, os.Getenv("AGENT_KEY"), os.Getenv("AGENT_MODEL"))
	if err := run(context.Background(), os.Stdout, agent); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// shopAgent knows a shop's orders, and may mark conversations.
func shopAgent(url, key, model string) *Agent {
	return &Agent{
		URL: url, Key: key, Model: cmp.Or(model, "gpt-4o-mini"),
		Prompt: "You answer the customers of a tea shop, briefly and kindly, in their language. Look orders up, never guess. Hand off what you cannot do.",
		Tools: []Tool{
			{"find_order", "Look up an order by its number.", object("number", "of the order"), findOrder},
			{"add_label", "Mark the conversation for the team.", object("label", "one of: shipping, refund, praise"), addLabel},
		},
	}
}

func findOrder(_ context.Context, _ *helpdesk.Turn, arguments json.RawMessage) (string, error) {
	var in struct {
		Number string `json:"number"`
	}
	if err := json.Unmarshal(arguments, &in); err != nil {
		return "", err
	}
	if in.Number != "77" { // a real shop asks its database, and whether the order is t.Contact's
		return "", fmt.Errorf("there is no order %q", in.Number)
	}
	return `{"number":"77","status":"shipped","arrives":"tomorrow"}`, nil
}

// addLabel acts at once, as the bot; a turn that is taken twice sets it twice.
func addLabel(ctx context.Context, t *helpdesk.Turn, arguments json.RawMessage) (string, error) {
	var in struct {
		Label string `json:"label"`
	}
	if err := json.Unmarshal(arguments, &in); err != nil {
		return "", err
	}
	if !strings.Contains(" shipping refund praise ", " "+in.Label+" ") {
		return "", fmt.Errorf("there is no label %q", in.Label)
	}
	_, err := t.Desk.Conversations.SetLabels(ctx, t.Conversation.ID, []string{in.Label})
	return "done", err
}

func run(ctx context.Context, out io.Writer, agent *Agent) error {
	store, err := sqlite.OpenMemory(ctx, sqlite.Options{})
	if err != nil {
		return err
	}
	defer store.Close()
	engine, err := helpdesk.New(store, helpdesk.Options{
		Channels: []helpdesk.Channel{api.New()},
		Bots:     map[string]helpdesk.BotProgram{"shop": {Answer: agent.Answer, Quiet: -1, Timeout: 30 * time.Second}},
	})
	if err != nil {
		return err
	}
	account, inbox, err := setUp(ctx, engine)
	if err != nil {
		return err
	}
	for _, text := range []string{"Where is order 77?", "I want my money back!"} {
		msg, err := engine.Receive(ctx, account, inbox, helpdesk.Inbound{From: helpdesk.Person{Source: "grace"}, Content: text})
		if err != nil {
			return err
		}
		if err := engine.RunDue(ctx); err != nil { // a server calls engine.Start once
			return err
		}
		if err := show(ctx, out, engine.As(engine.Host(account)), msg); err != nil {
			return err
		}
	}
	return nil
}

// setUp makes an account with an inbox that the bot answers.
func setUp(ctx context.Context, engine *helpdesk.Engine) (helpdesk.AccountID, helpdesk.InboxID, error) {
	account, err := engine.CreateAccount(ctx, helpdesk.NewAccount{Name: "Tea shop", Locale: "en"})
	if err != nil {
		return 0, 0, err
	}
	desk, name, program := engine.As(engine.Host(account.ID)), "Tea", "shop"
	inbox, err := desk.Inboxes.Create(ctx, helpdesk.InboxInput{Kind: api.Kind, Name: &name})
	if err != nil {
		return 0, 0, err
	}
	bot, err := desk.Bots.Create(ctx, helpdesk.BotInput{Name: &name, Program: &program})
	if err != nil {
		return 0, 0, err
	}
	_, err = desk.Inboxes.SetBot(ctx, inbox.ID, bot.ID)
	return account.ID, inbox.ID, err
}

// show prints what followed a customer's message.
func show(ctx context.Context, out io.Writer, desk *helpdesk.Desk, asked *helpdesk.Message) error {
	fmt.Fprintf(out, "grace: %s\n", asked.Content)
	list, err := desk.Messages.List(ctx, helpdesk.MessageFilter{Conversation: asked.Conversation, After: asked.ID}, helpdesk.Page{})
	if err != nil {
		return err
	}
	for _, m := range list {
		fmt.Fprintf(out, "  %s: %s\n", m.Kind, m.Content)
	}
	c, err := desk.Conversations.Get(ctx, asked.Conversation)
	if err == nil {
		fmt.Fprintf(out, "  it is %s\n", c.Status)
	}
	return err
}

// playModel answers as a model would.
func playModel(w http.ResponseWriter, r *http.Request) {
	var in struct {
		Messages []message `json:"messages"`
	}
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	last := in.Messages[len(in.Messages)-1]
	switch {
	case last.Role == "tool":
		fmt.Fprint(w, `{"choices":[{"message":{"role":"assistant","content":"It arrives tomorrow."}}]}`)
	case strings.Contains(last.Content, "77"):
		fmt.Fprint(w, `{"choices":[{"message":{"role":"assistant","content":"","tool_calls":[{"id":"1","type":"function","function":{"name":"find_order","arguments":"{\"number\":\"77\"}"}},`+
			`{"id":"2","type":"function","function":{"name":"add_label","arguments":"{\"label\":\"shipping\"}"}}]}}]}`)
	default:
		fmt.Fprint(w, `{"choices":[{"message":{"role":"assistant","content":"A colleague helps you.","tool_calls":[{"id":"3","type":"function","function":{"name":"hand_off","arguments":"{\"reason\":\"wants a refund\"}"}}]}}]}`)
	}
}
