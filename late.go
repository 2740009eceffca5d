package helpdesk

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"time"
)

// receiveNews applies what a slice tells beside its messages: what became of
// earlier ones, and of the inbox itself.
func (u *unit) receiveNews(inbox *Inbox, item BatchItem) error {
	for _, e := range item.Edits {
		if err := u.applyOrWait(lateArgs{Inbox: inbox.ID, Edit: &e}); err != nil {
			return err
		}
	}
	for _, r := range item.Reactions {
		if err := u.applyOrWait(lateArgs{Inbox: inbox.ID, Reaction: &r}); err != nil {
			return err
		}
	}
	for _, r := range item.Receipts {
		if err := u.applyReceipt(inbox.ID, r); err != nil {
			return err
		}
	}
	for _, p := range item.Preferences {
		if err := u.applyPreference(inbox, p, ""); err != nil {
			return err
		}
	}
	for _, r := range item.Renames {
		if err := u.rename(inbox, r); err != nil {
			return err
		}
	}
	for _, r := range item.Referrals {
		if err := u.applyReferral(inbox, r); err != nil {
			return err
		}
	}
	for _, n := range item.Notices {
		if err := u.applyNotice(inbox, n); err != nil {
			return err
		}
	}
	return nil
}

// lateArgs are news of a message that may not be there yet: providers promise no
// order.
type lateArgs struct {
	Inbox    InboxID   `json:"inbox"`
	Edit     *Edit     `json:"edit,omitempty"`
	Reaction *Reaction `json:"reaction,omitempty"`
	Echo     *Inbound  `json:"echo,omitempty"` // of what may be on its way
	Since    time.Time `json:"since"`
}

// lateWait is when news whose message was not there are tried again.
const lateWait = 2 * time.Second

func (u *unit) applyOrWait(a lateArgs) error {
	found, err := u.applyLate(a)
	if found || err != nil {
		return err
	}
	a.Since = u.now
	u.enqueue(&Job{Kind: jobMessageLate, Args: args(a), RunAt: u.now.Add(lateWait)})
	return nil
}

// applyLateNews is the message.late job: the message has ten minutes to come.
func (e *Engine) applyLateNews(ctx context.Context, j *Job) error {
	var a lateArgs
	if err := json.Unmarshal(j.Args, &a); err != nil {
		return Permanent(err)
	}
	return e.update(ctx, e.System(j.Account), func(u *unit) error {
		found, err := u.applyLate(a)
		switch {
		case found || err != nil:
			return err
		case u.now.Sub(a.Since) >= keepParked:
			return nil // about something nobody has heard of
		}
		return RetryAfter(Errorf(NotFound, "the message is not there yet"), min(2*u.now.Sub(a.Since)+lateWait, time.Minute))
	})
}

// applyLate applies the news if their message is there.
func (u *unit) applyLate(a lateArgs) (found bool, err error) {
	id := ""
	switch {
	case a.Echo != nil:
		return u.applyEcho(a)
	case a.Edit != nil:
		id = clean(a.Edit.ExternalID)
	case a.Reaction != nil:
		id = clean(a.Reaction.ExternalID)
	}
	if id == "" || tooLong(id, maxSource) {
		return true, nil
	}
	m, err := u.tx.Messages().ByExternal(u.ctx, a.Inbox, id)
	if err != nil {
		return false, absent(err)
	}
	c, err := u.tx.Conversations().Get(u.ctx, m.Conversation)
	if err != nil {
		return true, absent(err)
	}
	if a.Edit != nil {
		return true, u.editMessage(c, m, *a.Edit)
	}
	return true, u.react(c, m, *a.Reaction)
}

// editMessage gives a message the words its writer gave it since. What was said
// before stands in the event's details, as long as those are kept.
func (u *unit) editMessage(c *Conversation, m *Message, e Edit) error {
	edited, _ := m.ContentAttrs["edited_at"].(float64)
	at := u.providerTime(e.At)
	switch {
	case m.ContentAttrs["deleted"] == true || !e.Deleted && at.UnixMilli() < int64(edited):
		return nil
	case e.Deleted:
		return u.blankMessage(c, m)
	}
	words := clip(clean(e.Content), maxContent)
	if words == m.Content || words == "" && clean(e.ExternalID) != m.ExternalID { // the words are another picture's
		return nil
	}
	change := map[string]Change{"content": changed(m.Content, words)}
	m.Content, m.ContentAttrs, m.UpdatedAt = words, merge(m.ContentAttrs, map[string]any{"edited_at": float64(at.UnixMilli())}), u.now
	if err := u.tx.Messages().Update(u.ctx, m); err != nil {
		return err
	}
	u.emitMessage(MessageUpdated, c, m, change)
	return nil
}

