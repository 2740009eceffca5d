package helpdesk

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strconv"
	"time"
)

// Receive carries one customer message through the desk and returns it as
// stored. Read it, and unit.receive below, to learn the product.
//
// It is synchronous: nil means the message, the conversation it opened, its
// assignment, its events and its jobs are on disk. A message whose ExternalID
// the inbox has seen is a success without effect; it returns what is stored, or
// nil when that was erased since.
func (e *Engine) Receive(ctx context.Context, account AccountID, inbox InboxID, in Inbound) (*Message, error) {
	if err := e.admit(ctx, account, inbox, &in); err != nil {
		return nil, err
	}
	entry := &JournalEntry{Inbox: inbox, ContentType: "application/json", Body: args(in), ReceivedAt: e.now()}
	if err := e.spill(ctx, entry); err != nil {
		return nil, err
	}
	var msg *Message
	err := e.update(ctx, e.System(account), func(u *unit) error {
		if u.replay != nil {
			var err error
			msg, err = u.tx.Messages().Get(u.ctx, MessageID(u.replay.ID))
			return absent(err)
		}
		target, err := u.openInbox(inbox)
		if err != nil {
			return err
		}
		if msg, err = u.receiveJournalled(entry, target, in); err != nil || msg == nil {
			return err
		}
		return u.result(int64(msg.ID))
	})
	return msg, err
}

// receive is the inbound story. Each step is one function in the file of its
// noun; nothing here leaves the transaction, and any error undoes all of it.
func (u *unit) receive(inbox *Inbox, in Inbound) (*Message, error) {
	if in.Echo || in.History {
		return u.receiveElsewhere(inbox, in) // elsewhere.go: what the business wrote itself, or long ago
	}
	if seen, err := u.seen(inbox, in.ExternalID); seen || err != nil { // a redelivered webhook is not a second message
		return u.known(inbox, in.ExternalID, err)
	}
	contact, address, err := u.resolveContact(inbox, in.From) // contact.go: locks the address, so two first messages make one conversation
	if err != nil {
		return nil, err
	}
	if in.From.Claims {
		if contact, address, err = u.identify(address, in.From); err != nil { // identify.go: whom they say they are
			return nil, err
		}
	}
	u.actor.ref, u.automatic = ActorRef{ByContact, int64(contact.ID)}, in.Automatic
	conv, began, err := u.openConversation(inbox, contact, address, in) // conversation.go: reuse, reopen or start
	if err != nil {
		return nil, err
	}
	if msg, err := u.joinGroup(conv, in); msg != nil || err != nil { // message_group.go: the second picture of an album is no second message
		return msg, err
	}
	msg, err := u.appendIncoming(conv, contact, in) // message.go: attachments recorded, linked ones fetched later by a job
	if err != nil {
		return nil, err
	}
	if err := u.heedWord(conv, contact, msg, in); err != nil { // consent_word.go: STOP, and what takes it back
		return nil, err
	}
	if err := u.runRules(conv); err != nil { // automation_run.go: on all that happened so far
		return nil, err
	}
	if err := u.greetBeforeFlow(conv, contact, in); err != nil { // greeting.go: a flow does not begin without it
		return nil, err
	}
	if err := u.advanceFlow(conv, inbox, msg, began); err != nil { // flow_run.go: an answer, or the first step of the inbox's flow
		return nil, err
	}
	if err := u.assign(conv); err != nil { // assignment.go: to the next online agent, or into the queue
		return nil, err
	}
	if err := u.autoReply(conv, contact, in); err != nil { // greeting.go: a greeting, or that nobody is there
		return nil, err
	}
	return msg, u.saveConversation(conv) // conversation.go: one write for all that changed
}

// takes reports whether inbound traffic makes messages: an inbox that is switched
// off, or whose account is suspended, only keeps the journal row.
func (u *unit) takes(inbox *Inbox) bool { return inbox.Active && !u.cfg.account.Suspended }

// receiveJournalled writes the journal row first, then carries the message.
func (u *unit) receiveJournalled(entry *JournalEntry, inbox *Inbox, in Inbound) (*Message, error) {
	entry.Done = u.takes(inbox)
	if err := u.tx.Journal().Insert(u.ctx, entry); err != nil || !entry.Done {
		return nil, err
	}
	msg, err := u.receive(inbox, in)
	if err != nil || msg == nil || msg.Sender.Kind != ByContact {
		return msg, err
	}
	return msg, u.tx.Journal().Mention(u.ctx, entry.ID, ContactID(msg.Sender.ID))
}

