package chatwoot

import (
	"strconv"

	"github.com/gohelpdesk/helpdesk"
)

type notificationsView struct {
	Meta    notificationsMeta  `json:"meta"`
	Payload []notificationView `json:"payload"`
}

type notificationsMeta struct {
	Unread      int `json:"unread_count"`
	Count       int `json:"count"`
	CurrentPage any `json:"current_page"`
}

type notificationView struct {
	ID               helpdesk.NotificationID   `json:"id"`
	Type             helpdesk.NotificationKind `json:"notification_type"`
	Title            string                    `json:"push_message_title"`
	Body             string                    `json:"push_message_body"`
	PrimaryActorType string                    `json:"primary_actor_type"`
	PrimaryActorID   helpdesk.ConversationID   `json:"primary_actor_id"`
	PrimaryActor     *conversationPush         `json:"primary_actor"`
	ReadAt           iso                       `json:"read_at"`
	SecondaryActor   any                       `json:"secondary_actor"`
	User             *userPush                 `json:"user"`
	CreatedAt        epoch                     `json:"created_at"`
	LastActivityAt   epoch                     `json:"last_activity_at"`
	SnoozedUntil     iso                       `json:"snoozed_until"`
	Meta             map[string]any            `json:"meta"`
}

func (v *views) notification(n *helpdesk.NotificationDetail) notificationView {
	out := notificationView{
		ID: n.ID, Type: n.Kind, PrimaryActorType: "Conversation", PrimaryActorID: n.Conversation, ReadAt: iso{n.ReadAt},
		CreatedAt: epoch{n.CreatedAt}, LastActivityAt: epoch{n.LastActivity}, SnoozedUntil: iso{n.SnoozedUntil}, Meta: map[string]any{},
	}
	if a := v.agents[n.Agent]; a != nil {
		user := pushAgent(a)
		out.User = &user
	}
	if n.In == nil {
		return out
	}
	conversation := v.conversationPush(n.In)
	out.PrimaryActor, out.Title = &conversation, notificationTitle(n)
	switch {
	case n.Said != nil:
		out.SecondaryActor = v.push(n.In, n.Said)
		out.Body = v.saidBy(n.In, n.Said)
	case n.By.Kind == helpdesk.ByAgent && v.agents[helpdesk.AgentID(n.By.ID)] != nil:
		out.SecondaryActor = pushAgent(v.agents[helpdesk.AgentID(n.By.ID)])
	}
	if out.Body == "" && n.In.LastTalk != nil {
		out.Body = v.saidBy(n.In, n.In.LastTalk)
	}
	return out
}

// notificationTitle is what clients show above a notification.
func notificationTitle(n *helpdesk.NotificationDetail) string {
	number, inbox := "#"+strconv.FormatInt(int64(n.In.Display), 10), ""
	if n.In.Box != nil {
		inbox = n.In.Box.Name
	}
	switch n.Kind {
	case helpdesk.NotifyCreated:
		return "A conversation (" + number + ") has been created in " + inbox
	case helpdesk.NotifyAssigned:
		return "A conversation (" + number + ") has been assigned to you"
	case helpdesk.NotifyMentioned:
		return "You have been mentioned in conversation (" + number + ")"
	default:
		return "A new message is created in conversation (" + number + ")"
	}
}

// saidBy is a message as a line: who, and what.
func (v *views) saidBy(d *helpdesk.ConversationDetail, m *helpdesk.Message) string {
	said := []rune(m.Content)
	if len(said) > 100 {
		said = append(said[:99], '…')
	}
	if name := v.senderName(d, m); name != "" {
		return name + ": " + string(said)
	}
	return string(said)
}

// notificationRaw is a notification's row.
type notificationRaw struct {
	ID                 helpdesk.NotificationID   `json:"id"`
	AccountID          helpdesk.AccountID        `json:"account_id"`
	UserID             helpdesk.AgentID          `json:"user_id"`
	Type               helpdesk.NotificationKind `json:"notification_type"`
	PrimaryActorType   string                    `json:"primary_actor_type"`
	PrimaryActorID     helpdesk.ConversationID   `json:"primary_actor_id"`
	SecondaryActorType *string                   `json:"secondary_actor_type"`
	SecondaryActorID   *int64                    `json:"secondary_actor_id"`
	ReadAt             iso                       `json:"read_at"`
	CreatedAt          iso                       `json:"created_at"`
	UpdatedAt          iso                       `json:"updated_at"`
	SnoozedUntil       iso                       `json:"snoozed_until"`
	LastActivityAt     iso                       `json:"last_activity_at"`
	Meta               map[string]any            `json:"meta"`
}

func rawNotification(n *helpdesk.Notification) notificationRaw {
	out := notificationRaw{
		ID: n.ID, AccountID: n.Account, UserID: n.Agent, Type: n.Kind, PrimaryActorType: "Conversation", PrimaryActorID: n.Conversation,
		SecondaryActorType: senderType(n.By), ReadAt: iso{n.ReadAt}, CreatedAt: iso{n.CreatedAt}, UpdatedAt: iso{n.UpdatedAt},
		SnoozedUntil: iso{n.SnoozedUntil}, LastActivityAt: iso{n.LastActivity}, Meta: map[string]any{},
	}
	if out.SecondaryActorType != nil {
		out.SecondaryActorID = number(n.By.ID)
	}
	if n.Message != 0 {
		id := int64(n.Message)
		out.SecondaryActorType, out.SecondaryActorID = text("Message"), &id
	}
	return out
}

type notificationSettings struct {
	ID        helpdesk.AgentID   `json:"id"`
	UserID    helpdesk.AgentID   `json:"user_id"`
	AccountID helpdesk.AccountID `json:"account_id"`
	AllMail   []string           `json:"all_email_flags"`
	Mail      []string           `json:"selected_email_flags"`
	AllPush   []string           `json:"all_push_flags"`
	Push      []string           `json:"selected_push_flags"`
}

func flags(prefix string, kinds []helpdesk.NotificationKind) []string {
	return each(kinds, func(k helpdesk.NotificationKind) string { return prefix + string(k) })
}

func (c *call) notificationSettings(s *helpdesk.NotificationSettings, err error) (notificationSettings, error) {
	if err != nil {
		return notificationSettings{}, err
	}
	me, all := helpdesk.AgentID(c.actor.Ref().ID), helpdesk.NotificationKinds()
	return notificationSettings{
		ID: me, UserID: me, AccountID: c.actor.Account(), AllMail: flags("email_", all), Mail: flags("email_", s.Mail),
		AllPush: flags("push_", all), Push: flags("push_", s.Push),
	}, nil
}

// subscriptionRaw is a subscription's row.
type subscriptionRaw struct {
	ID         helpdesk.SubscriptionID `json:"id"`
	UserID     helpdesk.AgentID        `json:"user_id"`
	Kind       helpdesk.PushKind       `json:"subscription_type"`
	Attributes map[string]any          `json:"subscription_attributes"`
	CreatedAt  iso                     `json:"created_at"`
	UpdatedAt  iso                     `json:"updated_at"`
	Identifier string                  `json:"identifier"`
}

func rawSubscription(s *helpdesk.PushSubscription) subscriptionRaw {
	return subscriptionRaw{s.ID, s.User, s.Kind, object(s.Attributes), iso{s.CreatedAt}, iso{s.UpdatedAt}, s.Identifier}
}
