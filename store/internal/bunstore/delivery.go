package bunstore

import (
	"github.com/uptrace/bun"

	"github.com/gohelpdesk/helpdesk"
)

type deliveryRow struct {
	bun.BaseModel `bun:"table:helpdesk_deliveries,alias:d"`

	AccountID    helpdesk.AccountID      `bun:"account_id,pk"`
	ID           helpdesk.DeliveryID     `bun:"id,pk,autoincrement"`
	UID          string                  `bun:"uid"`
	Webhook      helpdesk.WebhookID      `bun:"webhook_id"`
	Seq          helpdesk.EventSeq       `bun:"seq"`
	Kind         helpdesk.EventKind      `bun:"kind"`
	Conversation helpdesk.ConversationID `bun:"conversation_id"`
	Message      helpdesk.MessageID      `bun:"message_id"`
	State        helpdesk.DeliveryState  `bun:"state"`
	Attempts     int                     `bun:"attempts"`
	Body         []byte                  `bun:"body"`
	Status       int                     `bun:"status"`
	Response     string                  `bun:"response"`
	Error        string                  `bun:"error"`
	CreatedAt    int64                   `bun:"created_at"`
	TriedAt      stamp                   `bun:"tried_at"`
	DeliveredAt  stamp                   `bun:"delivered_at"`
}

func newDeliveries(t *tx) *repo[helpdesk.DeliveryID, helpdesk.Delivery, helpdesk.DeliveryFilter, deliveryRow] {
	return &repo[helpdesk.DeliveryID, helpdesk.Delivery, helpdesk.DeliveryFilter, deliveryRow]{t, &noun[helpdesk.DeliveryID, helpdesk.Delivery, helpdesk.DeliveryFilter, deliveryRow]{
		name: "delivery", table: "@helpdesk_deliveries", alias: "d", newest: true,
		pack: func(v *helpdesk.Delivery) *deliveryRow {
			return &deliveryRow{
				AccountID: v.Account, ID: v.ID, UID: v.UID, Webhook: v.Webhook, Seq: v.Seq, Kind: v.Kind,
				Conversation: v.Conversation, Message: v.Message, State: v.State, Attempts: v.Attempts,
				Body: v.Body, Status: v.Status, Response: v.Response, Error: v.Error,
				CreatedAt: micros(v.CreatedAt), TriedAt: at(v.TriedAt), DeliveredAt: at(v.DeliveredAt),
			}
		},
		unpack: func(r *deliveryRow) *helpdesk.Delivery {
			return &helpdesk.Delivery{
				Account: r.AccountID, ID: r.ID, UID: r.UID, Webhook: r.Webhook, Seq: r.Seq, Kind: r.Kind,
				Conversation: r.Conversation, Message: r.Message, State: r.State, Attempts: r.Attempts,
				Body: r.Body, Status: r.Status, Response: r.Response, Error: r.Error,
				CreatedAt: moment(r.CreatedAt), TriedAt: r.TriedAt.time(), DeliveredAt: r.DeliveredAt.time(),
			}
		},
		key: func(v *helpdesk.Delivery) (*helpdesk.AccountID, *helpdesk.DeliveryID, *int64) {
			return &v.Account, &v.ID, nil
		},
		filter: func(q *bun.SelectQuery, f helpdesk.DeliveryFilter) *bun.SelectQuery {
			if f.Webhook != 0 {
				q = q.Where("d.webhook_id = ?", f.Webhook)
			}
			if f.State != "" {
				q = q.Where("d.state = ?", f.State)
			}
			if !f.Before.IsZero() {
				q = q.Where("d.created_at < ? AND d.state <> ?", micros(f.Before), helpdesk.DeliveryPending)
			}
			return q
		},
	}}
}
