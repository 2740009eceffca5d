package helpdesk

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"
	"time"
)

// MessageKind says whose message it is.
type MessageKind string

const (
	Incoming MessageKind = "incoming" // from the customer
	Outgoing MessageKind = "outgoing" // to the customer, or a private note
	Activity MessageKind = "activity" // what happened, told to agents
	Template MessageKind = "template" // sent by the product itself: greeting, out of office, survey
)

// SendState is how far a message to the customer has come. States form a
// lattice (see deliver.go): reports that would go backwards are ignored.
type SendState string

const (
	StatePending   SendState = "pending"   // committed, not tried
	StateSending   SendState = "sending"   // an attempt has begun
	StateUnknown   SendState = "unknown"   // the attempt ended without an answer; never repeated by itself
	StateSent      SendState = "sent"      // the provider took it
	StateDelivered SendState = "delivered" // it reached the customer
	StateRead      SendState = "read"      // the customer saw it
	StateFailed    SendState = "failed"    // it will not arrive; FailReason says why
)

// Message is one entry of a conversation.
type Message struct {
	Account      AccountID
	ID           MessageID
	Conversation ConversationID
	Inbox        InboxID
	Kind         MessageKind
	Private      bool // a note among agents; never leaves
	Content      string
	ContentType  string         // "text", "input_select", "cards", "form", "article", "incoming_email", "input_csat", …
	ContentAttrs map[string]any // what the content type needs; also in_reply_to, deleted, external_error
	Extra        map[string]any // campaign_id, template_params, …
	Sender       ActorRef       // zero = the product itself, or an echo of somebody else's software
	ExternalID   string         // the provider's id; unique in the inbox
	EchoID       string         // the sender's own id for it, given back so that a client recognises its message
	State        SendState
	FailReason   string
	ProviderAt   time.Time      // the provider's time; zero = unknown. Order is by ID, never by this
	Origin       ConversationID // where it was before a merge or split; 0 = here
	Attachments  []*Attachment  // read along
	CreatedAt    time.Time
	UpdatedAt    time.Time
	Version      int64
}

// Attachment is a file, or a thing like a location, that came with a message.
type Attachment struct {
	Account     AccountID
	ID          AttachmentID
	Message     MessageID
	Type        string // "image", "audio", "video", "file", "location", "contact", "fallback", "share", …
	Name        string // safe to show; never a path
	ContentType string // sniffed, not believed
	Size        int64
	Width       int
	Height      int
	Blob        string         // key in Blobs; "" = nothing stored
	URL         string         // where it lives instead
	Ref         string         // the provider's own name of it, see Fetcher; "" once it is here
	Meta        map[string]any // coordinates, contact names, …
	CreatedAt   time.Time
}

// Attempt is one try to send a message. Its row is committed before the
// provider is called, so that a crash can never send twice.
type Attempt struct {
	Account    AccountID
	ID         AttemptID
	Message    MessageID
	Number     int // 1, 2, 3…; Retry opens the next
	State      SendState
	ExternalID string
	Code       string // the provider's error code
	Error      string
	StartedAt  time.Time
	EndedAt    time.Time // zero = still running, or the process died
}

// appendIncoming adds the customer's message to the conversation and moves what
// depends on it. The caller saves the conversation.
func (u *unit) appendIncoming(c *Conversation, contact *Contact, in Inbound) (*Message, error) {
	if !u.e.flood.allow(c.ID, u.now) {
		return nil, Errorf(Limited, "too many messages in this conversation; wait a minute")
	}
	kind := in.ContentType
	if kind == "" {
		kind = "text"
	}
	m := &Message{
		Account: c.Account, Conversation: c.ID, Inbox: c.Inbox, Kind: Incoming, Content: in.Content, ContentType: kind,
		ContentAttrs: in.ContentAttrs, Extra: in.Extra, Sender: ActorRef{ByContact, int64(contact.ID)},
		ExternalID: in.ExternalID, EchoID: in.EchoID, State: StateSent, ProviderAt: u.providerTime(in.At),
		Attachments: u.attachments(in), CreatedAt: u.now, UpdatedAt: u.now,
	}
	if err := u.useInbound(in); err != nil {
		return nil, err
	}
	quoted, err := u.quotes(c, in.ReplyTo)
	if err != nil {
		return nil, err
	}
	if quoted != nil {
		m.ContentAttrs = merge(m.ContentAttrs, quoted)
	}
	if err := u.tx.Messages().Insert(u.ctx, m); err != nil {
		return nil, err
	}
	if err := u.beginGroup(m, in.Group); err != nil {
		return nil, err
	}
	c.LastActivity, c.LastPublic, c.Unread = u.now, m.ID, c.Unread+1
	if m.ProviderAt.After(c.LastInAt) {
		c.LastInAt = m.ProviderAt
	}
	if c.WaitingSince.IsZero() && c.Status != Resolved { // nobody waits for a blocked contact's
		c.WaitingSince = u.now
	}
	u.heardFrom(c, m, in.Automatic)
	u.armSilence(c)
	u.fetchLinked(m)
	u.emitMessage(MessageCreated, c, m, nil)
	if c.LastIncoming == m.ID {
		u.wakeBot(c)
	}
	if c.Language() == "" && in.language != "" {
		u.setLanguage(c, in.language)
	}
	return m, u.tx.Contacts().Touch(u.ctx, contact.ID, u.now)
}

