package helpdesk

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"time"
)

// Inbox is one address customers write to: a widget, a phone number, a mailbox.
type Inbox struct {
	Account AccountID
	ID      InboxID
	Name    string
	Kind    ChannelKind
	// Settings are the channel's own, in JSON, sealed at rest. Only the channel
	// knows what they mean.
	Settings []byte

	Active        bool // off: inbound is journalled but makes no message, nothing is started
	ActiveContact bool // on: agents may start conversations here
	AutoAssign    bool // hand new conversations to online members
	OpenLimit     int  // open conversations of this inbox handed to one agent; 0 = no bound
	Single        bool // one conversation per customer for ever, instead of a new ticket after resolving

	GreetingEnabled bool
	Greeting        string
	CSATEnabled     bool
	EmailCollect    bool // a widget's customers are asked for their address
	OptOutWords     bool // customers stop messages by a word, see consent_word.go
	KeepAlive       KeepAlive
	OutOfOffice     string // said to who writes while its hours, or those of the conversation's team, are over
	WorkingHours

	Identifier    string // public id of an API inbox, website token of a widget; its digest is a route
	HMACToken     []byte // sealed; proves identifiers when the channel validates identities
	HMACMandatory bool
	Policy        PolicyID // how its conversations are handed out; 0 = no AssignmentPolicy
	WebhookURL    string   // what the channel declared as its own endpoint, if it has one
	Bot           AgentID  // whom new conversations go to first, as pending; 0 = to people
	EntryFlow     FlowID   // runs when a customer gets in touch, before Bot and people; 0 = none
	ExitFlow      FlowID   // runs when a conversation was resolved; 0 = none
	Avatar        string   // key of the picture in Blobs; "" = none
	// RevokedAt is since when the provider refuses all there is to send, and
	// RevokedReason why: somebody must connect the inbox again. Zero = it works.
	RevokedAt     time.Time
	RevokedReason string
	SilenceAlarm  int       // hours without a call of the provider after which it is SilentSince; 0 = never, see inbox_silence.go
	SilentSince   time.Time // the last thing that came, where the alarm was given; zero = there is none
	Extra         map[string]any

	CreatedAt, UpdatedAt time.Time
	Version              int64
}

// Inboxes is the service for inboxes.
type Inboxes struct{ d *Desk }

// InboxInput is what an inbox is made of; in an update nil leaves a field alone.
type InboxInput struct {
	Kind     ChannelKind     // only on create
	Settings json.RawMessage // the channel's own; nil = none, or unchanged

	Name, Greeting, OutOfOffice, Timezone *string

	Active, ActiveContact, AutoAssign, Single, GreetingEnabled *bool
	CSATEnabled, EmailCollect, HoursEnabled, HMACMandatory     *bool
	OptOutWords                                                *bool // nil on create = as OptOuter says

	KeepAlive *KeepAliveInput
	OpenLimit *int

	// SilenceAlarm is up to 336 hours, and no more than four weeks with the inbox's
	// business hours; only a channel whose provider calls has it. 0 = off.
	SilenceAlarm *int

	EntryFlow, ExitFlow *FlowID // 0 = none

	Hours    []OpenHours    // the given days replace theirs
	Holidays []Holiday      // replace what was; nil leaves them alone
	Extra    map[string]any // merged; a nil value removes its key

	Avatar *File   // a picture; a File without Data takes it away
	avatar *string // its key, once it is in Blobs
}

func loadInbox(u *unit, id int64) (*Inbox, error) { return u.tx.Inboxes().Get(u.ctx, InboxID(id)) }

// List returns the inboxes the actor belongs to, all of them to an administrator.
func (s Inboxes) List(ctx context.Context) ([]*Inbox, error) {
	return read(ctx, s.d, func(u *unit) ([]*Inbox, error) {
		if err := u.may(ReadSettings); err != nil {
			return nil, err
		}
		rows, err := all(u.ctx, u.tx.Inboxes(), InboxFilter{})
		return slices.DeleteFunc(rows, func(i *Inbox) bool { return u.mayInbox(i.ID) != nil }), err
	})
}

// Get returns one inbox.
func (s Inboxes) Get(ctx context.Context, id InboxID) (*Inbox, error) {
	return read(ctx, s.d, func(u *unit) (*Inbox, error) {
		if err := u.mayInbox(id); err != nil {
			return nil, err
		}
		return u.tx.Inboxes().Get(u.ctx, id)
	})
}

// Settings returns the channel's settings as they were given. They hold secrets:
// administrators only.
func (s Inboxes) Settings(ctx context.Context, id InboxID) (json.RawMessage, error) {
	box, err := s.Get(ctx, id)
	if err != nil {
		return nil, err
	}
	if err := s.d.view(ctx, func(u *unit) error { return u.may(EditSettings) }); err != nil {
		return nil, err
	}
	plain, err := s.d.e.unseal(box.Settings, sealSettings)
	return json.RawMessage(plain), err
}

