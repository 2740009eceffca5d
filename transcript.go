package helpdesk

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"
	"time"
)

// maxTranscript is how many messages a transcript holds, and maxTranscriptText
// how many bytes of what was said: the newest.
const (
	maxTranscript     = 1000
	maxTranscriptText = 1 << 20
)

// Transcript mails what was said in a conversation, without notes and activity
// lines, with times in the inbox's zone. A customer gets it at their own address
// only, whatever to says.
func (s Conversations) Transcript(ctx context.Context, id ConversationID, to string) error {
	to = strings.TrimSpace(clean(to))
	return remove(ctx, s.d, func(u *unit) error {
		if u.actor.ref.Kind == ByContact {
			contact, err := u.tx.Contacts().Get(u.ctx, u.address.Contact)
			if err != nil {
				return err
			}
			to = contact.Email
		}
		c, err := u.tx.Conversations().Get(u.ctx, id)
		if err != nil {
			return err
		}
		need := ReplyConversation
		if u.actor.ref.Kind == ByContact {
			need = TypeConversation
		}
		if err := u.mayConversation(need, c); err != nil {
			return err
		}
		p := problems{}
		_, err = parseEmail(to)
		p.add(err != nil, "email", "is not an e-mail address")
		if err := p.err(); err != nil {
			return err
		}
		return u.mailTranscript(c, to)
	})
}

// maxTranscriptTo is how many addresses an action may send a transcript to.
const maxTranscriptTo = 10

// transcriptTo are the addresses of send_email_transcript, each once; not ok
// means that one is no address, or that there are none or too many.
func (a RuleAction) transcriptTo() (to []string, ok bool) {
	for _, v := range a.Values {
		text, isText := v.(string)
		if !isText {
			return nil, false
		}
		for address := range strings.SplitSeq(text, ",") {
			email, err := parseEmail(strings.TrimSpace(address))
			if err != nil {
				return nil, false
			}
			if !slices.Contains(to, email) {
				to = append(to, email)
			}
		}
	}
	return to, len(to) > 0 && len(to) <= maxTranscriptTo
}

func checkTranscript(u *unit, a RuleAction, _ []KeptFile) string {
	if u.e.opts.Mailer == nil {
		return "needs a mailer, and this desk has none"
	}
	if _, ok := a.transcriptTo(); !ok {
		return "must hold one to ten e-mail addresses"
	}
	return ""
}

// doSendTranscript mails each on their own: nobody learns who else gets it.
func (u *unit) doSendTranscript(c *Conversation, a RuleAction, _ *actionWork) error {
	to, _ := a.transcriptTo()
	return u.mailTranscript(c, to...)
}

func (u *unit) mailTranscript(c *Conversation, to ...string) error {
	contact, err := u.tx.Contacts().Get(u.ctx, c.Contact)
	if err != nil {
		return err
	}
	said, err := u.tx.Messages().List(u.ctx, MessageFilter{Conversation: c.ID, Public: true}, Page{Limit: maxTranscript})
	if err != nil {
		return err
	}
	box := u.cfg.inboxes[c.Inbox]
	if box == nil {
		return notFound("inbox")
	}
	zone, err := time.LoadLocation(cmp.Or(box.Timezone, u.cfg.account.Timezone, "UTC"))
	if err != nil {
		zone = time.UTC
	}
	customer := cmp.Or(contact.Name, contact.Email, text(u.cfg.account.Locale, textCustomer))
	var parts []string // the newest first
	for size, i := 0, len(said)-1; i >= 0; i-- {
		part := u.sayer(said[i], customer, box) + ", " + said[i].CreatedAt.In(zone).Format("2006-01-02 15:04 MST") + "\n" + spoken(said[i])
		if size += len(part) + 1; size > maxTranscriptText {
			break
		}
		parts = append(parts, part)
	}
	slices.Reverse(parts)
	m := Mail{
		Text:    strings.TrimSpace(strings.Join(parts, "\n")) + "\n",
		Subject: text(u.cfg.account.Locale, textTranscript, strconv.FormatInt(int64(c.Display), 10), oneLine(box.Name)),
	}
	for _, address := range to {
		m.To = []string{address}
		if err := u.mail(m); err != nil {
			return err
		}
	}
	return nil
}

// spoken is what a transcript says that a message holds.
func spoken(m *Message) string {
	var out strings.Builder
	if m.Content != "" {
		out.WriteString(m.Content + "\n")
	}
	for _, f := range m.Attachments {
		out.WriteString("[" + cmp.Or(f.Name, f.Type) + "]\n")
	}
	return out.String()
}

// sayer is what a transcript calls who wrote a message.
func (u *unit) sayer(m *Message, customer string, box *Inbox) string {
	switch m.Sender.Kind {
	case ByContact:
		return customer
	case ByAgent, ByBot:
		if a := u.cfg.agents[AgentID(m.Sender.ID)]; a != nil {
			return a.Name
		}
	case ByHost, BySystem, ByRule, ByFlow, ByApp: // the house itself
	}
	return box.Name
}

// Translation returns what a message is in another language, where somebody has
// stored it with the message. Nothing here translates: without one it is
// Unsupported.
func (s Messages) Translation(ctx context.Context, id MessageID, language string) (string, error) {
	m, err := s.Get(ctx, id)
	if err != nil {
		return "", err
	}
	known, _ := m.ContentAttrs["translations"].(map[string]any)
	if translated, ok := known[language].(string); ok {
		return translated, nil
	}
	return "", Errorf(Unsupported, "no translator is connected to this desk")
}

// FileOf is an attachment, and the message it came with.
type FileOf struct {
	*Attachment
	Said *Message
}

// Attachments returns the files of a conversation, newest first, and how many
// there are.
func (s Messages) Attachments(ctx context.Context, id ConversationID, p Page) (files []FileOf, total int, err error) {
	err = s.d.view(ctx, func(u *unit) error {
		c, err := u.tx.Conversations().Get(u.ctx, id)
		if err != nil {
			return err
		}
		if err := u.mayConversation(ReadConversation, c); err != nil {
			return err
		}
		public := u.actor.ref.Kind == ByContact
		if total, err = u.tx.Messages().CountAttachments(u.ctx, id, public); err != nil {
			return err
		}
		found, err := u.tx.Messages().Attachments(u.ctx, id, public, p)
		if err != nil {
			return err
		}
		ids := make([]MessageID, len(found))
		for i, a := range found {
			ids[i] = a.Message
		}
		slices.Sort(ids)
		ids = slices.Compact(ids)
		said, err := u.tx.Messages().List(u.ctx, MessageFilter{Conversation: id, IDs: ids}, Page{Limit: max(len(ids), 1)})
		byID := make(map[MessageID]*Message, len(said))
		for _, m := range said {
			byID[m.ID] = m
		}
		files = files[:0]
		for _, a := range found {
			files = append(files, FileOf{a, byID[a.Message]})
		}
		return err
	})
	if err != nil {
		return nil, 0, err
	}
	return files, total, nil
}
