package helpdesk

import (
	"context"
	"encoding/json"
	"strconv"
	"time"
)

type scheduledArgs struct {
	Scheduled ScheduledID `json:"scheduled"`
}

func scheduledKey(id ScheduledID) string { return strconv.FormatInt(int64(id), 10) }

// armScheduled sets the one job of a message to its time. A held one needs none.
func (u *unit) armScheduled(m *ScheduledMessage) error {
	key := scheduledKey(m.ID)
	if m.State != ScheduledWaiting {
		return nil
	}
	if moved, err := u.tx.Jobs().Move(u.ctx, jobScheduledSend, key, m.SendAt); moved || err != nil {
		return err
	}
	u.enqueue(&Job{Kind: jobScheduledSend, Key: key, RunAt: m.SendAt, Args: args(scheduledArgs{m.ID})})
	return nil
}

// scheduledLimited is when a message is tried again that met a limit on messages.
const scheduledLimited = time.Minute

// sendScheduled is the scheduled.send job. The message is written in the commit
// that marks the row as sent; what the desk says no to holds it.
func (e *Engine) sendScheduled(ctx context.Context, j *Job) error {
	var a scheduledArgs
	if err := json.Unmarshal(j.Args, &a); err != nil {
		return Permanent(err)
	}
	m, err := e.scheduledDue(ctx, j.Account, a.Scheduled)
	if err != nil || m == nil {
		return err
	}
	d := e.As(Actor{account: j.Account, ref: m.Author})
	r, err := d.admitScheduled(ctx, m)
	if err == nil {
		err = d.writeScheduled(ctx, m, r)
	}
	switch code := CodeOf(err); {
	case code == Limited:
		return RetryAfter(err, scheduledLimited)
	case code == Unauthenticated:
		return e.holdScheduled(ctx, m, AuthorLeft, "")
	case code == NotFound, code == Forbidden:
		return e.holdScheduled(ctx, m, AuthorMayNot, "")
	case isRefusal(err):
		return e.holdScheduled(ctx, m, SendRefused, told(err))
	}
	return err
}

// scheduledDue is a message whose time has come; nil when there is nothing to send,
// or it was held at once.
func (e *Engine) scheduledDue(ctx context.Context, account AccountID, id ScheduledID) (m *ScheduledMessage, err error) {
	var why SendBlock
	err = e.view(ctx, e.System(account), func(u *unit) error {
		if m, err = u.tx.ScheduledMessages().Get(u.ctx, id); err != nil {
			return err
		}
		c, err := u.tx.Conversations().Get(u.ctx, m.Conversation)
		if err != nil {
			return err
		}
		if m.State != ScheduledWaiting || m.SendAt.After(u.now) {
			m = nil
			return nil
		}
		why, err = u.scheduledBlock(m, c)
		return err
	})
	if err != nil || m == nil {
		return nil, absent(err)
	}
	if why != "" {
		return nil, e.holdScheduled(ctx, m, why, "")
	}
	return m, nil
}

// admitScheduled makes the reply of a message, with copies of its files: the host's
// hook sees it as any other.
func (d *Desk) admitScheduled(ctx context.Context, m *ScheduledMessage) (Reply, error) {
	r := Reply{Content: m.Content}
	for _, f := range m.Files {
		file, content, err := d.e.openKept(ctx, m.Files, f.Key)
		if err != nil {
			return r, &Error{Code: Invalid, Message: "the file " + f.Name + " could not be read", Err: err}
		}
		defer content.Close()
		r.Files = append(r.Files, File{Name: file.Name, ContentType: file.ContentType, Data: content})
	}
	err := d.admitReply(ctx, &m.Conversation, &r)
	if err != nil {
		d.dropUnsent(ctx, err, r, nil)
	}
	return r, err
}

// writeScheduled sends a message unless it was changed, cancelled or sent since it
// was read: whoever changed it has armed its job anew.
func (d *Desk) writeScheduled(ctx context.Context, read *ScheduledMessage, r Reply) error {
	var sent []*Attachment
	err := d.e.update(ctx, d.actor, func(u *unit) error {
		sent = nil
		m, c, err := u.scheduled(read.ID)
		if err != nil {
			return err
		}
		if m.Version != read.Version {
			return nil
		}
		if why, err := u.scheduledBlock(m, c); err != nil || why != "" {
			if err != nil {
				return err
			}
			return u.hold(m, c, why, "")
		}
		out, err := u.appendReply(c, r)
		if err != nil {
			return err
		}
		sent = out.Attachments
		u.dropKept(m.Files)
		m.State, m.Message, m.SentAt, m.UpdatedAt, m.Files = ScheduledSent, out.ID, u.now, u.now, nil
		if err := u.tx.ScheduledMessages().Update(u.ctx, m); err != nil {
			return err
		}
		u.tell(c, textScheduledSent, u.actorName())
		return u.saveConversation(c)
	})
	d.dropUnsent(ctx, err, r, sent)
	return err
}

// holdScheduled holds a message that is still as it was read.
func (e *Engine) holdScheduled(ctx context.Context, read *ScheduledMessage, why SendBlock, detail string) error {
	err := e.update(ctx, e.System(read.Account), func(u *unit) error {
		m, c, err := u.scheduled(read.ID)
		if err != nil || m.Version != read.Version {
			return err
		}
		return u.hold(m, c, why, detail)
	})
	return absent(err)
}

// hold keeps a message back and tells so in the conversation.
func (u *unit) hold(m *ScheduledMessage, c *Conversation, why SendBlock, detail string) error {
	m.State, m.Reason, m.Detail, m.UpdatedAt = ScheduledHeld, why, clip(clean(detail), 500), u.now
	if err := u.tx.ScheduledMessages().Update(u.ctx, m); err != nil {
		return err
	}
	name := text(u.cfg.account.Locale, textSystem)
	if a := u.cfg.agents[AgentID(m.Author.ID)]; a != nil && m.Author.Kind != ByHost {
		name = a.Name
	}
	u.tell(c, textScheduledHeld, name)
	return u.saveConversation(c)
}