// HMACToken returns the key that proves customers' identifiers; administrators only.
func (s Inboxes) HMACToken(ctx context.Context, id InboxID) (string, error) {
	box, err := s.Get(ctx, id)
	if err != nil {
		return "", err
	}
	if err := s.d.view(ctx, func(u *unit) error { return u.may(EditSettings) }); err != nil {
		return "", err
	}
	return s.d.e.unseal(box.HMACToken, sealHMAC)
}

// HMACTokens is HMACToken for many inboxes at once.
func (s Inboxes) HMACTokens(ctx context.Context, boxes ...*Inbox) (map[InboxID]string, error) {
	return read(ctx, s.d, func(u *unit) (map[InboxID]string, error) {
		if err := u.may(EditSettings); err != nil {
			return nil, err
		}
		out := make(map[InboxID]string, len(boxes))
		for _, box := range boxes {
			own := u.cfg.inboxes[box.ID]
			if own == nil {
				return nil, notFound("inbox")
			}
			token, err := u.e.unseal(own.HMACToken, sealHMAC)
			if err != nil {
				return nil, err
			}
			out[box.ID] = token
		}
		return out, nil
	})
}

// Create adds an inbox, without members.
func (s Inboxes) Create(ctx context.Context, in InboxInput) (*Inbox, error) {
	key, err := s.d.e.setPicture(ctx, in.Avatar)
	if err != nil {
		return nil, err
	}
	in.avatar = key
	box, err := change(ctx, s.d, loadInbox, func(u *unit) (*Inbox, int64, error) {
		if err := u.may(EditSettings); err != nil {
			return nil, 0, err
		}
		box := &Inbox{
			Account: u.actor.account, Kind: in.Kind, Active: true, ActiveContact: true, AutoAssign: true, EmailCollect: true,
			WorkingHours: WorkingHours{Hours: defaultHours()}, Identifier: newToken(), CreatedAt: u.now,
		}
		var err error
		if box.HMACToken, err = u.e.seal(newToken(), sealHMAC); err != nil {
			return nil, 0, err
		}
		if in.Settings == nil {
			in.Settings = json.RawMessage("{}")
		}
		sender, err := u.applyInbox(box, in)
		if err != nil {
			return nil, 0, err
		}
		if err := u.tx.Inboxes().Insert(u.ctx, box); err != nil {
			return nil, 0, err
		}
		if err := u.tx.Routes().Put(u.ctx, Route{InboxRoute, box.Account, int64(box.ID)}, box.Identifier); err != nil {
			return nil, 0, err
		}
		if err := u.connectInbox(box, sender); err != nil {
			return nil, 0, err
		}
		u.connectLater(box, sender)
		u.watchSilence(box, u.now)
		u.emit(&Event{Kind: InboxCreated, Subject: int64(box.ID)})
		return box, int64(box.ID), record(u, "inbox", int64(box.ID), nil, box)
	})
	s.d.e.dropPicture(ctx, err, key, key != nil && box != nil && box.Avatar == *key)
	return box, err
}

// Update changes an inbox.
func (s Inboxes) Update(ctx context.Context, id InboxID, in InboxInput) (*Inbox, error) {
	key, err := s.d.e.setPicture(ctx, in.Avatar)
	if err != nil {
		return nil, err
	}
	in.avatar = key
	box, err := change(ctx, s.d, loadInbox, func(u *unit) (*Inbox, int64, error) {
		if err := u.may(EditSettings); err != nil {
			return nil, 0, err
		}
		box, err := u.tx.Inboxes().Get(u.ctx, id)
		if err != nil {
			return nil, 0, err
		}
		before := *box
		sender, err := u.applyInbox(box, in)
		if err != nil {
			return nil, 0, err
		}
		if err := u.tx.Inboxes().Update(u.ctx, box); err != nil {
			return nil, 0, err
		}
		if err := u.connectInbox(box, sender); err != nil {
			return nil, 0, err
		}
		if in.Settings != nil {
			u.connectLater(box, sender)
		}
		u.watchSilence(box, u.now)
		if before.AutoAssign != box.AutoAssign {
			if err := u.switched(box.ID, 0, box.AutoAssign); err != nil {
				return nil, 0, err
			}
		}
		if before.AutoAssign != box.AutoAssign || before.OpenLimit != box.OpenLimit {
			if err := u.reload(); err != nil {
				return nil, 0, err
			}
			u.drainLater(box.ID)
		}
		u.emit(&Event{Kind: InboxUpdated, Subject: int64(box.ID)})
		return box, int64(box.ID), record(u, "inbox", int64(box.ID), &before, box)
	})
	s.d.e.dropPicture(ctx, err, key, key != nil && box != nil && box.Avatar == *key)
	return box, err
}

