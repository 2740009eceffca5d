package helpdesk

import (
	"bytes"
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"time"
)

// unit is one transaction's worth of work: the only way the engine touches a
// store. A store may run a closure again, so each run gets a fresh unit, and
// nothing of it survives the closure.
type unit struct {
	ctx   context.Context
	e     *Engine
	tx    Tx
	actor Actor
	now   time.Time
	cfg   *config

	loaded *config // cfg as it was when the unit began

	self    *Agent           // the actor's membership, when the actor is an agent
	address *ContactInbox    // the actor's address, when the actor is a contact
	proven  []ContactInboxID // what provenWith says of it

	idem   *idempotencyKey
	replay *IdempotentResult // the request was made before; this is what it came to

	judged *Sight                       // of the feed; see sight
	parts  map[ConversationID][]AgentID // who takes part, where many viewers ask; nil = not kept

	// Written once each, by flush.
	drains []InboxID // whose queues to hand out
	dutyAt time.Time // when the next agent who was passed over begins work; zero = nobody was
	told   []line
	events []*Event
	jobs   []*Job

	notices []notice // what agents may have to be told of

	left   []flowLeft      // runs of flows that were ended
	exits  []*Conversation // that were resolved, where a flow follows
	copies []*Conversation // of those, held elsewhere

	timed []*Conversation // whose SLA has to be counted

	automatic bool // what is received was written by a program of the customer's

	happened  []happening             // what rules have not been run on yet
	asked     bool                    // rules were asked about all events so far
	ruled     map[ConversationID]bool // rules did something to them
	ruleSteps int                     // actions of rules so far
}

// line is an activity message and the conversation it is told in.
type line struct {
	c  *Conversation
	m  *Message
	by ActorRef
}

// update is the only writer of the engine. Rows, events and jobs commit
// together; only then are subscribers and workers woken.
func (e *Engine) update(ctx context.Context, actor Actor, fn func(u *unit) error) error {
	idem := idempotencyFrom(ctx)
	var cfg *config
	err := e.store.Update(ctx, actor.account, func(ctx context.Context, tx Tx) error {
		u, err := e.newUnit(ctx, tx, actor)
		if err != nil {
			return err
		}
		cfg = u.loaded
		if err := u.begin(idem); err != nil {
			return err
		}
		if err := fn(u); err != nil {
			return err
		}
		return u.flush()
	})
	if err == nil {
		e.configs.remember(cfg)
		e.moved(actor.account)
	}
	return err
}

// view runs fn on one snapshot. What it emits is discarded.
func (e *Engine) view(ctx context.Context, actor Actor, fn func(u *unit) error) error {
	var cfg *config
	err := e.store.View(ctx, actor.account, func(ctx context.Context, tx Tx) error {
		u, err := e.newUnit(ctx, tx, actor)
		if err != nil {
			return err
		}
		cfg = u.loaded
		return fn(u)
	})
	if err == nil {
		e.configs.remember(cfg)
	}
	return err
}

// lookup reads what belongs to no account.
func (e *Engine) lookup(ctx context.Context, fn func(ctx context.Context, tx SystemTx) error) error {
	if v, ok := StoreAs[SystemViewer](e.store); ok {
		return v.SystemView(ctx, fn)
	}
	return e.store.System(ctx, fn)
}

func (e *Engine) newUnit(ctx context.Context, tx Tx, actor Actor) (*unit, error) {
	cfg, err := e.config(ctx, tx)
	if err != nil {
		return nil, err
	}
	u := &unit{ctx: ctx, e: e, tx: e.presence.tx(tx), now: e.now(), cfg: cfg, loaded: cfg, asked: true}
	return u, u.become(actor)
}

// become makes the unit the actor's, if they belong to the account.
func (u *unit) become(actor Actor) (err error) {
	u.actor = actor
	switch actor.ref.Kind {
	case ByAgent, ByBot:
		if u.self = u.cfg.agents[AgentID(actor.ref.ID)]; u.self == nil {
			return &Error{Code: Unauthenticated, Message: "you are not a member of this account"}
		}
	case ByContact:
		u.address, err = u.tx.ContactInboxes().Get(u.ctx, actor.contact)
		if CodeOf(err) == NotFound || err == nil && u.address.Contact != ContactID(actor.ref.ID) {
			return &Error{Code: Unauthenticated, Message: "nobody speaks from this address"}
		}
		if err == nil {
			u.proven, err = u.provenWith(u.address)
		}
		if err != nil {
			return err
		}
	case ByHost, BySystem, ByRule, ByFlow, ByApp:
		return nil
	default:
		return &Error{Code: Unauthenticated, Message: "nobody"}
	}
	if u.cfg.account.Suspended {
		return errSuspended()
	}
	return nil
}

func errSuspended() error { return Errorf(Unauthenticated, "this account is suspended") }

// begin takes the request's idempotency key, when it has one: it is the first
// statement of the request's one Update, so that two requests with one key
// never both do the work.
func (u *unit) begin(k *idempotencyKey) error {
	if k == nil {
		return nil
	}
	u.idem = k
	found, err := k.of(u.tx).Begin(u.ctx, k.scope, k.key, k.fingerprint, u.now)
	if err != nil || found == nil {
		return err
	}
	if !bytes.Equal(found.Fingerprint, k.fingerprint) {
		return errKeyReused()
	}
	u.replay = found
	k.repeated.Store(true)
	return nil
}

// result records what the request came to, beside its key.
func (u *unit) result(id int64) error {
	if u.idem == nil {
		return nil
	}
	return u.idem.of(u.tx).Result(u.ctx, u.idem.scope, u.idem.key, "", id)
}