// automatic reports whether a program of the customer's wrote a message.
func (m *Message) automatic() bool { return m.Kind == Incoming && m.Extra[autoReply] == true }

// heardFrom is what a customer's message ends and begins. What a program of theirs
// wrote does neither, but is what a conversation it began is about.
func (u *unit) heardFrom(c *Conversation, m *Message, automatic bool) {
	if automatic {
		if c.LastIncoming == 0 {
			c.LastIncoming = m.ID
		}
		return
	}
	c.LastIncoming, c.RuleRuns, c.AnsweredAt = m.ID, 0, time.Time{}
	u.restartKeepAlive(c)
}

// Reply is what an agent, a bot or the host writes into a conversation.
type Reply struct {
	Content      string // at most 150,000 characters; a template, see template.go: {{contact.name}}…
	Private      bool   // a note among agents
	ContentType  string // "" = text
	ContentAttrs map[string]any
	Extra        map[string]any
	Files        []File   // at most 15 with Uploads; read before the transaction
	Uploads      []string // tokens of uploads, see Engine.UploadToken; each is used once
	EchoID       string
	// ExternalID says that the message went out already, over the channel's own
	// software: it is stored and not sent.
	ExternalID string
	// AsOf is the last customer-visible message the writer has read. When the
	// conversation moved on, the reply is refused as Conflict and the error says
	// what was missed. 0 asks nothing.
	AsOf MessageID
	// OwnerEpoch is the conversation's when a bot began to think; an older one,
	// since a person replied or took over, is refused as Conflict. 0 asks nothing.
	OwnerEpoch int64
	// Bot is in whose name an agent writes: a bot of the account. One that is no
	// member, or 0, is nobody: the agent's own name stands.
	Bot AgentID

	literal bool          // Content is no template
	stored  []*Attachment // Files, once in Blobs, and what Uploads name
	used    []UploadID
}

// Messages is the service for what is said in conversations.
type Messages struct{ d *Desk }

func loadMessage(u *unit, id int64) (*Message, error) {
	return u.tx.Messages().Get(u.ctx, MessageID(id))
}

// messageAnd loads a message and the conversation it is in.
func (u *unit) messageAnd(id MessageID) (*Message, *Conversation, error) {
	m, err := u.tx.Messages().Get(u.ctx, id)
	if err != nil {
		return nil, nil, err
	}
	c, err := u.tx.Conversations().Get(u.ctx, m.Conversation)
	return m, c, err
}

// List returns messages of a conversation, oldest first. A customer sees no
// private and no activity messages.
func (s Messages) List(ctx context.Context, f MessageFilter, p Page) ([]*Message, error) {
	return read(ctx, s.d, func(u *unit) ([]*Message, error) {
		c, err := u.tx.Conversations().Get(u.ctx, f.Conversation)
		if err != nil {
			return nil, err
		}
		if err := u.mayConversation(ReadConversation, c); err != nil {
			return nil, err
		}
		f.Public = f.Public || u.actor.ref.Kind == ByContact
		return u.tx.Messages().List(u.ctx, f, p)
	})
}

// Get returns one message.
func (s Messages) Get(ctx context.Context, id MessageID) (*Message, error) {
	return read(ctx, s.d, func(u *unit) (*Message, error) {
		m, c, err := u.messageAnd(id)
		if err != nil {
			return nil, err
		}
		if err := u.mayConversation(ReadConversation, c); err != nil {
			return nil, err
		}
		if u.actor.ref.Kind == ByContact && (m.Private || m.Kind == Activity) {
			return nil, notFound("message")
		}
		return m, nil
	})
}

