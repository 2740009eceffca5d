package bunstore

import (
	"context"
	"time"

	"github.com/uptrace/bun"

	"github.com/gohelpdesk/helpdesk"
)

type webhookRow struct {
	bun.BaseModel `bun:"table:helpdesk_webhooks,alias:w"`

	AccountID   helpdesk.AccountID             `bun:"account_id,pk"`
	ID          helpdesk.WebhookID             `bun:"id,pk,autoincrement"`
	Name        string                         `bun:"name"`
	URL         string                         `bun:"url"`
	Events      document[[]helpdesk.EventKind] `bun:"events"`
	Inbox       helpdesk.InboxID               `bun:"inbox_id"`
	Bot         helpdesk.AgentID               `bun:"bot_id"`
	Implicit    bool                           `bun:"implicit"`
	Secret      []byte                         `bun:"secret"`
	After       helpdesk.EventSeq              `bun:"after_seq"`
	Failures    int                            `bun:"failures"`
	PausedUntil stamp                          `bun:"paused_until"`
	Disabled    bool                           `bun:"disabled"`
	CreatedAt   int64                          `bun:"created_at"`
	UpdatedAt   int64                          `bun:"updated_at"`
	Version     int64                          `bun:"version"`
}

func packWebhook(v *helpdesk.Webhook) *webhookRow {
	return &webhookRow{
		AccountID: v.Account, ID: v.ID, Name: v.Name, URL: v.URL, Events: doc(v.Events), Inbox: v.Inbox,
		Bot: v.Bot, Implicit: v.Implicit, Secret: v.Secret, After: v.After, Failures: v.Failures,
		PausedUntil: at(v.PausedUntil), Disabled: v.Disabled,
		CreatedAt: micros(v.CreatedAt), UpdatedAt: micros(v.UpdatedAt), Version: v.Version,
	}
}

func (r *webhookRow) unpack() *helpdesk.Webhook {
	return &helpdesk.Webhook{
		Account: r.AccountID, ID: r.ID, Name: r.Name, URL: r.URL, Events: r.Events.v, Inbox: r.Inbox,
		Bot: r.Bot, Implicit: r.Implicit, Secret: r.Secret, After: r.After, Failures: r.Failures,
		PausedUntil: r.PausedUntil.time(), Disabled: r.Disabled,
		CreatedAt: moment(r.CreatedAt), UpdatedAt: moment(r.UpdatedAt), Version: r.Version,
	}
}

type webhooks struct {
	repo[helpdesk.WebhookID, helpdesk.Webhook, helpdesk.WebhookFilter, webhookRow]
}

func newWebhooks(t *tx) *webhooks {
	return &webhooks{repo[helpdesk.WebhookID, helpdesk.Webhook, helpdesk.WebhookFilter, webhookRow]{t, &noun[helpdesk.WebhookID, helpdesk.Webhook, helpdesk.WebhookFilter, webhookRow]{
		name: "webhook", table: "@helpdesk_webhooks", alias: "w", config: true,
		pack: packWebhook, unpack: (*webhookRow).unpack,
		key: func(v *helpdesk.Webhook) (*helpdesk.AccountID, *helpdesk.WebhookID, *int64) {
			return &v.Account, &v.ID, &v.Version
		},
		filter: func(q *bun.SelectQuery, f helpdesk.WebhookFilter) *bun.SelectQuery {
			if f.Inbox != 0 {
				q = q.Where("w.inbox_id = ?", f.Inbox)
			}
			if f.Implicit != nil {
				q = q.Where("w.implicit = ?", *f.Implicit)
			}
			return q
		},
		// An endpoint edited by a person keeps the place its deliveries have reached.
		keep:  []string{"after_seq"},
		owned: []string{"DELETE FROM @helpdesk_deliveries WHERE account_id = ? AND webhook_id = ?"},
	}}}
}

// Advance implements helpdesk.WebhookRepo.
func (r *webhooks) Advance(ctx context.Context, id helpdesk.WebhookID, from, to helpdesk.EventSeq) error {
	n, err := r.exec(ctx, "UPDATE @helpdesk_webhooks SET after_seq = ? WHERE account_id = ? AND id = ? AND after_seq = ?", to, r.account, id, from)
	if err != nil || n > 0 {
		return err
	}
	if _, err := r.Get(ctx, id); err != nil {
		return err
	}
	return helpdesk.Errorf(helpdesk.Conflict, "the webhook's cursor is elsewhere")
}

// SetBreaker implements helpdesk.WebhookRepo.
func (r *webhooks) SetBreaker(ctx context.Context, id helpdesk.WebhookID, failures int, until time.Time, disabled bool) error {
	n, err := r.exec(ctx, "UPDATE @helpdesk_webhooks SET failures = ?, paused_until = ?, disabled = ? WHERE account_id = ? AND id = ?",
		failures, at(until), disabled, r.account, id)
	if err == nil && n == 0 {
		return notFound("webhook")
	}
	return err
}
