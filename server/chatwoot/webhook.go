package chatwoot

import (
	"context"

	"github.com/gohelpdesk/helpdesk"
)

type webhooksView struct {
	Webhooks []webhookView `json:"webhooks"`
}

type oneWebhook struct {
	Webhook webhookView `json:"webhook"`
}

func listWebhooks(ctx context.Context, c *call, _ none) (payload[webhooksView], error) {
	hooks, err := c.desk.Webhooks.List(ctx)
	if err != nil {
		return payload[webhooksView]{}, err
	}
	boxes, err := c.inboxesByID(ctx)
	return wrap(webhooksView{each(hooks, func(w *helpdesk.Webhook) webhookView { return viewWebhook(w, boxes) })}), err
}

type webhookInput struct {
	Name          *string           `in:"name"`
	URL           *string           `in:"url"`
	Subscriptions []string          `in:"subscriptions"`
	Inbox         *helpdesk.InboxID `in:"inbox_id"`
}

func (in webhookInput) input() (helpdesk.WebhookInput, error) {
	kinds, err := eventKinds(in.Subscriptions)
	return helpdesk.WebhookInput{Name: in.Name, URL: in.URL, Events: kinds, Inbox: in.Inbox}, err
}

type webhookID struct {
	ID helpdesk.WebhookID `in:"id"`
}

type webhookChange struct {
	webhookID
	webhookInput
}

// webhook shapes an endpoint, with the secret its deliveries are signed with.
func (c *call) webhook(ctx context.Context, w *helpdesk.Webhook) (payload[oneWebhook], error) {
	boxes, err := c.inboxesByID(ctx)
	if err != nil {
		return payload[oneWebhook]{}, err
	}
	view := viewWebhook(w, boxes)
	view.Secret, err = c.desk.Webhooks.Secret(ctx, w.ID)
	return wrap(oneWebhook{view}), err
}

func createWebhook(ctx context.Context, c *call, in webhookInput) (out payload[oneWebhook], err error) {
	input, err := in.input()
	if err != nil {
		return out, err
	}
	w, err := c.desk.Webhooks.Create(ctx, input)
	if err != nil {
		return out, err
	}
	return c.webhook(ctx, w)
}

func showWebhook(ctx context.Context, c *call, in webhookID) (out payload[oneWebhook], err error) {
	w, err := c.desk.Webhooks.Get(ctx, in.ID)
	if err != nil {
		return out, err
	}
	return c.webhook(ctx, w)
}

func updateWebhook(ctx context.Context, c *call, in webhookChange) (out payload[oneWebhook], err error) {
	input, err := in.input()
	if err != nil {
		return out, err
	}
	w, err := c.desk.Webhooks.Update(ctx, in.ID, input)
	if err != nil {
		return out, err
	}
	return c.webhook(ctx, w)
}

func deleteWebhook(ctx context.Context, c *call, in webhookID) (empty, error) {
	return empty{}, c.desk.Webhooks.Delete(ctx, in.ID)
}

type deliveriesInput struct {
	webhookID
	State helpdesk.DeliveryState `in:"state"`
	pageInput
}

func listDeliveries(ctx context.Context, c *call, in deliveriesInput) (payload[[]deliveryView], error) {
	if _, err := c.desk.Webhooks.Get(ctx, in.ID); err != nil {
		return payload[[]deliveryView]{}, err
	}
	log, err := c.desk.Webhooks.Deliveries(ctx, helpdesk.DeliveryFilter{Webhook: in.ID, State: in.State}, in.page(25))
	return wrap(each(log, viewDelivery)), err
}

type redeliverInput struct {
	webhookID
	Delivery helpdesk.DeliveryID `in:"delivery_id"`
}

func redeliverEvent(ctx context.Context, c *call, in redeliverInput) (payload[deliveryView], error) {
	d, err := c.desk.Webhooks.Redeliver(ctx, in.ID, in.Delivery)
	view, err := shown(d, err, viewDelivery)
	return wrap(view), err
}

// pageInput is how Chatwoot's lists are turned: page 1, 2, 3…
type pageInput struct {
	Page int `in:"page"`
}

func (p pageInput) page(size int) helpdesk.Page {
	return helpdesk.Page{Limit: size, Offset: (max(p.Page, 1) - 1) * size}
}
