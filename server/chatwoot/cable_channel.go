package chatwoot

import (
	"context"
	"encoding/json"
	"strconv"
	"strings"

	"github.com/gohelpdesk/helpdesk"
)

// channel is one subscription of a socket.
type channel struct {
	id         string
	identifier json.RawMessage // the same as it came, byte for byte
	key        channelKey
	desk       *helpdesk.Desk
	cancel     context.CancelFunc // ends the feed, and with it the subscription
	at         helpdesk.Cursor    // what a customer was told up to; follow's own once it runs
}

// channelKey is what an identifier says.
type channelKey struct {
	Channel string    `json:"channel"`
	Token   string    `json:"pubsub_token"`
	Account looseInt  `json:"account_id"`
	User    *looseInt `json:"user_id"` // given = an agent's stream, otherwise a customer's
}

// looseInt is a number that some clients write as a text.
type looseInt int64

// UnmarshalJSON implements json.Unmarshaler.
func (n *looseInt) UnmarshalJSON(raw []byte) error {
	i, err := strconv.ParseInt(strings.Trim(string(raw), `"`), 10, 64)
	if *n = looseInt(i); string(raw) == "null" {
		return nil
	}
	return err
}

func (k channelKey) customer() bool { return k.User == nil || *k.User == 0 }

// actor is whose stream it is; Unauthenticated when the token is nobody's.
func (k channelKey) actor(ctx context.Context, e *helpdesk.Engine) (helpdesk.Actor, error) {
	switch {
	case k.Channel != "RoomChannel":
		return helpdesk.Actor{}, helpdesk.Errorf(helpdesk.Unauthenticated, "there is no such channel")
	case k.customer():
		return e.CustomerByPubsub(ctx, k.Token)
	default:
		return e.AgentByPubsub(ctx, helpdesk.AccountID(k.Account), helpdesk.AgentID(*k.User), k.Token)
	}
}

// subscribe opens a stream. The feed is followed from before the confirmation,
// so that nothing falls between the two.
func (s *socket) subscribe(id string, identifier json.RawMessage) {
	var key channelKey
	if json.Unmarshal([]byte(id), &key) != nil {
		s.reply(identifier, "reject_subscription")
		return
	}
	actor, err := key.actor(s.ctx, s.e)
	ctx, cancel := context.WithCancel(s.ctx)
	ch := &channel{id: id, identifier: identifier, key: key, desk: s.e.As(actor), cancel: cancel}
	var feed <-chan helpdesk.Item
	if err == nil && key.customer() {
		ch.at, err = ch.desk.Cursor(ctx)
	}
	if err == nil {
		feed, err = ch.desk.Subscribe(ctx, ch.at)
	}
	if err != nil {
		cancel()
		s.fail(ch, err)
		return
	}
	s.mu.Lock()
	s.channels[id] = ch
	s.mu.Unlock()
	s.live.came(actor)
	s.reply(identifier, "confirm_subscription")
	s.present(ch)
	go s.follow(ch, feed)
}

// fail refuses a subscription, or ends it. When the fault is ours the client is to
// come again, which it does when it is hung up on.
func (s *socket) fail(ch *channel, err error) {
	if code := helpdesk.CodeOf(err); code == helpdesk.Unauthenticated || code == helpdesk.NotFound {
		s.unsubscribe(ch)
		s.reply(ch.identifier, "reject_subscription")
		return
	}
	if s.ctx.Err() == nil {
		s.o.Logger.Error("serving a socket", "err", err)
	}
	s.stop()
}

// follow tells a subscription what happens, until its feed ends: because the
// client left, or because it has no business here any more, which it is told.
func (s *socket) follow(ch *channel, feed <-chan helpdesk.Item) {
	for item := range feed {
		t, err := s.live.push.tell(s.ctx, ch.desk, item)
		if helpdesk.CodeOf(err) == helpdesk.Unauthenticated {
			break
		}
		if err != nil {
			s.fail(ch, err)
			return
		}
		if t.name != "" && !s.tell(ch, t) {
			return
		}
		if item.Cursor != "" && ch.key.customer() {
			ch.at = item.Cursor
		}
	}
	if s.moveOn(ch) {
		return
	}
	if s.unsubscribe(ch) {
		s.reply(ch.identifier, "reject_subscription")
	}
}