// seen remembers the external id and reports whether the inbox knew it. The
// memory outlives the message, so what was erased does not come back.
func (u *unit) seen(inbox *Inbox, externalID string) (bool, error) {
	if externalID == "" {
		return false, nil
	}
	fresh, err := u.tx.Journal().See(u.ctx, inbox.ID, externalID, u.now)
	return !fresh, err
}

// absent takes a row that is missing, or was erased since, for none.
func absent(err error) error {
	if CodeOf(err) == NotFound {
		return nil
	}
	return err
}

func (u *unit) known(inbox *Inbox, externalID string, err error) (*Message, error) {
	if err != nil {
		return nil, err
	}
	msg, err := u.tx.Messages().ByExternal(u.ctx, inbox.ID, externalID)
	if CodeOf(err) == NotFound {
		return nil, nil
	}
	return msg, err
}

// openInbox finds an inbox by id, whether or not it is active.
func (u *unit) openInbox(id InboxID) (*Inbox, error) {
	if inbox := u.cfg.inboxes[id]; inbox != nil {
		return inbox, nil
	}
	return nil, notFound("inbox")
}

// Limits of what strangers may send.
const (
	maxContent     = 150_000   // characters of a message
	maxAttachments = 15        // of a message
	maxWebhookBody = 4 << 20   // bytes of one webhook call
	maxJournalBody = 64 << 10  // bytes of raw traffic kept in the row; more goes to Blobs
	maxSource      = 1_000     // characters of an address
	maxFile        = 100 << 20 // bytes of one attachment
)

// admit checks and cleans a message before any transaction: limits, valid text,
// the host's hook, and its files into Blobs.
func (e *Engine) admit(ctx context.Context, account AccountID, inbox InboxID, in *Inbound) error {
	if e.opts.BeforeReceive != nil {
		var box *Inbox
		err := e.view(ctx, e.System(account), func(u *unit) (err error) {
			box, err = u.openInbox(inbox)
			return err
		})
		if err != nil {
			return err
		}
		copied := *box
		if err := e.opts.BeforeReceive(ctx, &copied, in); err != nil {
			return err
		}
	}
	in.clean()
	p := problems{}
	p.add(in.From.Source == "", "source", "is required")
	p.add(tooLong(in.From.Source, maxSource), "source", "is too long (maximum is 1000 characters)")
	p.add(tooLong(in.ExternalID, maxSource), "external_id", "is too long (maximum is 1000 characters)")
	p.add(tooLong(in.Group, maxSource), "group", "is too long (maximum is 1000 characters)")
	p.add(tooLong(in.Content, maxContent), "content", "is too long (maximum is 150000 characters)")
	p.add(len(in.Attachments) > maxAttachments, "attachments", "are too many (maximum is 15)")
	if err := p.err(); err != nil {
		return err
	}
	if e.opts.DetectLanguage != nil && in.Content != "" {
		in.language = languageCode(e.opts.DetectLanguage(clip(in.Content, maxDetected)))
	}
	return e.storeInbound(ctx, account, in)
}

func (in *Inbound) clean() {
	in.ExternalID, in.Content, in.ReplyTo = clean(in.ExternalID), clean(in.Content), clean(in.ReplyTo)
	in.ContentType, in.EchoID, in.Group = clean(in.ContentType), clean(in.EchoID), clean(in.Group)
	in.ContentAttrs, in.Extra = cleanMap(in.ContentAttrs), cleanMap(in.Extra)
	in.Start.Attributes, in.Start.Extra = cleanMap(in.Start.Attributes), cleanMap(in.Start.Extra)
	in.From.clean()
	if in.Automatic = isAutoReply(*in); in.Automatic {
		mark := map[string]any{autoReply: true}
		in.Extra, in.Start.Extra = merge(in.Extra, mark), merge(in.Start.Extra, mark)
	}
}

// Ingest takes one call of a provider. token is what the webhook's path carries:
// an inbox's Identifier. Everything the call holds is stored before Ingest
// returns; an error means the provider should try again, unless its code is
// Unauthenticated, Invalid or NotFound.
func (e *Engine) Ingest(ctx context.Context, token string, r *http.Request) (*Answer, error) {
	route, err := e.route(ctx, InboxRoute, token)
	if err != nil {
		return nil, err
	}
	body, err := webhookBody(r)
	if err != nil {
		return nil, err
	}
	batch, err := e.parse(ctx, route, r, body)
	if err != nil {
		return nil, err
	}
	return e.ingestBatch(ctx, route, batch, r, body)
}

