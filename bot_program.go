package helpdesk

import (
	"cmp"
	"context"
	"strings"
	"time"
)

// BotProgram is a bot that lives in the process: it is called when it is its turn
// to answer a customer. Register it under a name in Options.Bots; a Bot whose
// Program is that name then answers with it.
//
//	helpdesk.Options{Bots: map[string]helpdesk.BotProgram{"hours": {Answer: hours}}}
//
//	func hours(ctx context.Context, t *helpdesk.Turn) (helpdesk.BotAnswer, error) {
//		if strings.Contains(t.Text(), "open") {
//			return helpdesk.Say("We are open from nine to five."), nil
//		}
//		return helpdesk.HandOff("asks for something else than our hours"), nil
//	}
//
// Every process that runs jobs on the store should have the same programs.
type BotProgram struct {
	// Answer takes one turn. There is one at a time for a conversation, and
	// several conversations have theirs at once: at most half of Options.Workers
	// in a process, so that slow programs do not keep messages from being sent.
	//
	// It is called at least once for a turn: again after an error, a panic or a
	// crash. Its answer takes effect exactly once, or not at all: when the
	// customer wrote on or a person replied meanwhile, it is dropped, and Answer
	// is asked again with all of it where that is still for the bot to do. A
	// customer who has waited for a minute is answered all the same, and what they
	// wrote meanwhile is the next turn.
	//
	// After an error it is tried again, within some ten seconds; after the third,
	// or one of Permanent, people get the conversation. It must return soon after
	// ctx ends: one that does not is left behind, and counts as failed.
	Answer func(ctx context.Context, t *Turn) (BotAnswer, error)

	// Quiet is how long the customer must have written nothing before it is the
	// bot's turn, so that several short messages are one turn; somebody who
	// writes without end is answered after ten times that. 0 = two seconds; below
	// 0 = at once.
	Quiet time.Duration
	// Timeout is when ctx of a call ends: 0 = one minute; at most four.
	Timeout time.Duration
}

const maxBotTimeout = 4 * time.Minute // a job's lease is longer

func (p BotProgram) quiet() time.Duration { return max(cmp.Or(p.Quiet, 2*time.Second), 0) }

func (p BotProgram) timeout() time.Duration { return cmp.Or(p.Timeout, time.Minute) }

// checkBots names what is wrong with the programs of Options.
func checkBots(p problems, bots map[string]BotProgram) {
	for name, b := range bots {
		p.add(name == "" || tooLong(name, 100) || clean(name) != name, "Bots", "has a name that is empty, too long or no text")
		p.add(b.Answer == nil, "Bots", "has a program without Answer: "+name)
		p.add(b.Timeout < 0 || b.Timeout > maxBotTimeout, "Bots", "has a program with a Timeout of more than four minutes: "+name)
	}
}

// Turn is what a bot's program is asked to answer. It is the program's own: what
// it changes there changes nothing.
type Turn struct {
	// Desk acts as the bot, at once, and whatever becomes of the answer: for
	// labels, priority and attributes, which may be set twice. What the customer
	// reads belongs into the answer.
	Desk *Desk

	Bot          *Bot // with its Config, without its token
	Conversation *Conversation
	Contact      *Contact
	// New is what was said since the bot's last turn, oldest first: by the
	// customer, and by people and rules. A message of the bot itself is among them
	// when the customer has just picked from its items (ContentAttrs
	// "submitted_values").
	New []*Message
	// History is the last 100 customer-visible messages, oldest first, New among
	// them.
	History []*Message

	OwnerEpoch int64     // of the conversation, then: for a Reply by Desk
	AsOf       MessageID // the last customer-visible message, likewise

	// What the engine goes by, which the program cannot change.
	id       ConversationID
	bot      AgentID
	epoch    int64
	asOf     MessageID
	seen     MessageID
	incoming MessageID
	began    time.Time // when the customer wrote the first of New
}

// Text is what the customer said in New, a line for each message, and the titles
// of what they picked.
func (t *Turn) Text() string {
	var lines []string
	for _, m := range t.New {
		if m.Kind == Incoming {
			lines = append(lines, m.Content)
			continue
		}
		picked, _ := m.ContentAttrs["submitted_values"].([]any)
		for _, v := range picked {
			item, _ := v.(map[string]any)
			title, _ := item["title"].(string)
			value, _ := item["value"].(string)
			lines = append(lines, cmp.Or(title, value))
		}
	}
	return strings.Join(lines, "\n")
}

// BotAnswer is what a bot's program wants done. The zero BotAnswer says nothing: the
// customer goes on waiting, and people get the conversation when the bot's time
// is up (see Bot.GiveWayAfter).
type BotAnswer struct {
	// Replies are sent in order, at most ten. A private one is a note for agents.
	// Their text is sent as it is: it is no template, since it may repeat what the
	// customer wrote. AsOf, OwnerEpoch, Bot and Uploads of a Reply are not read.
	Replies []Reply
	HandOff bool   // then the conversation is people's
	Reason  string // why it is handed off, told to agents in one line; up to 500 characters
	Resolve bool   // then the conversation is done; not with HandOff
}

const maxBotReplies = 10

// Say answers with texts, a message for each.
func Say(texts ...string) BotAnswer {
	var a BotAnswer
	for _, text := range texts {
		a.Replies = append(a.Replies, Reply{Content: text})
	}
	return a
}

// HandOff gives the conversation to people.
func HandOff(reason string) BotAnswer { return BotAnswer{HandOff: true, Reason: reason} }

// Choices is a question with quick replies for the customer to pick from, each
// its own title and value.
func Choices(question string, options ...string) Reply {
	items := make([]any, len(options))
	for i, o := range options {
		items[i] = map[string]any{"title": o, "value": o}
	}
	return Reply{Content: question, ContentType: "input_select", ContentAttrs: map[string]any{"items": items}}
}

// check cleans an answer and names what is wrong with it. Each reply is checked
// like any other when it is admitted.
func (a *BotAnswer) check() error {
	p := problems{}
	p.add(len(a.Replies) > maxBotReplies, "Replies", "are too many (maximum is 10)")
	p.add(a.HandOff && a.Resolve, "HandOff", "must not stand beside Resolve")
	setText(p, &a.Reason, &a.Reason, "Reason", 500)
	for i := range a.Replies {
		r := &a.Replies[i]
		r.AsOf, r.OwnerEpoch, r.Bot, r.Uploads, r.literal = 0, 0, 0, nil, true
		p.add(r.Content == "" && r.ContentType == "" && len(r.Files) == 0, "Replies", "have an empty one")
	}
	return p.err()
}
