package helpdesk

import (
	"context"
	"slices"
	"strings"
	"time"
)

// NotificationSettings say what an agent is told of beside the list itself.
type NotificationSettings struct {
	Mail []NotificationKind
	Push []NotificationKind // kept for clients; this release sends no push
}

// newcomersHear is what new members are told of by mail and push.
func newcomersHear() NotificationSet { return NotificationsOf(NotifyAssigned) }

// Settings returns the acting agent's settings in this account.
func (s Notifications) Settings(ctx context.Context) (*NotificationSettings, error) {
	return read(ctx, s.d, func(u *unit) (*NotificationSettings, error) {
		if err := u.mayNotify(); err != nil {
			return nil, err
		}
		return notificationSettings(u.self), nil
	})
}

func notificationSettings(a *Agent) *NotificationSettings {
	return &NotificationSettings{Mail: a.MailOn.Kinds(), Push: a.PushOn.Kinds()}
}

// SetSettings replaces them. A kind that does not exist is Invalid.
func (s Notifications) SetSettings(ctx context.Context, in NotificationSettings) (*NotificationSettings, error) {
	load := func(u *unit, _ int64) (*NotificationSettings, error) {
		return notificationSettings(u.self), u.mayNotify()
	}
	return change(ctx, s.d, load, func(u *unit) (*NotificationSettings, int64, error) {
		if err := u.mayNotify(); err != nil {
			return nil, 0, err
		}
		p, unknown := problems{}, func(k NotificationKind) bool { return !slices.Contains(NotificationKinds(), k) }
		p.add(slices.ContainsFunc(in.Mail, unknown), "selected_email_flags", "has a kind that does not exist")
		p.add(slices.ContainsFunc(in.Push, unknown), "selected_push_flags", "has a kind that does not exist")
		if err := p.err(); err != nil {
			return nil, 0, err
		}
		a, err := u.tx.Agents().Get(u.ctx, u.self.ID)
		if err != nil {
			return nil, 0, err
		}
		a.MailOn, a.PushOn, a.UpdatedAt = NotificationsOf(in.Mail...), NotificationsOf(in.Push...), u.now
		return notificationSettings(a), int64(a.ID), u.tx.Agents().Update(u.ctx, a)
	})
}

// PushKind says which service a push goes through.
type PushKind string

const (
	BrowserPush PushKind = "browser_push"
	FCMPush     PushKind = "fcm"
)

// PushSubscription is a device that asked to be told of a user's notifications.
// It is kept for clients that ask; this release sends no push.
type PushSubscription struct {
	ID         SubscriptionID
	User       AgentID
	Kind       PushKind
	Identifier string // the endpoint of a browser, the id of a device; unique in the installation
	Token      string // what a device gives itself away by: push_token; "" = Identifier
	Attributes map[string]any

	CreatedAt, UpdatedAt time.Time
}

// Subscribe keeps a device for the acting agent's user, whatever the account. One
// that is known, by its endpoint or device id, is brought up to date, and taken
// over when it was somebody else's.
func (s Notifications) Subscribe(ctx context.Context, kind PushKind, attributes map[string]any) (*PushSubscription, error) {
	load := func(u *unit, id int64) (*PushSubscription, error) {
		return u.tx.Subscriptions().Get(u.ctx, SubscriptionID(id))
	}
	return change(ctx, s.d, load, func(u *unit) (*PushSubscription, int64, error) {
		if err := u.mayNotify(); err != nil {
			return nil, 0, err
		}
		p, name := problems{}, "device_id"
		if kind == BrowserPush {
			name = "endpoint"
		}
		v := &PushSubscription{User: u.self.ID, Kind: kind, Attributes: cleanMap(attributes), CreatedAt: u.now, UpdatedAt: u.now}
		v.Identifier, _ = v.Attributes[name].(string)
		v.Token, _ = v.Attributes["push_token"].(string)
		v.Identifier = strings.TrimSpace(v.Identifier)
		p.add(kind != BrowserPush && kind != FCMPush, "subscription_type", "must be browser_push or fcm")
		p.add(v.Identifier == "", name, "can't be blank")
		p.add(tooLong(v.Identifier, maxURL), name, "is too long")
		p.add(tooLong(v.Token, maxURL), "push_token", "is too long")
		p.add(len(args(v.Attributes)) > 16<<10, "subscription_attributes", "are too large")
		if err := p.err(); err != nil {
			return nil, 0, err
		}
		return v, int64(v.ID), u.tx.Subscriptions().Put(u.ctx, v)
	})
}

// Unsubscribe forgets the devices of the acting agent's user that a token, an
// endpoint or a device id names; there may be none.
func (s Notifications) Unsubscribe(ctx context.Context, token string) error {
	return remove(ctx, s.d, func(u *unit) error {
		if err := u.mayNotify(); err != nil {
			return err
		}
		return u.tx.Subscriptions().Drop(u.ctx, u.self.ID, clean(token))
	})
}