// IngestKind is Ingest for the address of a whole installation, where a provider's app
// posts for inboxes of many accounts. The channel of that kind has to be a
// WebhookParser itself, which proves the call with a secret of the installation;
// NotFound when there is none. What concerns addresses that no inbox has is passed over.
func (e *Engine) IngestKind(ctx context.Context, kind ChannelKind, r *http.Request) (*Answer, error) {
	parser, ok := e.channels[kind].(WebhookParser)
	if !ok {
		return nil, notFound("webhook")
	}
	body, err := webhookBody(r)
	if err != nil {
		return nil, err
	}
	batch, err := parser.ParseWebhook(r, body)
	if err != nil {
		return nil, err
	}
	var known []BatchItem
	for _, item := range batch.Items {
		_, err := e.target(ctx, &Route{}, batch.Shared, item.To)
		if item.To == (Address{}) || CodeOf(err) == NotFound {
			continue
		}
		if err != nil {
			return nil, err
		}
		known = append(known, item)
	}
	batch.Items = known
	return e.ingestBatch(ctx, &Route{}, batch, r, body)
}

// Withdraw takes a provider's call that somebody takes back what they gave the
// installation's app. Every inbox that worked by it, of any account, has to be connected
// again; with erase, what they gave and who they are is removed from it, too. All of it
// is done when Withdraw returns, and doing it again changes nothing. NotFound: there is
// no such app.
func (e *Engine) Withdraw(ctx context.Context, kind ChannelKind, r *http.Request, erase bool) (*Withdrawal, error) {
	parser, ok := e.channels[kind].(GrantParser)
	if !ok {
		return nil, notFound("webhook")
	}
	body, err := webhookBody(r)
	if err != nil {
		return nil, err
	}
	who, at, err := parser.ParseGrant(r, body)
	if err != nil {
		return nil, err
	}
	return e.withdrawAll(ctx, who, at, erase)
}

func webhookBody(r *http.Request) ([]byte, error) {
	body, err := io.ReadAll(io.LimitReader(r.Body, maxWebhookBody+1))
	if err != nil {
		return nil, &Error{Code: Invalid, Message: "the body could not be read", Err: err}
	}
	if len(body) > maxWebhookBody {
		return nil, Errorf(Invalid, "the body is larger than 4 MiB")
	}
	return body, nil
}

func (e *Engine) ingestBatch(ctx context.Context, route *Route, batch Batch, r *http.Request, body []byte) (*Answer, error) {
	var failed error // one slice that is refused does not take the others with it
	for _, item := range batch.Items {
		if err := e.ingestItem(ctx, route, batch.Shared, item, r, body); err != nil && worse(err, failed) {
			failed = err
		}
	}
	if failed != nil {
		return nil, failed
	}
	return batch.Answer, nil
}

// worse reports whether err is what the provider should hear of the two: that it
// should come again rather than that something is wrong with its call.
func worse(err, than error) bool {
	final := func(err error) bool { return slices.Contains([]Code{Invalid, NotFound}, CodeOf(err)) }
	return than == nil || final(than) && !final(err)
}

func (e *Engine) parse(ctx context.Context, route *Route, r *http.Request, body []byte) (Batch, error) {
	sender, err := e.sender(ctx, route.Account, InboxID(route.Object))
	if err != nil {
		return Batch{}, err
	}
	parser, ok := sender.(WebhookParser)
	if !ok {
		return Batch{}, notFound("webhook")
	}
	return parser.ParseWebhook(r, body)
}

// ingestItem stores one inbox's slice of a batch: one unit, in order, one
// commit. If that fails for any reason but a bad request, the slice is
// journalled alone and a job tries again, and the provider still gets its 200.
func (e *Engine) ingestItem(ctx context.Context, called *Route, shared bool, item BatchItem, r *http.Request, body []byte) error {
	to, err := e.target(ctx, called, shared, item.To)
	if err != nil {
		return err
	}
	account, inbox := to.Account, InboxID(to.Object)
	entry := &JournalEntry{
		Inbox: inbox, ContentType: clean(r.Header.Get("Content-Type")), Body: body,
		Header: map[string]string{"item": clean(item.To.Key)}, ReceivedAt: e.now(),
	}
	if err := e.spill(ctx, entry); err != nil {
		return err
	}
	err = e.receiveSlice(ctx, account, inbox, item, entry)
	if err == nil || CodeOf(err) == Invalid || holdsBytes(item) {
		return err
	}
	e.opts.Logger.Error("storing a webhook slice", "account", account, "inbox", inbox, "err", err)
	return e.update(ctx, e.System(account), func(u *unit) error {
		entry := *entry
		entry.ID, entry.Done = 0, false
		entry.Body, entry.ContentType = args(item), "application/vnd.helpdesk.batch+json"
		if err := u.tx.Journal().Insert(u.ctx, &entry); err != nil {
			return err
		}
		u.enqueue(&Job{Kind: jobReplay, Key: strconv.FormatInt(int64(entry.ID), 10), Args: args(replayArgs{entry.ID})})
		return nil
	})
}