// applyInbox checks and applies an input, and opens the channel with it.
func (u *unit) applyInbox(box *Inbox, in InboxInput) (Sender, error) {
	p := problems{}
	setText(p, &box.Name, in.Name, "name", 255)
	setText(p, &box.Greeting, in.Greeting, "greeting_message", 10_000)
	setText(p, &box.OutOfOffice, in.OutOfOffice, "out_of_office_message", 10_000)
	p.add(box.Name == "", "name", "can't be blank")
	setBool(&box.Active, in.Active)
	setBool(&box.ActiveContact, in.ActiveContact)
	setBool(&box.AutoAssign, in.AutoAssign)
	setBool(&box.Single, in.Single)
	setBool(&box.GreetingEnabled, in.GreetingEnabled)
	setBool(&box.CSATEnabled, in.CSATEnabled)
	setBool(&box.EmailCollect, in.EmailCollect)
	setBool(&box.HMACMandatory, in.HMACMandatory)
	if in.OpenLimit != nil {
		box.OpenLimit = *in.OpenLimit
		p.add(box.OpenLimit < 0, "max_assignment_limit", "must not be negative")
	}
	box.apply(p, hoursInput{in.HoursEnabled, in.Timezone, in.Hours, in.Holidays})
	in.KeepAlive.apply(p, &box.KeepAlive)
	setFlow := func(field *FlowID, id *FlowID, name string) {
		if id != nil {
			*field = *id
			p.add(*id != 0 && u.cfg.flows[*id] == nil, name, "must be a flow of the account")
		}
	}
	setFlow(&box.EntryFlow, in.EntryFlow, "entry_flow_id")
	setFlow(&box.ExitFlow, in.ExitFlow, "exit_flow_id")
	box.Extra = merge(box.Extra, cleanMap(in.Extra))
	box.UpdatedAt = u.now
	u.swapPicture(&box.Avatar, in.avatar)
	if in.Settings != nil {
		sealed, err := u.e.seal(string(in.Settings), sealSettings)
		if err != nil {
			return nil, err
		}
		box.Settings = sealed
		box.RevokedAt, box.RevokedReason = time.Time{}, "" // the next message tells whether they are better
	}
	sender, err := u.e.openSender(box)
	if bad, ok := errors.AsType[*Error](err); ok && bad.Code == Invalid {
		maps.Copy(p, bad.Fields)
	} else if err != nil {
		return nil, err
	}
	box.setOptOut(in.OptOutWords, sender)
	u.applySilenceAlarm(p, box, sender, in.SilenceAlarm)
	if s, ok := sender.(Shown); ok {
		box.Extra = merge(box.Extra, map[string]any{"channel": s.Shown()})
	}
	return sender, p.err()
}

// connectInbox keeps what hangs on the channel's settings in step with them: the
// provider's addresses as routes, and the endpoint of a channel whose customers
// listen on a webhook.
func (u *unit) connectInbox(box *Inbox, sender Sender) error {
	if a, ok := sender.(Addressed); ok {
		if err := u.tx.Routes().DropObject(u.ctx, ProviderRoute, box.Account, int64(box.ID)); err != nil {
			return err
		}
		for _, address := range a.Addresses() {
			if err := u.tx.Routes().Put(u.ctx, Route{ProviderRoute, box.Account, int64(box.ID)}, providerKey(address)); err != nil {
				return err
			}
		}
	}
	to := ""
	if h, ok := sender.(Hooked); ok {
		to = h.WebhookURL()
	}
	if to == box.WebhookURL {
		return nil
	}
	box.WebhookURL = to
	if err := u.tx.Inboxes().Update(u.ctx, box); err != nil {
		return err
	}
	return u.implicitWebhook(box)
}

