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

// signal has the channel tell the customer, where it can.
func (u *unit) signal(c *Conversation, s signal) {
	sender, err := u.e.openSender(u.cfg.inboxes[c.Inbox])
	if err != nil {
		return
	}
	_, marks := sender.(Marker)
	_, types := sender.(Typer)
	_, replies := sender.(ReplyTyper)
	if s == signalRead && marks || s != signalRead && types || s == signalTyping && replies {
		u.enqueue(&Job{
			Kind: jobSignal, Key: strconv.FormatInt(int64(c.ID), 10) + " " + string(s), Args: args(signalArgs{c.ID, s}),
		})
	}
}

// showTyping has the customer's client show that somebody writes, where the channel
// can.
func (e *Engine) showTyping(ctx context.Context, account AccountID, id ConversationID, on bool) error {
	s := signalTypingOff
	if on {
		s = signalTyping
	}
	types := false
	err := e.view(ctx, e.System(account), func(u *unit) error {
		c, err := u.tx.Conversations().Get(u.ctx, id)
		if err != nil {
			return err
		}
		sender, err := e.openSender(u.cfg.inboxes[c.Inbox])
		if err == nil {
			_, types = sender.(Typer)
			_, replies := sender.(ReplyTyper)
			types = types || replies && on
		}
		return nil
	})
	if err != nil || !types {
		return absent(err)
	}
	return e.update(ctx, e.System(account), func(u *unit) error {
		c, err := u.tx.Conversations().Get(u.ctx, id)
		if err == nil {
			u.signal(c, s)
		}
		return absent(err)
	})
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