// emit records that something happened. Events are numbered by flush.
func (u *unit) emit(ev *Event) {
	ev.Account, ev.At, ev.Actor = u.actor.account, u.now, u.actor.ref
	ev.Cause = causeFrom(u.ctx)
	ev.Opens, u.asked = u.asked, false
	u.events = append(u.events, ev)
}

// emitConversation records an event of a conversation; before is who could see
// it until now.
func (u *unit) emitConversation(kind EventKind, c *Conversation, before ConversationFacts, details map[string]Change) {
	ev := &Event{
		Kind: kind, Conversation: c.ID, Contact: c.Contact,
		Before: before, After: c.facts(), Details: details,
	}
	u.emit(ev)
	u.happened = append(u.happened, happening{ev, c, nil})
	u.notify(ev, c)
	u.stirSLA(ev, c)
}

func (u *unit) emitMessage(kind EventKind, c *Conversation, m *Message, details map[string]Change) {
	f := c.facts()
	ev := &Event{
		Kind: kind, Conversation: c.ID, Contact: c.Contact, Message: m.ID, MessageKind: m.Kind,
		Private: m.Private, Before: f, After: f, Details: details,
	}
	u.emit(ev)
	if kind == MessageCreated {
		u.happened = append(u.happened, happening{ev, c, m})
	}
	u.notify(ev, c)
	u.stirSLA(ev, c)
}

// enqueue adds a job to this commit.
func (u *unit) enqueue(j *Job) {
	if j.RunAt.IsZero() {
		j.RunAt = u.now
	}
	j.Account = u.actor.account
	j.Cause = causeFrom(u.ctx)
	u.jobs = append(u.jobs, j)
}

// tell adds an activity line to the conversation, in the account's language.
// key and args are as in text.go; the actor's name comes first.
func (u *unit) tell(c *Conversation, key textKey, args ...string) {
	u.told = append(u.told, line{c, &Message{
		Account: c.Account, Conversation: c.ID, Inbox: c.Inbox, Kind: Activity, ContentType: "text",
		Content: text(u.cfg.account.Locale, key, args...), State: StateSent, CreatedAt: u.now, UpdatedAt: u.now,
	}, u.actor.ref})
	c.LastActivity = u.now
}

// flush writes what was buffered, each table once. Appending to the event log
// is the last lock the transaction takes.
func (u *unit) flush() error {
	if err := u.runRules(nil); err != nil {
		return err
	}
	if err := u.settleFlows(); err != nil {
		return err
	}
	slices.Sort(u.drains)
	drains := u.drains
	u.drains = nil
	if err := u.drain(drains); err != nil {
		return err
	}
	if err := u.runRules(nil); err != nil { // on what was handed out
		return err
	}
	if err := u.settleFlows(); err != nil {
		return err
	}
	if len(u.drains) > 0 {
		u.enqueueDrain()
	}
	if !u.dutyAt.IsZero() {
		u.enqueue(&Job{Kind: jobDuty, Key: "queue", RunAt: u.dutyAt})
	}
	if err := u.insertTold(); err != nil {
		return err
	}
	if err := u.countSLAs(); err != nil {
		return err
	}
	if err := u.measure(); err != nil {
		return err
	}
	if err := u.tellAgents(); err != nil {
		return err
	}
	if len(u.events) > 0 {
		u.fanOut()
		if err := u.tx.Events().Append(u.ctx, u.events); err != nil {
			return err
		}
	}
	if len(u.jobs) == 0 {
		return nil
	}
	return u.tx.Jobs().Enqueue(u.ctx, u.jobs...)
}

func (u *unit) insertTold() error {
	if len(u.told) == 0 {
		return nil
	}
	rows := make([]*Message, len(u.told))
	for i, l := range u.told {
		rows[i] = l.m
	}
	if err := u.tx.Messages().Insert(u.ctx, rows...); err != nil {
		return err
	}
	now := u.actor.ref
	for _, l := range u.told {
		u.actor.ref = l.by // who did what the line tells of
		u.emitMessage(MessageCreated, l.c, l.m, nil)
	}
	u.actor.ref = now
	return nil
}

// fanOut wakes the endpoints that want one of the unit's events. The job reads
// the log from the endpoint's cursor, so one that is not woken is late, not lost.
func (u *unit) fanOut() {
	for _, w := range u.cfg.webhooks {
		wants := func(ev *Event) bool { return w.wants(u.cfg, ev) }
		if !w.Disabled && slices.ContainsFunc(u.events, wants) {
			u.enqueue(&Job{Kind: jobWebhookFan, Key: strconv.FormatInt(int64(w.ID), 10), Args: args(webhookArgs{Webhook: w.ID})})
		}
	}
}

// args encodes a job's arguments.
func args(v any) json.RawMessage {
	b, err := json.Marshal(v)
	if err != nil {
		panic("helpdesk: job arguments: " + err.Error()) // plain structs of ids always encode
	}
	return b
}

// changed is a field's change for an event's details.
func changed(before, after any) Change {
	return Change{Before: args(before), After: args(after)}
}

type causeKey struct{}

// withCause marks the work under ctx as set off by what came before it.
func withCause(ctx context.Context, chain []ActorRef) context.Context {
	if len(chain) == 0 {
		return ctx
	}
	return context.WithValue(ctx, causeKey{}, chain)
}

func causeFrom(ctx context.Context) []ActorRef {
	chain, _ := ctx.Value(causeKey{}).([]ActorRef)
	return chain
}