// Delete removes an inbox with its conversations, addresses and endpoint.
func (s Inboxes) Delete(ctx context.Context, id InboxID) error {
	var gone Sender
	err := remove(ctx, s.d, func(u *unit) error {
		if err := u.may(EditSettings); err != nil {
			return err
		}
		gone, _ = u.e.openSender(u.cfg.inboxes[id]) // what cannot be opened has nobody to tell
		held, err := all(u.ctx, Repo[ConversationID, Conversation, ConversationFilter](u.tx.Conversations()), ConversationFilter{Inbox: id})
		if err != nil {
			return err
		}
		for _, c := range held {
			if err := u.deleteConversation(c); err != nil {
				return err
			}
		}
		for _, kind := range []RouteKind{InboxRoute, ProviderRoute} {
			if err := u.tx.Routes().DropObject(u.ctx, kind, u.actor.account, int64(id)); err != nil {
				return err
			}
		}
		hooks, err := all(u.ctx, Repo[WebhookID, Webhook, WebhookFilter](u.tx.Webhooks()), WebhookFilter{Inbox: id})
		if err != nil {
			return err
		}
		for _, w := range hooks {
			if err := u.tx.Webhooks().Delete(u.ctx, w.ID); err != nil {
				return err
			}
		}
		if err := u.tx.Inboxes().Delete(u.ctx, id); err != nil {
			return err
		}
		if box := u.cfg.inboxes[id]; box != nil && box.Avatar != "" {
			u.dropBlobs([]string{box.Avatar})
		}
		for _, a := range u.cfg.inboxMembers[id] { // to whom its conversations are gone
			u.emit(&Event{Kind: ViewerChanged, Subject: int64(a)})
		}
		u.emit(&Event{Kind: InboxDeleted, Subject: int64(id)})
		return record(u, "inbox", int64(id), u.cfg.inboxes[id], nil)
	})
	if err == nil {
		s.d.e.disconnect(ctx, id, gone)
	}
	return err
}

// Members returns who belongs to an inbox.
func (s Inboxes) Members(ctx context.Context, id InboxID) ([]*Agent, error) {
	return read(ctx, s.d, func(u *unit) ([]*Agent, error) {
		if err := u.mayInbox(id); err != nil {
			return nil, err
		}
		if u.cfg.inboxes[id] == nil {
			return nil, notFound("inbox")
		}
		return all(u.ctx, Repo[AgentID, Agent, AgentFilter](u.tx.Agents()), AgentFilter{Inbox: id})
	})
}

// SetMembers adds agents to, removes them from, or makes them exactly the
// members of an inbox. Who joins may get what waits there, in the same commit.
func (s Inboxes) SetMembers(ctx context.Context, id InboxID, how MemberChange, agents ...AgentID) error {
	return remove(ctx, s.d, func(u *unit) error {
		if err := u.may(EditSettings); err != nil {
			return err
		}
		if u.cfg.inboxes[id] == nil {
			return notFound("inbox")
		}
		added, removed, err := setMembers(u, u.tx.InboxMembers(), id, how, agents)
		if err != nil {
			return err
		}
		for _, a := range append(slices.Clone(added), removed...) {
			u.emit(&Event{Kind: ViewerChanged, Subject: int64(a)})
		}
		if len(added) > 0 {
			if err := u.joinTurns(id, agents, added); err != nil {
				return err
			}
			if err := u.reload(); err != nil {
				return err
			}
			u.drainLater(id)
		}
		return u.auditMembers("inbox_members", int64(id), added, removed)
	})
}

// FindInbox returns the inbox that a customer's client names by its public
// identifier.
func (e *Engine) FindInbox(ctx context.Context, identifier string) (*Inbox, error) {
	route, err := e.route(ctx, InboxRoute, identifier)
	if err != nil {
		return nil, err
	}
	var box *Inbox
	err = e.view(ctx, e.System(route.Account), func(u *unit) (err error) {
		if u.cfg.account.Suspended {
			return notFound("inbox")
		}
		box, err = u.openInbox(InboxID(route.Object))
		box = copied(box)
		return err
	})
	return box, err
}

// VerifyIdentity checks a customer's identifier against the inbox's HMAC token:
// hash is the lower-case hex HMAC-SHA256 of identifier. With no hash it reports
// false, or fails as Unauthenticated where the inbox insists on one.
func (e *Engine) VerifyIdentity(inbox *Inbox, identifier, hash string) (bool, error) {
	if hash == "" {
		if inbox.HMACMandatory {
			return false, Errorf(Unauthenticated, "identifier_hash is required")
		}
		return false, nil
	}
	token, err := e.unseal(inbox.HMACToken, sealHMAC)
	if err != nil {
		return false, err
	}
	mac := hmac.New(sha256.New, []byte(token))
	mac.Write([]byte(identifier))
	if identifier == "" || !hmac.Equal([]byte(hex.EncodeToString(mac.Sum(nil))), []byte(hash)) {
		return false, Errorf(Unauthenticated, "identifier_hash does not match")
	}
	return true, nil
}

// FindCustomer returns the actor behind an address of an inbox, for a customer's
// own client.
func (e *Engine) FindCustomer(ctx context.Context, inbox *Inbox, source string) (Actor, error) {
	var a Actor
	err := e.store.View(ctx, inbox.Account, func(ctx context.Context, tx Tx) error {
		address, err := tx.ContactInboxes().Find(ctx, inbox.ID, clean(source))
		if err == nil {
			a = e.Contact(inbox.Account, address.Contact, address.ID)
		}
		return err
	})
	return a, err
}
