package telegram_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gohelpdesk/helpdesk"
	"github.com/gohelpdesk/helpdesk/channel/channeltest"
	"github.com/gohelpdesk/helpdesk/channel/telegram"
	"github.com/gohelpdesk/helpdesk/channel/telegram/telegramsim"
)

const secret = "s3cret"

// elsewhere is the channel with the base URL among its settings, for the suite.
type elsewhere struct{ base string }

func (elsewhere) Kind() helpdesk.ChannelKind { return telegram.Kind }

func (e elsewhere) Open(raw json.RawMessage) (helpdesk.Sender, error) {
	var all map[string]json.RawMessage
	if json.Unmarshal(raw, &all) == nil && all["base"] != nil {
		_ = json.Unmarshal(all["base"], &e.base)
		delete(all, "base")
		raw, _ = json.Marshal(all)
	}
	return telegram.New(telegram.Options{BaseURL: e.base}).Open(raw)
}

func update(key, content string) []byte {
	return fmt.Appendf(nil, `{"update_id": 7, %q: %s}`, key, content)
}

// says is a private message with this content.
func says(content string) string {
	return `{"message_id": 5, "date": 1767225600, "chat": {"id": 5000000001, "type": "private", "first_name": "Maria", "username": "maria"},
		"from": {"id": 5000000001, "is_bot": false, "first_name": "Maria", "language_code": "pt"}, ` + content + `}`
}

func TestContract(t *testing.T) {
	t.Parallel()
	sim := telegramsim.New(telegramsim.Options{})
	t.Cleanup(sim.Close)
	bot := sim.NewBot("Shop")
	settings := func(base string) json.RawMessage {
		return fmt.Appendf(nil, `{"bot_token": %q, "webhook_secret": %q, "bot_name": "Shop"%s}`, bot.Token(), secret, base)
	}
	call := func(name, key, content string, messages, news int) channeltest.Call {
		return channeltest.Call{Name: name, Body: update(key, content), Messages: messages, News: news}
	}
	channeltest.Run(t, elsewhere{sim.URL}, channeltest.Case{
		Settings: settings(""),
		Remote:   func(base string) json.RawMessage { return settings(fmt.Sprintf(`, "base": %q`, base)) },
		Outbound: &helpdesk.Outbound{Message: 1, Attempt: 1, To: fmt.Sprint(bot.Person("Maria", "").ID), Content: "hello"},
		Bad: []channeltest.Bad{
			{Name: "no token", Settings: json.RawMessage(`{}`), Fields: []string{"bot_token"}},
			{Name: "a token of nobody's", Settings: json.RawMessage(`{"bot_token": "12/../x"}`), Fields: []string{"bot_token"}},
			{
				Name: "everything", Settings: json.RawMessage(`{"bot_token": 1, "bot_name": "` + strings.Repeat("x", 256) + `", "webhook_secret": "a b", "x": 1}`),
				Fields: []string{"bot_token", "bot_name", "webhook_secret", "x"},
			},
		},
		Calls: []channeltest.Call{
			call("text", "message", says(`"text": "hello"`), 1, 0),
			call("photo", "message", says(`"photo": [{"file_id": "a"}, {"file_id": "b"}], "caption": "look"`), 1, 0),
			call("edit", "edited_message", says(`"text": "hallo", "edit_date": 1767225700`), 0, 1),
			call("reaction", "message_reaction", says(`"new_reaction": [{"type": "emoji", "emoji": "👍"}]`), 0, 1),
			call("press", "callback_query", `{"id": "1", "from": {"id": 5000000001}, "message": `+says(`"text": "?"`)+`, "data": "yes"}`, 1, 0),
			call("stopped", "my_chat_member", says(`"new_chat_member": {"status": "kicked"}`), 0, 1),
			call("deleted", "deleted_business_messages", `{"business_connection_id": "bc", "chat": {"id": 1, "type": "private"}, "message_ids": [1, 2]}`, 0, 2),
			call("connected", "business_connection", `{"id": "bc", "user": {"id": 1}, "is_enabled": true}`, 0, 1),
			call("poll", "poll", `{"id": "1"}`, 0, 0),
		},
		Sign:  func(r *http.Request, _ []byte) { r.Header.Set(telegram.SecretHeader, secret) },
		Token: true,
	})
}

// open returns an inbox of a new bot that is connected to the simulator.
func open(t *testing.T) (*telegramsim.Server, *telegramsim.Bot, helpdesk.Sender) {
	t.Helper()
	sim := telegramsim.New(telegramsim.Options{})
	t.Cleanup(sim.Close)
	bot := sim.NewBot("Shop")
	return sim, bot, sender(t, sim.URL, bot.Token())
}

func sender(t *testing.T, base, token string) helpdesk.Sender {
	t.Helper()
	s, err := telegram.New(telegram.Options{BaseURL: base}).Open(fmt.Appendf(nil, `{"bot_token": %q}`, token))
	require.NoError(t, err)
	return s
}

func TestSecret(t *testing.T) {
	t.Parallel()
	_, bot, s := open(t)
	require.NoError(t, s.(helpdesk.Connector).Connect(t.Context(), "https://desk.example/hooks/x"))
	var status []int
	bot.DeliverTo(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, err := s.(helpdesk.WebhookParser).ParseWebhook(r, []byte(`{}`))
		status = append(status, map[helpdesk.Code]int{"": 200, helpdesk.Unauthenticated: 401}[helpdesk.CodeOf(err)])
		w.WriteHeader(status[len(status)-1])
	}))
	maria := bot.Person("Maria", "")
	bot.WrongSecret()
	maria.Writes("hello")
	bot.Redeliver()
	require.Equal(t, []int{401, 200}, status)
	other := sender(t, "http://127.0.0.1", "1:other")
	r, err := http.NewRequest(http.MethodPost, "/", nil)
	require.NoError(t, err)
	_, err = other.(helpdesk.WebhookParser).ParseWebhook(r, []byte(`{}`))
	require.Equal(t, helpdesk.Unauthenticated, helpdesk.CodeOf(err), "a missing secret")
}
