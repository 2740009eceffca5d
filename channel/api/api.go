// Package api is the channel without a provider: customers write over HTTP from
// whatever program the host likes, and answers go to a webhook of the inbox.
//
// Its settings are, in JSON, both optional:
//
//	{"webhook_url": "https://shop.example/desk", "reply_window_hours": 24}
//
// webhook_url is where the inbox's events are posted, http or https, at most
// 2048 characters; without it a client reads answers from the API or the feed.
// reply_window_hours is how long after the customer's last message an answer may
// go out, in whole hours; without it there is no limit. What is wrong with it is
// reported under the name that Chatwoot's clients know: agent_reply_time_window.
package api

import (
	"context"
	"encoding/json"
	"net/url"
	"time"
	"unicode/utf8"

	"github.com/gohelpdesk/helpdesk"
)

// Kind is what inboxes of this channel are called.
const Kind helpdesk.ChannelKind = "api"

const (
	maxURL         = 2048          // characters
	maxWindowHours = 10 * 365 * 24 // ten years
)

// New returns the channel.
func New() helpdesk.Channel { return channel{} }

type channel struct{}

// Kind implements helpdesk.Channel.
func (channel) Kind() helpdesk.ChannelKind { return Kind }

// Open implements helpdesk.Channel. It fails with Invalid, and names every
// setting that is wrong or unknown.
func (channel) Open(settings json.RawMessage) (helpdesk.Sender, error) {
	var given map[string]json.RawMessage
	if err := json.Unmarshal(settings, &given); err != nil || given == nil {
		return nil, &helpdesk.Error{Code: helpdesk.Invalid, Message: "the settings must be a JSON object", Err: err}
	}
	s, wrong := &sender{}, map[string]string{}
	for key, value := range given {
		switch key {
		case "webhook_url":
			if json.Unmarshal(value, &s.webhook) != nil || s.webhook != "" && !webURL(s.webhook) {
				wrong[key] = "must be an http or https address of at most 2048 characters"
			}
		case "reply_window_hours":
			var hours *int
			if json.Unmarshal(value, &hours) != nil || hours != nil && (*hours < 1 || *hours > maxWindowHours) {
				wrong["agent_reply_time_window"] = "must be a whole number of hours, from 1 to 87600"
			} else if hours != nil {
				s.window = time.Duration(*hours) * time.Hour
			}
		default:
			wrong[key] = "is not a setting of this channel"
		}
	}
	if len(wrong) > 0 {
		return nil, &helpdesk.Error{Code: helpdesk.Invalid, Message: "the settings are not right", Fields: wrong}
	}
	return s, nil
}

func webURL(s string) bool {
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Hostname() != "" && utf8.RuneCountInString(s) <= maxURL
}

// sender is an opened inbox. It never changes.
type sender struct {
	webhook string
	window  time.Duration
}

// Send implements helpdesk.Sender. It succeeds at once: the message is on its
// way by being in the feed. Should the inbox's webhook refuse it for good, the
// engine marks it failed.
func (*sender) Send(ctx context.Context, _ *helpdesk.Outbound) (helpdesk.Receipt, error) {
	if err := ctx.Err(); err != nil {
		return helpdesk.Receipt{}, err
	}
	return helpdesk.Receipt{State: helpdesk.StateSent}, nil
}

// Repeatable implements helpdesk.Repeatable: sending does nothing, so it may be
// done twice.
func (*sender) Repeatable() bool { return true }

// WebhookURL implements helpdesk.Hooked; "" = none.
func (s *sender) WebhookURL() string { return s.webhook }

// ReplyWindow implements helpdesk.Windowed; 0 = no limit.
func (s *sender) ReplyWindow() time.Duration { return s.window }
