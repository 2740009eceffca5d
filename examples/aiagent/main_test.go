package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gohelpdesk/helpdesk"
)

func TestRun(t *testing.T) {
	t.Parallel()
	model := httptest.NewServer(http.HandlerFunc(playModel))
	t.Cleanup(model.Close)
	var out bytes.Buffer
	require.NoError(t, run(t.Context(), &out, shopAgent(model.URL, "key", "")))
	require.Equal(t, `grace: Where is order 77?
  activity: Tea added shipping
  outgoing: It arrives tomorrow.
  it is pending
grace: I want my money back!
  outgoing: A colleague helps you.
  activity: Tea handed the conversation over: wants a refund
  activity: Conversation was reopened by Tea
  it is open
`, out.String())
}

// turn is a customer's question after many others.
func turn() *helpdesk.Turn {
	t := &helpdesk.Turn{}
	for i := range 30 {
		t.History = append(t.History,
			&helpdesk.Message{Kind: helpdesk.Incoming, Content: fmt.Sprint("question ", i)},
			&helpdesk.Message{Kind: helpdesk.Outgoing, Content: fmt.Sprint("answer ", i), Sender: helpdesk.ActorRef{Kind: helpdesk.ByBot, ID: 1}})
	}
	last := &helpdesk.Message{Kind: helpdesk.Incoming, Content: "the last"}
	t.History, t.New = append(t.History, last), []*helpdesk.Message{last}
	return t
}

func says(content string, calls ...string) string {
	return fmt.Sprintf(`{"choices":[{"message":{"role":"assistant","content":%q,"tool_calls":[%s]}}]}`, content, strings.Join(calls, ","))
}

func calls(name, arguments string) string {
	return fmt.Sprintf(`{"id":"c1","type":"function","function":{"name":%q,"arguments":%q}}`, name, arguments)
}

func TestAnswers(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		status  int
		answers []string // of the API, in order; the last goes on
		want    helpdesk.BotAnswer
		err     string
		tool    string // what the model was told of its call
	}{
		"text":                 {200, []string{says("Hello")}, helpdesk.Say("Hello"), "", ""},
		"a tool":               {200, []string{says("", calls("find_order", `{"number":"77"}`)), says("Soon")}, helpdesk.Say("Soon"), "", `{"number":"77","status":"shipped","arrives":"tomorrow"}`},
		"a tool that fails":    {200, []string{says("", calls("find_order", `{"number":"1"}`)), says("Sorry")}, helpdesk.Say("Sorry"), "", `error: there is no order "1"`},
		"an unknown tool":      {200, []string{says("", calls("pay", `{}`)), says("Sorry")}, helpdesk.Say("Sorry"), "", "error: there is no such tool"},
		"arguments, malformed": {200, []string{says("", calls("find_order", `{"num`)), says("Sorry")}, helpdesk.Say("Sorry"), "", "error: the arguments are not JSON"},
		"hand-off":             {200, []string{says("", calls("hand_off", `{"reason":"refund"}`))}, helpdesk.HandOff("refund"), "", ""},
		"hand-off, malformed":  {200, []string{says("", calls("hand_off", `nonsense`))}, helpdesk.HandOff(""), "", ""},
		"tools without end":    {200, []string{says("", calls("find_order", `{"number":"77"}`))}, helpdesk.HandOff("the model did not come to an answer"), "", ""},
		"nothing":              {200, []string{says("")}, helpdesk.BotAnswer{}, "said nothing", ""},
		"no choices":           {200, []string{`{"choices":[]}`}, helpdesk.BotAnswer{}, "no choices", ""},
		"no JSON":              {200, []string{`<html>`}, helpdesk.BotAnswer{}, "cannot be read", ""},
		"busy":                 {429, []string{`{}`}, helpdesk.BotAnswer{}, "429", ""},
		"broken":               {500, []string{`{}`}, helpdesk.BotAnswer{}, "500", ""},
		"a wrong key":          {401, []string{`{}`}, helpdesk.BotAnswer{}, "401", ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var asked []message
			n := 0
			api := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				var in struct{ Messages []message }
				_ = json.NewDecoder(r.Body).Decode(&in)
				asked = in.Messages
				w.WriteHeader(tt.status)
				fmt.Fprint(w, tt.answers[min(n, len(tt.answers)-1)])
				n++
			}))
			t.Cleanup(api.Close)
			got, err := shopAgent(api.URL, "key", "m").Answer(t.Context(), turn())
			if tt.err == "" {
				require.NoError(t, err)
			} else {
				require.ErrorContains(t, err, tt.err)
			}
			require.Equal(t, tt.want, got)
			require.LessOrEqual(t, n, maxRounds)
			if tt.tool != "" {
				require.Equal(t, tt.tool, asked[len(asked)-1].Content)
			} else if name == "text" {
				require.Len(t, asked, 1+maxHistory, "the prompt and the end of the conversation")
				require.Equal(t, message{Role: "user", Content: "the last"}, asked[maxHistory])
			}
		})
	}
}

func TestSlowModelIsGivenUp(t *testing.T) {
	t.Parallel()
	over := make(chan struct{})
	api := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-over }))
	t.Cleanup(api.Close)
	t.Cleanup(func() { close(over) })
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	_, err := shopAgent(api.URL, "key", "m").Answer(ctx, turn())
	require.True(t, errors.Is(err, context.DeadlineExceeded), err)
}