// moveOn goes on as who a customer is now, when their contact became part of
// another: their token is the same, and they notice nothing.
func (s *socket) moveOn(ch *channel) bool {
	s.mu.Lock()
	open := s.channels[ch.id] == ch
	s.mu.Unlock()
	if !open || s.ctx.Err() != nil || !ch.key.customer() {
		return false
	}
	actor, err := ch.key.actor(s.ctx, s.e)
	if err != nil || actor.Ref() == ch.desk.Actor().Ref() {
		return false
	}
	ctx, cancel := context.WithCancel(s.ctx)
	next := &channel{id: ch.id, identifier: ch.identifier, key: ch.key, desk: s.e.As(actor), cancel: cancel, at: ch.at}
	feed, err := next.desk.Subscribe(ctx, ch.at)
	s.mu.Lock()
	if open = err == nil && s.channels[ch.id] == ch; open {
		s.channels[ch.id] = next
	}
	s.mu.Unlock()
	if !open {
		cancel()
		return false
	}
	ch.cancel()
	s.live.came(actor)
	s.live.left(ch.desk.Actor()) // nobody is left who could say that they go
	s.present(next)
	go s.follow(next, feed)
	return true
}

// unsubscribe ends a subscription; false when it had ended. Who has no other in
// this process is gone.
func (s *socket) unsubscribe(ch *channel) bool {
	s.mu.Lock()
	open := s.channels[ch.id] == ch
	if open {
		delete(s.channels, ch.id)
	}
	s.mu.Unlock()
	ch.cancel()
	if !open || !s.live.left(ch.desk.Actor()) {
		return open
	}
	// The socket's context may have ended, which is why they are gone.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(s.ctx), sendTime)
	defer cancel()
	leave := ch.desk.Agents.Leave
	if ch.desk.Actor().Ref().Kind == helpdesk.ByContact {
		leave = ch.desk.Contacts.Leave
	}
	if err := leave(ctx); err != nil && helpdesk.CodeOf(err) != helpdesk.Unauthenticated {
		s.o.Logger.Error("recording who left", "err", err)
	}
	return open
}

type presenceView struct {
	AccountID helpdesk.AccountID                         `json:"account_id"`
	Users     map[helpdesk.AgentID]helpdesk.Availability `json:"users"`
	Contacts  map[helpdesk.ContactID]string              `json:"contacts,omitzero"` // agents alone are told
}

// present records a sign of life, and answers with who is there.
func (s *socket) present(ch *channel) {
	view, err := s.presence(s.ctx, ch)
	if err != nil {
		if helpdesk.CodeOf(err) == helpdesk.Unauthenticated {
			ch.cancel()
			return
		}
		s.fail(ch, err)
		return
	}
	t, err := encode("presence.update", view)
	if err != nil {
		s.fail(ch, err)
		return
	}
	s.tell(ch, t)
}

func (s *socket) presence(ctx context.Context, ch *channel) (presenceView, error) {
	actor := ch.desk.Actor()
	out := presenceView{AccountID: actor.Account(), Users: make(map[helpdesk.AgentID]helpdesk.Availability)}
	beat := ch.desk.Agents.Heartbeat
	if actor.Ref().Kind == helpdesk.ByContact {
		beat = ch.desk.Contacts.Heartbeat
	}
	if err := beat(ctx); err != nil {
		return out, err
	}
	if actor.Ref().Kind == helpdesk.ByAgent {
		here, err := ch.desk.Contacts.Connected(ctx)
		if err != nil {
			return out, err
		}
		out.Contacts = make(map[helpdesk.ContactID]string, len(here))
		for _, id := range here {
			out.Contacts[id] = "online"
		}
	}
	agents, err := s.e.As(s.e.System(actor.Account())).Agents.List(ctx, helpdesk.AgentFilter{Persons: true})
	for _, a := range agents {
		if a.Connected || !a.AutoOffline {
			out.Users[a.ID] = a.Effective()
		}
	}
	return out, err
}
