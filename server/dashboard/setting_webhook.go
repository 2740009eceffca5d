package dashboard

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"

	"github.com/gohelpdesk/helpdesk"
)

// webhookEvents are what an endpoint can ask for.
func webhookEvents() []helpdesk.EventKind {
	return []helpdesk.EventKind{
		helpdesk.ConversationCreated, helpdesk.ConversationStatus, helpdesk.ConversationUpdated, helpdesk.MessageCreated, helpdesk.MessageUpdated,
		helpdesk.ContactCreated, helpdesk.ContactUpdated, "webwidget.triggered", helpdesk.InboxCreated, helpdesk.InboxUpdated, helpdesk.TypingOn, helpdesk.TypingOff,
	}
}

// webhookSetting is /settings/webhooks; the page of one has its secret, and what it
// was sent.
func webhookSetting() setting {
	return setting{
		Path: "webhooks", May: helpdesk.EditSettings, Edit: helpdesk.EditSettings, List: webhookList, Form: webhookForm, Save: saveWebhook,
		More: webhookMore, Page: "settings/webhook",
		Delete: func(c *call, id int64) error { return c.desk.Webhooks.Delete(c.ctx(), helpdesk.WebhookID(id)) },
	}
}

func webhookRoutes() []route {
	return []route{{"POST /settings/webhooks/{id}/deliveries/{delivery}", helpdesk.EditSettings, (*call).redeliver}}
}

func webhookList(c *call) (*table, error) {
	list, err := c.desk.Webhooks.List(c.ctx())
	if err != nil {
		return nil, err
	}
	names, err := c.inboxNames()
	t := &table{Columns: []string{"webhooks.address", "webhooks.events", "webhooks.inbox", "webhooks.state"}}
	for _, w := range list {
		events := w.Events
		if len(events) == 0 {
			events = helpdesk.DefaultWebhookEvents()
		}
		of := c.T("webhooks.all_inboxes")
		if w.Inbox != 0 {
			of = names[w.Inbox]
		}
		state := cell{Text: c.T("webhooks.state_ok"), Badge: "good"}
		switch {
		case w.Disabled:
			state = cell{Text: c.T("webhooks.state_off"), Badge: "bad"}
		case w.PausedUntil.After(c.e.Now()):
			state = cell{Text: c.T("webhooks.state_paused"), Badge: "warn"}
		case w.Failures > 0:
			state = cell{Text: c.T("webhooks.state_failing", "n", w.Failures), Badge: "warn"}
		}
		title := cell{Text: w.URL}
		if w.Name != "" {
			title = cell{Text: w.Name, Sub: w.URL}
		}
		t.Rows = append(t.Rows, tableRow{ID: int64(w.ID), Cells: []cell{title, {Text: c.T("webhooks.events_n", "n", len(events))}, {Text: of}, state}})
	}
	return t, err
}

func webhookForm(c *call, id int64) (*form, error) {
	w := &helpdesk.Webhook{}
	if id != 0 {
		var err error
		if w, err = c.webhook(id); err != nil {
			return nil, err
		}
	}
	names, err := c.desk.Inboxes.List(c.ctx())
	if err != nil {
		return nil, err
	}
	of := field{Name: "inbox_id", Kind: asSelect, Options: []option{{Value: "0", Label: c.T("webhooks.all_inboxes")}}, Value: str(w.Inbox)}
	for _, b := range names {
		of.Options = append(of.Options, option{Value: str(b.ID), Label: b.Name})
	}
	events := field{Name: "subscriptions", Kind: asChoices}
	have := w.Events
	if len(have) == 0 {
		have = helpdesk.DefaultWebhookEvents()
	}
	for _, k := range webhookEvents() {
		name := strings.ReplaceAll(string(k), ".", "_")
		events.Options = append(events.Options, option{Value: string(k), Label: c.T("webhooks.event_" + name), Hint: name})
		if slices.Contains(have, k) {
			events.Values = append(events.Values, string(k))
		}
	}
	f := c.ask("webhooks",
		field{Name: "url", Kind: asURL, Value: w.URL, Required: true}, field{Name: "name", Kind: asText, Value: w.Name}, of, events)
	f.Title = w.URL
	if w.Name != "" {
		f.Title = w.Name
	}
	return f, nil
}