// Send stores a reply as pending, with the job that sends it, in one commit; see
// deliver.go for what happens then. A private note is only stored.
func (s Messages) Send(ctx context.Context, id ConversationID, r Reply) (*Message, error) {
	if err := s.d.admitReply(ctx, &id, &r); err != nil {
		return nil, err
	}
	m, err := change(ctx, s.d, loadMessage, func(u *unit) (*Message, int64, error) {
		c, err := u.conversation(ReplyConversation, id)
		if err != nil {
			return nil, 0, err
		}
		m, err := u.appendReply(c, r)
		if err != nil {
			return nil, 0, err
		}
		return m, int64(m.ID), u.saveConversation(c)
	})
	if len(r.stored) > 0 {
		var sent []*Attachment
		if m != nil {
			sent = m.Attachments
		}
		s.d.dropUnsent(ctx, err, r, sent)
	}
	return m, err
}

// admitReply checks a reply before any transaction, asks the host's hook, and
// moves files into Blobs.
func (d *Desk) admitReply(ctx context.Context, id *ConversationID, r *Reply) error {
	if hook := d.e.opts.BeforeSend; hook != nil {
		c := &Conversation{}
		if id != nil {
			var err error
			if c, err = d.Conversations.Get(ctx, *id); err != nil {
				return err
			}
		}
		if err := hook(ctx, c, r); err != nil {
			return err
		}
	}
	r.Content, r.EchoID, r.ContentType, r.ExternalID = clean(r.Content), clean(r.EchoID), clean(r.ContentType), clean(r.ExternalID)
	r.ContentAttrs, r.Extra = cleanMap(r.ContentAttrs), cleanMap(r.Extra)
	if d.actor.ref.Kind == ByBot || r.Bot != 0 {
		r.literal = true // programs repeat what strangers wrote
	}
	p := problems{}
	p.add(tooLong(r.Content, maxContent), "content", "is too long (maximum is 150000 characters)")
	p.add(tooLong(r.ExternalID, maxSource), "external_id", "is too long (maximum is 1000 characters)")
	checkContent(p, r)
	p.add(len(r.Files)+len(r.Uploads) > maxAttachments, "attachments", "are too many (maximum is 15)")
	if err := p.err(); err != nil {
		return err
	}
	for _, f := range r.Files {
		a, err := d.e.storeFile(ctx, f)
		if err != nil {
			return err
		}
		r.stored = append(r.stored, a)
	}
	for _, token := range r.Uploads {
		row, err := d.e.findUpload(ctx, d.actor.account, token)
		if err != nil {
			return err
		}
		r.stored, r.used = append(r.stored, row.attachment()), append(r.used, row.ID)
	}
	return nil
}

// dropUnsent removes the files of a reply that was refused, or had been sent
// before; uploads stay for another try.
func (d *Desk) dropUnsent(ctx context.Context, err error, r Reply, sent []*Attachment) {
	own := r.stored[:min(len(r.Files), len(r.stored))]
	d.e.dropUnused(ctx, err, own, func(key string) bool {
		return slices.ContainsFunc(sent, func(a *Attachment) bool { return a.Blob == key })
	})
}

// appendReply adds an agent's, bot's or host's message. The caller saves the
// conversation.
func (u *unit) appendReply(c *Conversation, r Reply) (*Message, error) {
	if err := u.checkStale(c, r); err != nil {
		return nil, err
	}
	if !u.e.flood.allow(c.ID, u.now) {
		return nil, Errorf(Limited, "too many messages in this conversation; wait a minute")
	}
	content, err := r.Content, error(nil)
	if r.ExternalID == "" && !r.literal { // what went out already is kept as it went
		if content, err = u.fillReply(c, content); err == nil {
			r.Extra, err = u.fillTemplate(c, r.Extra)
		}
	}
	if err == nil {
		r.ContentAttrs, err = u.quoting(c, r.ContentAttrs)
	}
	if err != nil {
		return nil, err
	}
	m := &Message{
		Account: c.Account, Conversation: c.ID, Inbox: c.Inbox, Kind: Outgoing, Private: r.Private, Content: content,
		ContentType: cmp.Or(r.ContentType, "text"), ContentAttrs: r.ContentAttrs, Extra: r.Extra, Sender: u.actor.ref,
		EchoID: r.EchoID, ExternalID: r.ExternalID, State: StatePending, CreatedAt: u.now, UpdatedAt: u.now,
	}
	for _, a := range r.stored {
		fresh := *a
		fresh.Account, fresh.CreatedAt = c.Account, u.now
		m.Attachments = append(m.Attachments, &fresh)
	}
	if u.byPerson(m) && !m.Private && u.cfg.hasBot(c.Inbox) {
		c.OwnerEpoch++ // what a bot is thinking up now was thought before this (FEATURES F7)
	}
	if u.cfg.bots[r.Bot] != nil && u.actor.ref.Kind != ByContact {
		m.Sender = ActorRef{ByBot, int64(r.Bot)}
	}
	if m.Private || m.ExternalID != "" {
		m.State = StateSent
	}
	if m.State == StatePending {
		if err := u.fits(c, m); err != nil {
			return nil, err
		}
	}
	if err := u.useUploads(r.used...); err != nil {
		return nil, err
	}
	if err := u.tx.Messages().Insert(u.ctx, m); err != nil {
		return nil, err
	}
	c.LastActivity = u.now
	u.emitMessage(MessageCreated, c, m, nil)
	if m.Private {
		return m, u.mention(c, m)
	}
	c.LastPublic, c.LastReplyAt = m.ID, u.now
	c.EmailAsked = c.EmailAsked || m.ContentType == emailType
	if err := u.openSurvey(c, m); err != nil {
		return nil, err
	}
	u.endWait(c, m)
	if err := u.takeOver(c, true); err != nil {
		return nil, err
	}
	if !slices.Contains([]ActorKind{ByRule, ByFlow, BySystem}, u.actor.ref.Kind) { // what the desk says by itself begins no silence
		c.AnsweredAt = u.now
		u.armSilence(c)
	}
	if m.State == StatePending {
		u.enqueueSend(c, m)
	}
	return m, nil
}

