package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"

	"github.com/gohelpdesk/helpdesk"
)

// Agent answers customers with a language model: its Answer is a bot's program.
type Agent struct {
	URL    string // of an OpenAI-compatible API: "https://api.openai.com/v1"
	Key    string
	Model  string
	Prompt string // what the model is told before the conversation
	Tools  []Tool
	Client *http.Client // nil = http.DefaultClient; the turn's Timeout bounds every call
}

// Tool is something the model may do. What it returns, or its error, is read by
// the model, so an error must not hold what a customer may not know.
type Tool struct {
	Name, Description string
	Parameters        map[string]any // JSON Schema of an object
	Call              func(ctx context.Context, t *helpdesk.Turn, arguments json.RawMessage) (string, error)
}

const (
	maxRounds  = 5       // calls of the model in one turn
	maxHistory = 20      // messages the model reads
	maxAnswer  = 1 << 20 // bytes of the API's answer
)

type message struct {
	Role      string     `json:"role"`
	Content   string     `json:"content"`
	ToolCalls []toolCall `json:"tool_calls,omitempty"`
	ToolID    string     `json:"tool_call_id,omitempty"`
}

type toolCall struct {
	ID       string `json:"id"`
	Type     string `json:"type"`
	Function struct {
		Name      string `json:"name"`
		Arguments string `json:"arguments"`
	} `json:"function"`
}

// Answer takes a turn: it asks the model, does what the model asks for, and asks
// again with what came of it. Its errors are the engine's business, which tries
// again and then calls people.
func (a *Agent) Answer(ctx context.Context, t *helpdesk.Turn) (helpdesk.BotAnswer, error) {
	talk := append([]message{{Role: "system", Content: a.Prompt}}, a.history(t)...)
	for range maxRounds {
		said, err := a.ask(ctx, talk)
		if err != nil {
			return helpdesk.BotAnswer{}, err
		}
		if len(said.ToolCalls) == 0 && said.Content == "" {
			return helpdesk.BotAnswer{}, errors.New("the model said nothing")
		}
		if len(said.ToolCalls) == 0 {
			return helpdesk.Say(said.Content), nil
		}
		talk = append(talk, said)
		for _, call := range said.ToolCalls {
			if call.Function.Name == "hand_off" {
				return handOff(said.Content, call), nil
			}
			talk = append(talk, message{Role: "tool", ToolID: call.ID, Content: a.do(ctx, t, call)})
		}
	}
	return helpdesk.HandOff("the model did not come to an answer"), nil
}

// handOff gives the conversation to people, with what the model said meanwhile.
func handOff(content string, call toolCall) helpdesk.BotAnswer {
	var args struct {
		Reason string `json:"reason"`
	}
	_ = json.Unmarshal([]byte(call.Function.Arguments), &args) // whatever it says, it wants people
	out := helpdesk.BotAnswer{HandOff: true, Reason: fmt.Sprintf("%.400s", args.Reason)}
	if content != "" {
		out.Replies = helpdesk.Say(content).Replies
	}
	return out
}

// do calls a tool and returns what the model is told of it.
func (a *Agent) do(ctx context.Context, t *helpdesk.Turn, call toolCall) string {
	for _, tool := range a.Tools {
		if tool.Name != call.Function.Name {
			continue
		}
		if !json.Valid([]byte(call.Function.Arguments)) {
			return "error: the arguments are not JSON"
		}
		out, err := tool.Call(ctx, t, json.RawMessage(call.Function.Arguments))
		if err != nil {
			return "error: " + err.Error()
		}
		return out
	}
	return "error: there is no such tool"
}

// history is the end of the conversation as the model reads it.
func (a *Agent) history(t *helpdesk.Turn) []message {
	rows := t.History[max(0, len(t.History)-maxHistory):]
	out := make([]message, 0, len(rows)+1)
	for _, m := range rows {
		switch {
		case m.Kind == helpdesk.Incoming:
			out = append(out, message{Role: "user", Content: m.Content})
		case m.Sender.Kind == helpdesk.ByBot:
			out = append(out, message{Role: "assistant", Content: m.Content})
		default:
			out = append(out, message{Role: "assistant", Content: "[a colleague wrote] " + m.Content})
		}
	}
	if n := len(out); n == 0 || out[n-1].Role != "user" { // a quick reply was picked
		out = append(out, message{Role: "user", Content: t.Text()})
	}
	return out
}

// tools describes what the model may call; handing off is always there.
func (a *Agent) tools() []map[string]any {
	all := append([]Tool{{
		Name: "hand_off", Description: "Give the conversation to a person, when the customer asks for one or you cannot help.",
		Parameters: object("reason", "why, in one sentence, for the person who takes over"),
	}}, a.Tools...)
	out := make([]map[string]any, len(all))
	for i, t := range all {
		out[i] = map[string]any{
			"type":     "function",
			"function": map[string]any{"name": t.Name, "description": t.Description, "parameters": t.Parameters},
		}
	}
	return out
}

// object is the JSON Schema of an object with one required text.
func object(name, description string) map[string]any {
	return map[string]any{
		"type": "object", "required": []string{name},
		"properties": map[string]any{name: map[string]any{"type": "string", "description": description}},
	}
}

// ask makes one call of the API.
func (a *Agent) ask(ctx context.Context, talk []message) (message, error) {
	body, err := json.Marshal(map[string]any{"model": a.Model, "messages": talk, "tools": a.tools()})
	if err != nil {
		return message{}, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, a.URL+"/chat/completions", bytes.NewReader(body))
	if err != nil {
		return message{}, helpdesk.Permanent(err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", "Bearer "+a.Key)
	res, err := cmp.Or(a.Client, http.DefaultClient).Do(req)
	if err != nil {
		return message{}, err
	}
	defer res.Body.Close()
	if err := refusal(res); err != nil {
		return message{}, err
	}
	var answer struct {
		Choices []struct {
			Message message `json:"message"`
		} `json:"choices"`
	}
	if err := json.NewDecoder(io.LimitReader(res.Body, maxAnswer)).Decode(&answer); err != nil {
		return message{}, fmt.Errorf("the model's answer cannot be read: %w", err)
	}
	if len(answer.Choices) == 0 {
		return message{}, errors.New("the model's answer has no choices")
	}
	return answer.Choices[0].Message, nil
}

// refusal is the error of an answer that is none: busy and broken APIs are asked
// again, a wrong key or request is not.
func refusal(res *http.Response) error {
	if res.StatusCode == http.StatusOK {
		return nil
	}
	err := fmt.Errorf("the model's API answered %s", res.Status)
	if res.StatusCode < 500 && res.StatusCode != http.StatusTooManyRequests {
		return helpdesk.Permanent(err)
	}
	if s, bad := strconv.Atoi(res.Header.Get("Retry-After")); bad == nil && s > 0 {
		return helpdesk.RetryAfter(err, min(time.Duration(s)*time.Second, time.Minute))
	}
	return err
}