// holdsBytes reports whether a slice has files that could not be put into Blobs:
// the journal cannot keep those, so the provider has to come again.
func holdsBytes(item BatchItem) bool {
	return slices.ContainsFunc(item.Messages, func(in Inbound) bool {
		return slices.ContainsFunc(in.Attachments, func(f InboundFile) bool { return f.Data != nil })
	})
}

// receiveSlice carries all messages and news of one inbox's slice.
func (e *Engine) receiveSlice(ctx context.Context, account AccountID, inbox InboxID, item BatchItem, entry *JournalEntry) error {
	for i := range item.Messages {
		if err := e.admit(ctx, account, inbox, &item.Messages[i]); err != nil {
			return err
		}
	}
	return e.update(ctx, e.System(account), func(u *unit) error {
		target, err := u.openInbox(inbox)
		if err != nil {
			return err
		}
		row, err := u.journalSlice(entry, target)
		if err != nil || !u.takes(target) {
			return err
		}
		var from []ContactID
		for _, in := range item.Messages {
			msg, err := u.receive(target, in)
			if err != nil {
				return err
			}
			if msg != nil && msg.Sender.Kind == ByContact {
				from = append(from, ContactID(msg.Sender.ID))
			}
			u.actor = u.e.System(account)
		}
		if err := u.tx.Journal().Mention(u.ctx, row, from...); err != nil {
			return err
		}
		return u.receiveNews(target, item) // late.go: edits, reactions, receipts, and what became of the inbox
	})
}

// journalSlice writes the slice's row, or settles the one it waited in.
func (u *unit) journalSlice(entry *JournalEntry, target *Inbox) (JournalID, error) {
	if entry.ID != 0 {
		if !u.takes(target) {
			return entry.ID, nil
		}
		return entry.ID, u.tx.Journal().Settle(u.ctx, entry.ID, u.now, "")
	}
	fresh := *entry
	fresh.Done = u.takes(target)
	err := u.tx.Journal().Insert(u.ctx, &fresh)
	return fresh.ID, err
}

// target finds whose slice it is: the inbox that was called, or the one the
// provider names. Who has proven no more than a secret of one account's inbox
// speaks for that account alone.
func (e *Engine) target(ctx context.Context, called *Route, shared bool, to Address) (*Route, error) {
	if to == (Address{}) {
		return called, nil
	}
	found, err := e.route(ctx, ProviderRoute, providerKey(to))
	if err == nil && found.Account != called.Account && !shared {
		return nil, notFound("inbox")
	}
	return found, err
}

func providerKey(a Address) string { return string(a.Kind) + ":" + a.Key }

type replayArgs struct {
	Entry JournalID `json:"entry"`
}

// replayJournal carries a slice that could not be stored when it came.
func (e *Engine) replayJournal(ctx context.Context, j *Job) error {
	var a replayArgs
	if err := json.Unmarshal(j.Args, &a); err != nil {
		return Permanent(err)
	}
	var entry *JournalEntry
	err := e.view(ctx, e.System(j.Account), func(u *unit) (err error) {
		entry, err = u.tx.Journal().Get(u.ctx, a.Entry)
		return err
	})
	if CodeOf(err) == NotFound || err == nil && entry.Done {
		return nil
	}
	if err != nil {
		return err
	}
	var item BatchItem
	if err := json.Unmarshal(entry.Body, &item); err != nil {
		return Permanent(err)
	}
	return e.receiveSlice(ctx, j.Account, entry.Inbox, item, entry)
}

// route resolves what an outsider holds.
func (e *Engine) route(ctx context.Context, kind RouteKind, key string) (*Route, error) {
	var found *Route
	err := e.lookup(ctx, func(ctx context.Context, tx SystemTx) (err error) {
		found, err = tx.Routes().Find(ctx, kind, key)
		return err
	})
	return found, err
}

// providerTime is the message's own time, or now when the provider gave none or
// one that lies ahead.
func (u *unit) providerTime(t time.Time) time.Time {
	if t.IsZero() || t.After(u.now) {
		return u.now
	}
	return t.UTC().Truncate(time.Microsecond)
}