// checkStale refuses an answer to a state that is gone (FEATURES D9, F7).
func (u *unit) checkStale(c *Conversation, r Reply) error {
	if r.OwnerEpoch != 0 && r.OwnerEpoch != c.OwnerEpoch {
		return &Error{Code: Conflict, Message: "somebody else owns the conversation now", Fields: map[string]string{"owner_epoch": strconv.FormatInt(c.OwnerEpoch, 10)}}
	}
	if r.Private || r.AsOf == 0 || c.LastPublic <= r.AsOf {
		return nil
	}
	missed, err := u.tx.Messages().List(u.ctx, MessageFilter{Conversation: c.ID, After: r.AsOf, Public: true}, Page{Limit: 20})
	if err != nil {
		return err
	}
	ids := make([]string, len(missed))
	for i, m := range missed {
		ids[i] = strconv.FormatInt(int64(m.ID), 10)
	}
	return &Error{
		Code: Conflict, Message: "the conversation moved on while you were writing",
		Fields: map[string]string{"missed": strings.Join(ids, ",")},
	}
}

// byPerson reports whether somebody wrote a message, in their own name.
func (u *unit) byPerson(m *Message) bool {
	return m.Sender.Kind == ByAgent && u.self != nil && !u.self.Bot || m.Sender.Kind == ByHost
}

// endWait ends the customer's wait when a person, or a bot, answered. Only a
// person's answer counts as a reply in reports; the first is also the first reply.
func (u *unit) endWait(c *Conversation, m *Message) {
	if !u.byPerson(m) {
		if m.Sender.Kind == ByBot {
			c.WaitingSince = time.Time{}
		}
		return
	}
	if m.Extra["campaign_id"] != nil || m.ContentAttrs["automation_rule_id"] != nil { // a client says that nobody wrote it
		return
	}
	ev := &Event{Conversation: c.ID, Contact: c.Contact, Message: m.ID, MessageKind: m.Kind, Before: c.facts(), After: c.facts()}
	switch {
	case c.FirstReplyAt.IsZero():
		c.FirstReplyAt = u.now
		ev.Kind, ev.Elapsed = FirstReply, seconds(u.now.Sub(c.CreatedAt))
	case !c.WaitingSince.IsZero():
		ev.Kind, ev.Elapsed = ReplyCreated, seconds(u.now.Sub(c.WaitingSince))
	default:
		return
	}
	c.WaitingSince = time.Time{}
	u.emit(ev)
	u.emitConversation(ConversationUpdated, c, c.facts(), map[string]Change{"waiting_since": changed(nil, nil)})
}

// Delete blanks a message: its place stays, its text and files go.
func (s Messages) Delete(ctx context.Context, id MessageID) (*Message, error) {
	return change(ctx, s.d, loadMessage, func(u *unit) (*Message, int64, error) {
		m, c, err := u.messageAnd(id)
		if err != nil {
			return nil, 0, err
		}
		if err := u.mayConversation(ReplyConversation, c); err != nil {
			return nil, 0, err
		}
		if m.State == StatePending { // its job finds nothing to send
			m.State = StateFailed
		}
		return m, int64(m.ID), u.blankMessage(c, m)
	})
}
