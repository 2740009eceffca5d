package helpdesk

import (
	"context"
	"encoding/json"
	"strconv"
	"strings"
	"time"
)

// signal is what a customer's client is shown of us: that somebody reads, or
// writes. It is best effort: told once, and never repeated.
type signal string

const (
	signalRead      signal = "read"
	signalTyping    signal = "typing"
	signalTypingOff signal = "typing_off"
)

type signalArgs struct {
	Conversation ConversationID `json:"conversation"`
	Signal       signal         `json:"signal"`
}

func typingSignal(on bool) signal {
	if on {
		return signalTyping
	}
	return signalTypingOff
}

// signals reports whether the channel of an inbox can tell its customers so.
func (u *unit) signals(inbox InboxID, s signal) bool {
	sender, err := u.e.openSender(u.cfg.inboxes[inbox])
	if err != nil {
		return false
	}
	_, marks := sender.(Marker)
	_, types := sender.(Typer)
	_, replies := sender.(ReplyTyper)
	return s == signalRead && marks || s != signalRead && types || s == signalTyping && replies
}

// signal has the channel tell the customer, where it can.
func (u *unit) signal(c *Conversation, s signal) {
	if u.signals(c.Inbox, s) {
		u.enqueue(&Job{
			Kind: jobSignal, Key: strconv.FormatInt(int64(c.ID), 10) + " " + string(s), Args: args(signalArgs{c.ID, s}),
		})
	}
}

// signalTime is how long a provider has to take a signal.
const signalTime = 10 * time.Second

// sendSignal is the channel.signal job.
func (e *Engine) sendSignal(ctx context.Context, j *Job) error {
	var a signalArgs
	if err := json.Unmarshal(j.Args, &a); err != nil {
		return Permanent(err)
	}
	var to, last string
	var inbox InboxID
	err := e.view(ctx, e.System(j.Account), func(u *unit) error {
		c, err := u.tx.Conversations().Get(u.ctx, a.Conversation)
		if err != nil {
			return absent(err)
		}
		address, err := u.tx.ContactInboxes().Get(u.ctx, c.ContactInbox)
		if err != nil {
			return absent(err)
		}
		inbox, to = c.Inbox, address.Source
		if c.LastIncoming == 0 {
			return nil
		}
		m, err := u.tx.Messages().Get(u.ctx, c.LastIncoming)
		if err == nil {
			last = m.ExternalID
		}
		return absent(err)
	})
	if err != nil || to == "" {
		return err
	}
	sender, err := e.sender(ctx, j.Account, inbox)
	if err != nil {
		return Permanent(err)
	}
	ctx, cancel := context.WithTimeout(ctx, signalTime)
	defer cancel()
	marker, marks := sender.(Marker)
	typer, types := sender.(Typer)
	answering, replies := sender.(ReplyTyper)
	switch {
	case a.Signal == signalRead && marks && last != "":
		err = marker.MarkRead(ctx, to, last)
	case a.Signal == signalTyping && replies && last != "":
		err = answering.TypingReply(ctx, to, last)
	case strings.HasPrefix(string(a.Signal), string(signalTyping)) && types:
		err = typer.Typing(ctx, to, a.Signal == signalTyping)
	}
	if err != nil {
		e.opts.Logger.Debug("a signal was not taken", "inbox", inbox, "signal", a.Signal, "err", err)
	}
	return nil
}