// webhook is one that people made: those of inboxes and bots go with them.
func (c *call) webhook(id int64) (*helpdesk.Webhook, error) {
	w, err := c.desk.Webhooks.Get(c.ctx(), helpdesk.WebhookID(id))
	if err == nil && w.Implicit {
		err = helpdesk.NotFound
	}
	return w, err
}

func saveWebhook(c *call, id int64, in input) (int64, error) {
	change := helpdesk.WebhookInput{Name: in.text("name"), URL: in.text("url"), Inbox: new(helpdesk.InboxID(in.id("inbox_id"))), Events: []helpdesk.EventKind{}}
	for _, k := range webhookEvents() {
		if slices.Contains(in.Values["subscriptions"], string(k)) {
			change.Events = append(change.Events, k)
		}
	}
	if len(change.Events) == 0 {
		return 0, bad(map[string]string{"subscriptions": "must be chosen"})
	}
	var w *helpdesk.Webhook
	var err error
	if id == 0 {
		w, err = c.desk.Webhooks.Create(c.ctx(), change)
	} else {
		if _, err = c.webhook(id); err != nil {
			return 0, err
		}
		w, err = c.desk.Webhooks.Update(c.ctx(), helpdesk.WebhookID(id), change)
	}
	if err != nil {
		return 0, err
	}
	return int64(w.ID), nil
}

// deliveriesShown is how many deliveries a page of the log has.
const deliveriesShown = 25

// webhookExtra is what the page of an endpoint shows beside its form.
type webhookExtra struct {
	Secret *form
	Rows   []deliveryRow
	States []profileTab // to narrow the log
	Older  string       // address of the next page; "" = there is none
}

type deliveryRow struct {
	*helpdesk.Delivery
	Event, State, Badge string
	At                  moment
	Body                string // as JSON people can read
}

func webhookMore(c *call, id int64) (any, error) {
	if id == 0 {
		return nil, nil //nolint:nilnil // a new endpoint has nothing
	}
	secret, err := c.desk.Webhooks.Secret(c.ctx(), helpdesk.WebhookID(id))
	if err != nil {
		return nil, err
	}
	q := c.r.URL.Query()
	base := c.path("/settings/webhooks/", str(id))
	state := helpdesk.DeliveryState(q.Get("state"))
	out := &webhookExtra{Secret: c.ask("webhooks", field{Name: "secret", Kind: asSecret, Value: secret})}
	for _, s := range []helpdesk.DeliveryState{"", helpdesk.DeliveryPending, helpdesk.DeliveryDelivered, helpdesk.DeliveryDead} {
		out.States = append(out.States, profileTab{c.T("webhooks.sent_" + string(s)), base + "?state=" + string(s) + "#log", s == state})
	}
	rows, err := c.desk.Webhooks.Deliveries(c.ctx(), helpdesk.DeliveryFilter{Webhook: helpdesk.WebhookID(id), State: state}, helpdesk.Page{Limit: deliveriesShown + 1, After: q.Get("after")})
	if err != nil {
		return nil, err
	}
	if len(rows) > deliveriesShown {
		rows = rows[:deliveriesShown]
		out.Older = base + "?state=" + string(state) + "&after=" + helpdesk.IDKey(rows[deliveriesShown-1].ID) + "#log"
	}
	for _, d := range rows {
		out.Rows = append(out.Rows, c.deliveryRow(d))
	}
	return out, nil
}

func (c *call) deliveryRow(d *helpdesk.Delivery) deliveryRow {
	row := deliveryRow{Delivery: d, Event: strings.ReplaceAll(string(d.Kind), ".", "_"), State: c.T("webhooks.sent_" + string(d.State)), Badge: "warn", At: c.moment(d.CreatedAt)}
	switch d.State {
	case helpdesk.DeliveryDelivered:
		row.Badge = "good"
	case helpdesk.DeliveryDead:
		row.Badge = "bad"
	case helpdesk.DeliveryPending:
	}
	var b bytes.Buffer
	if json.Indent(&b, d.Body, "", "  ") == nil {
		row.Body = b.String()
	}
	return row
}

func (c *call) redeliver() error {
	id, err := c.id("id")
	if err != nil {
		return err
	}
	delivery, err := c.id("delivery")
	if err != nil {
		return err
	}
	if _, err := c.desk.Webhooks.Redeliver(c.ctx(), helpdesk.WebhookID(id), helpdesk.DeliveryID(delivery)); err != nil {
		return err
	}
	return c.done(c.path("/settings/webhooks/", str(id)), "webhooks.sent_again")
}
