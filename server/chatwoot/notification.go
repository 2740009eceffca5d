package chatwoot

import (
	"context"
	"slices"
	"strings"

	"github.com/gohelpdesk/helpdesk"
)

const notificationsPerPage = 15

type notificationsInput struct {
	pageInput
	Order    string   `in:"sort_order"`
	Includes []string `in:"includes"`
}

func (in notificationsInput) filter() helpdesk.NotificationFilter {
	return helpdesk.NotificationFilter{
		Unread: !slices.Contains(in.Includes, "read"), Awake: !slices.Contains(in.Includes, "snoozed"), Oldest: in.Order == "asc",
	}
}

func listNotifications(ctx context.Context, c *call, in notificationsInput) (out data[notificationsView], err error) {
	found, err := c.desk.Notifications.List(ctx, in.filter(), in.page(notificationsPerPage))
	if err != nil {
		return out, err
	}
	v, err := c.views(ctx)
	if err != nil {
		return out, err
	}
	meta := notificationsMeta{found.Unread, found.Count, c.in.currentPage()}
	return data[notificationsView]{notificationsView{meta, each(found.Items, v.notification)}}, nil
}

func countNotifications(ctx context.Context, c *call, _ none) (int, error) {
	return c.desk.Notifications.Unread(ctx)
}

type readInput struct {
	Kind         string                  `in:"primary_actor_type"`
	Conversation helpdesk.ConversationID `in:"primary_actor_id"`
}

func readNotifications(ctx context.Context, c *call, in readInput) (empty, error) {
	return empty{}, c.desk.Notifications.ReadAll(ctx, in.Conversation)
}

type notificationID struct {
	ID helpdesk.NotificationID `in:"id"`
}

func readNotification(ctx context.Context, c *call, in notificationID) (notificationRaw, error) {
	n, err := c.desk.Notifications.MarkRead(ctx, in.ID)
	return shown(n, err, rawNotification)
}

func unreadNotification(ctx context.Context, c *call, in notificationID) (notificationRaw, error) {
	n, err := c.desk.Notifications.MarkUnread(ctx, in.ID)
	return shown(n, err, rawNotification)
}

type notificationSnooze struct {
	notificationID
	Until string `in:"snoozed_until"`
}

func snoozeNotification(ctx context.Context, c *call, in notificationSnooze) (notificationRaw, error) {
	until, err := readTime(in.Until)
	if err != nil {
		return notificationRaw{}, err
	}
	n, err := c.desk.Notifications.Snooze(ctx, in.ID, until)
	return shown(n, err, rawNotification)
}

func deleteNotification(ctx context.Context, c *call, in notificationID) (empty, error) {
	return empty{}, c.desk.Notifications.Delete(ctx, in.ID)
}

type destroyInput struct {
	Type string `in:"type"` // "read" = only those that were read
}

func deleteNotifications(ctx context.Context, c *call, in destroyInput) (empty, error) {
	return empty{}, c.desk.Notifications.DeleteAll(ctx, in.Type == "read")
}

func showNotificationSettings(ctx context.Context, c *call, _ none) (notificationSettings, error) {
	s, err := c.desk.Notifications.Settings(ctx)
	return c.notificationSettings(s, err)
}

type settingsInput struct {
	Mail []string `in:"selected_email_flags"`
	Push []string `in:"selected_push_flags"`
}

func updateNotificationSettings(ctx context.Context, c *call, in settingsInput) (notificationSettings, error) {
	kinds := func(flags []string, prefix string) []helpdesk.NotificationKind {
		return each(flags, func(f string) helpdesk.NotificationKind {
			return helpdesk.NotificationKind(strings.TrimPrefix(f, prefix))
		})
	}
	s, err := c.desk.Notifications.SetSettings(ctx, helpdesk.NotificationSettings{Mail: kinds(in.Mail, "email_"), Push: kinds(in.Push, "push_")})
	return c.notificationSettings(s, err)
}

type subscriptionInput struct {
	Kind       helpdesk.PushKind `in:"subscription_type"`
	Attributes map[string]any    `in:"subscription_attributes"`
}

func subscribe(ctx context.Context, c *call, in subscriptionInput) (subscriptionRaw, error) {
	desk, err := c.anyDesk()
	if err != nil {
		return subscriptionRaw{}, err
	}
	s, err := desk.Notifications.Subscribe(ctx, in.Kind, in.Attributes)
	return shown(s, err, rawSubscription)
}

type pushToken struct {
	Token string `in:"push_token"`
}

func unsubscribe(ctx context.Context, c *call, in pushToken) (empty, error) {
	desk, err := c.anyDesk()
	if err != nil {
		return empty{}, err
	}
	return empty{}, desk.Notifications.Unsubscribe(ctx, in.Token)
}