// blankMessage takes a message's text and files away; its place stays.
func (u *unit) blankMessage(c *Conversation, m *Message) error {
	blobs, err := u.tx.Messages().DeleteAttachments(u.ctx, m.ID)
	if err != nil {
		return err
	}
	u.dropBlobs(blobs)
	m.Content, m.ContentType = text(u.cfg.account.Locale, textDeleted), "text"
	m.ContentAttrs, m.Attachments, m.UpdatedAt = map[string]any{"deleted": true}, nil, u.now
	if err := u.tx.Messages().Update(u.ctx, m); err != nil {
		return err
	}
	u.emitMessage(MessageUpdated, c, m, map[string]Change{"deleted": changed(false, true)})
	return nil
}

// maxReactions is how many people's signs a message shows.
const maxReactions = 100

// react sets, changes or takes away somebody's sign under a message: an entry of
// "reactions" of its ContentAttrs, with "from", "emoji" and "at" in milliseconds.
func (u *unit) react(c *Conversation, m *Message, r Reaction) error {
	from, emoji, at := clip(clean(r.From), maxSource), clip(clean(r.Emoji), maxField), float64(u.providerTime(r.At).UnixMilli())
	held, _ := m.ContentAttrs["reactions"].([]any)
	list := slices.Clone(held)
	i := slices.IndexFunc(list, func(v any) bool { one, _ := v.(map[string]any); return one["from"] == from })
	switch {
	case i < 0 && (emoji == "" || len(list) >= maxReactions):
		return nil
	case i < 0:
		list = append(list, nil)
		i = len(list) - 1
	default:
		one, _ := list[i].(map[string]any)
		if was, _ := one["at"].(float64); was > at || was == at && one["emoji"] == emoji {
			return nil
		}
	}
	if emoji == "" {
		list = slices.Delete(list, i, i+1)
	} else {
		list[i] = map[string]any{"from": from, "emoji": emoji, "at": at}
	}
	m.ContentAttrs, m.UpdatedAt = merge(m.ContentAttrs, map[string]any{"reactions": list}), u.now
	if len(list) == 0 {
		m.ContentAttrs = merge(m.ContentAttrs, map[string]any{"reactions": nil})
	}
	if err := u.tx.Messages().Update(u.ctx, m); err != nil {
		return err
	}
	u.emitMessage(MessageUpdated, c, m, map[string]Change{"reactions": changed(held, list)})
	return nil
}

// applyNotice takes news of the inbox itself.
func (u *unit) applyNotice(inbox *Inbox, n Notice) error {
	switch n.Kind { //nolint:exhaustive // the others are kept in the journal
	case NoticeRevoked:
		return u.revoke(inbox.ID, n.Reason)
	case NoticeRestored:
		return u.restore(inbox.ID)
	case NoticeLimit:
		return u.hearOfLimit(inbox, n.Limit)
	case NoticeTemplate:
		return u.hearOfTemplate(inbox, n.Template)
	case NoticeWarning:
		return u.warn(inbox.ID, n)
	}
	return nil
}

// revoke marks an inbox as one that must be connected again. That is told once,
// however many messages meet it.
func (u *unit) revoke(id InboxID, reason string) error {
	box, err := u.tx.Inboxes().Get(u.ctx, id)
	if err != nil || !box.RevokedAt.IsZero() {
		return absent(err)
	}
	box.RevokedAt, box.RevokedReason, box.UpdatedAt = u.now, clip(cmp.Or(clean(reason), "access was withdrawn"), maxURL), u.now
	if err := u.tx.Inboxes().Update(u.ctx, box); err != nil {
		return err
	}
	u.emit(&Event{Kind: InboxRevoked, Subject: int64(id), Details: map[string]Change{"reason": changed("", box.RevokedReason)}})
	return nil
}

// restore says that an inbox works again, and takes up what rested meanwhile.
func (u *unit) restore(id InboxID) error {
	box, err := u.tx.Inboxes().Get(u.ctx, id)
	if err != nil || box.RevokedAt.IsZero() {
		return absent(err)
	}
	box.RevokedAt, box.RevokedReason, box.UpdatedAt = time.Time{}, "", u.now
	if err := u.tx.Inboxes().Update(u.ctx, box); err != nil {
		return err
	}
	u.emit(&Event{Kind: InboxUpdated, Subject: int64(id), Details: map[string]Change{"revoked": changed(true, false)}})
	if sender, err := u.e.openSender(box); err == nil {
		if _, ok := sender.(Templated); ok {
			u.syncTemplatesAt(id, u.now)
		}
		u.renewLater(box, sender)
	}
	return nil
}
