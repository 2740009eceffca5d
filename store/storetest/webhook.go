package storetest

import (
	"context"
	"slices"
	"time"

	"github.com/gohelpdesk/helpdesk"
)

// testWebhooks: endpoints, their cursors and breakers, and deliveries.
func testWebhooks(s suite) {
	s.test("Advance compares and swaps", func(d *desk) {
		hook := d.webhook(0, false)
		d.twice(func(ctx context.Context, tx helpdesk.Tx) error { return tx.Webhooks().Advance(ctx, hook.ID, 0, 7) })
		equal(d, "cursor", get(d, webhooks, hook.ID).After, 7)
		for _, from := range []helpdesk.EventSeq{0, 6, 8} {
			d.refuses(helpdesk.Conflict, func(ctx context.Context, tx helpdesk.Tx) error {
				return tx.Webhooks().Advance(ctx, hook.ID, from, 9)
			})
		}
		now := get(d, webhooks, hook.ID)
		equal(d, "cursor", now.After, 7)
		same(d, now, hook, "After")
		if d.in(d.other).try(func(ctx context.Context, tx helpdesk.Tx) error {
			return tx.Webhooks().Advance(ctx, hook.ID, 7, 9)
		}) == nil {
			d.Fatal("another account moved the cursor")
		}
	})
	s.test("of many that Advance one does", func(d *desk) {
		hook := d.webhook(0, false)
		won := make([]bool, 8)
		for i, err := range together(len(won), func(int) error {
			return d.try(func(ctx context.Context, tx helpdesk.Tx) error { return tx.Webhooks().Advance(ctx, hook.ID, 0, 5) })
		}) {
			if won[i] = err == nil; !won[i] {
				d.is(err, helpdesk.Conflict)
			}
		}
		equal(d, "winners", trues(won), 1)
	})
	s.test("SetBreaker", func(d *desk) {
		hook := d.webhook(0, false)
		d.twice(func(ctx context.Context, tx helpdesk.Tx) error {
			return tx.Webhooks().SetBreaker(ctx, hook.ID, 3, away(9), true)
		})
		now := get(d, webhooks, hook.ID)
		equal(d, "failures", now.Failures, 3)
		equal(d, "pause", now.PausedUntil, at(9))
		equal(d, "disabled", now.Disabled, true)
		same(d, now, hook, "Failures", "PausedUntil", "Disabled")
	})
	testWebhookLists(s)
}

// testWebhookLists: an Update leaves the cursor alone; lists answer their filters.
func testWebhookLists(s suite) {
	s.test("an Update leaves the cursor where it is", func(d *desk) {
		hook := d.webhook(0, false)
		d.update(func(ctx context.Context, tx helpdesk.Tx) error { return tx.Webhooks().Advance(ctx, hook.ID, 0, 7) })
		d.update(func(ctx context.Context, tx helpdesk.Tx) error {
			row := *hook // read before the cursor moved
			row.Name = "renamed"
			return tx.Webhooks().Update(ctx, &row)
		})
		now := get(d, webhooks, hook.ID)
		equal(d, "name", now.Name, "renamed")
		equal(d, "cursor", now.After, 7)
	})
	s.test("WebhookFilter", func(d *desk) {
		inbox := d.inbox().ID
		all := []helpdesk.WebhookID{d.webhook(0, false).ID, d.webhook(inbox, false).ID, d.webhook(inbox, true).ID}
		yes, no := true, false
		for name, c := range map[string]struct {
			filter helpdesk.WebhookFilter
			want   []helpdesk.WebhookID
		}{
			"nothing": {helpdesk.WebhookFilter{}, all}, "inbox": {helpdesk.WebhookFilter{Inbox: inbox}, all[1:]},
			"implicit": {helpdesk.WebhookFilter{Implicit: &yes}, all[2:]}, "explicit": {helpdesk.WebhookFilter{Implicit: &no}, all[:2]},
			"inbox, explicit": {helpdesk.WebhookFilter{Inbox: inbox, Implicit: &no}, all[1:2]},
		} {
			d.view(func(ctx context.Context, tx helpdesk.Tx) error {
				rows, err := tx.Webhooks().List(ctx, c.filter, helpdesk.Page{})
				got := ids[helpdesk.WebhookID](rows)
				slices.Sort(got)
				equal(d, "webhooks by "+name, got, c.want)
				return err
			})
		}
	})
	s.test("DeliveryFilter, newest first", func(d *desk) {
		one, two := d.webhook(0, false).ID, d.webhook(0, false).ID
		var all []helpdesk.DeliveryID
		for _, row := range []helpdesk.Delivery{
			{Webhook: one, State: helpdesk.DeliveryPending}, {Webhook: two, State: helpdesk.DeliveryPending}, {Webhook: one, State: helpdesk.DeliveryDead},
		} {
			row.UID, row.Kind, row.CreatedAt = d.name("uid"), helpdesk.MessageCreated, start
			all = append(all, insert(d, helpdesk.Tx.Deliveries, &row).ID)
		}
		type deliveries = []helpdesk.DeliveryID
		for name, c := range map[string]struct {
			filter helpdesk.DeliveryFilter
			want   deliveries
		}{
			"nothing": {helpdesk.DeliveryFilter{}, deliveries{all[2], all[1], all[0]}},
			"webhook": {helpdesk.DeliveryFilter{Webhook: one}, deliveries{all[2], all[0]}},
			"state":   {helpdesk.DeliveryFilter{State: helpdesk.DeliveryPending}, deliveries{all[1], all[0]}},
			"before":  {helpdesk.DeliveryFilter{Before: start.Add(time.Second)}, deliveries{all[2]}}, // what is pending stays
			"both":    {helpdesk.DeliveryFilter{Webhook: two, State: helpdesk.DeliveryDead}, nil},
		} {
			d.view(func(ctx context.Context, tx helpdesk.Tx) error {
				rows, err := tx.Deliveries().List(ctx, c.filter, helpdesk.Page{})
				equal(d, "deliveries by "+name, ids[helpdesk.DeliveryID](rows), c.want)
				return err
			})
		}
	})
}

func (d *desk) webhook(inbox helpdesk.InboxID, implicit bool) *helpdesk.Webhook {
	d.Helper()
	return insert(d, webhooks, &helpdesk.Webhook{
		Account: d.account, Name: "hook", URL: "https://example.com/" + d.name("hook"), Inbox: inbox, Implicit: implicit,
		Secret: []byte("s"), CreatedAt: start, UpdatedAt: start,
	})
}
