package helpdesk

import (
	"context"
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"time"
)

type connectArgs struct {
	Inbox InboxID `json:"inbox"`
}

// connectLater has the provider told of an inbox's address, where it wants to know,
// asked for its templates, where it has any, and its access renewed in time.
func (u *unit) connectLater(box *Inbox, sender Sender) {
	u.renewLater(box, sender)
	if _, ok := sender.(Templated); ok {
		u.syncTemplatesAt(box.ID, u.now)
	}
	if _, ok := sender.(Connector); ok && u.e.opts.PublicURL != "" {
		u.enqueue(&Job{Kind: jobInboxConnect, Key: strconv.FormatInt(int64(box.ID), 10), Args: args(connectArgs{box.ID})})
	}
}

// implicitWebhook keeps the endpoint of a channel whose customers listen on a webhook.
func (u *unit) implicitWebhook(box *Inbox) error {
	implicit := true
	old, err := u.tx.Webhooks().List(u.ctx, WebhookFilter{Inbox: box.ID, Implicit: &implicit}, Page{Limit: 1})
	if err != nil {
		return err
	}
	switch {
	case len(old) > 0 && box.WebhookURL == "":
		return u.tx.Webhooks().Delete(u.ctx, old[0].ID)
	case len(old) > 0:
		old[0].URL, old[0].Disabled, old[0].Failures, old[0].PausedUntil = box.WebhookURL, false, 0, time.Time{}
		return u.tx.Webhooks().Update(u.ctx, old[0])
	case box.WebhookURL == "":
		return nil
	}
	w, err := u.newWebhook()
	if err != nil {
		return err
	}
	w.URL, w.Inbox, w.Implicit, w.Name = box.WebhookURL, box.ID, true, box.Name
	return u.tx.Webhooks().Insert(u.ctx, w)
}

// connectProvider is the inbox.connect job. A provider that wants the inbox
// connected again marks it; any other refusal stops no message, and Check tells it.
func (e *Engine) connectProvider(ctx context.Context, j *Job) error {
	var a connectArgs
	if err := json.Unmarshal(j.Args, &a); err != nil {
		return Permanent(err)
	}
	var box *Inbox
	err := e.view(ctx, e.System(j.Account), func(u *unit) (err error) {
		box, err = u.openInbox(a.Inbox)
		return absent(err)
	})
	if err != nil || box == nil {
		return err
	}
	sender, err := e.openSender(box)
	if err != nil {
		return Permanent(err)
	}
	c, ok := sender.(Connector)
	if !ok {
		return nil
	}
	failure := c.Connect(ctx, e.callback(box))
	if !isRevoked(failure) {
		return failure
	}
	return errors.Join(failure, e.update(ctx, e.System(j.Account), func(u *unit) error { return u.revoke(box.ID, failure.Error()) }))
}

// disconnect tells the provider of an inbox that is gone not to call any more.
func (e *Engine) disconnect(ctx context.Context, id InboxID, gone Sender) {
	d, ok := gone.(Disconnector)
	if !ok {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, signalTime)
	defer cancel()
	if err := d.Disconnect(ctx); err != nil {
		e.opts.Logger.Warn("the provider of a deleted inbox could not be told", "inbox", id, "err", err)
	}
}

// callback is where the provider of an inbox calls.
func (e *Engine) callback(box *Inbox) string {
	return strings.TrimSuffix(e.opts.PublicURL, "/") + "/hooks/" + box.Identifier
}

// Check asks an inbox's provider whether it would work, and says everything that
// is wrong. An inbox that was marked as one to be connected again and works is
// marked no more, and the other way round. For whoever belongs to the inbox; a
// channel that has nobody to ask is Unsupported, a provider that does not answer Unavailable.
func (s Inboxes) Check(ctx context.Context, id InboxID) (*Health, error) {
	box, err := s.Get(ctx, id)
	if err != nil {
		return nil, err
	}
	sender, err := s.d.e.openSender(box)
	if err != nil {
		return nil, err
	}
	c, ok := sender.(Checker)
	if !ok {
		return nil, Errorf(Unsupported, "this channel has no provider to ask")
	}
	h, err := c.Check(ctx)
	if err != nil {
		return nil, &Error{Code: Unavailable, Message: "the provider did not answer", Err: err}
	}
	h.Problems = append(h.Problems, box.warned(s.d.e.now())...)
	broken := ""
	for _, p := range h.Problems {
		if p.Revoked && broken == "" {
			broken = p.Message
		}
	}
	return h, s.d.e.update(ctx, s.d.e.System(box.Account), func(u *unit) error {
		if broken != "" {
			return u.revoke(id, broken)
		}
		return u.restore(id)
	})
}
