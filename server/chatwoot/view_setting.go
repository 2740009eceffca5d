package chatwoot

import (
	"strings"

	"github.com/gohelpdesk/helpdesk"
)

type labelView struct {
	ID            helpdesk.LabelID `json:"id"`
	Title         string           `json:"title"`
	Description   string           `json:"description"`
	Color         string           `json:"color"`
	ShowOnSidebar bool             `json:"show_on_sidebar"`
}

func viewLabel(l *helpdesk.Label) labelView {
	return labelView{l.ID, l.Title, l.Description, l.Color, l.Sidebar}
}

type attributeView struct {
	ID          helpdesk.AttributeID   `json:"id"`
	DisplayName string                 `json:"attribute_display_name"`
	DisplayType helpdesk.AttributeType `json:"attribute_display_type"`
	Description string                 `json:"attribute_description"`
	Key         string                 `json:"attribute_key"`
	Pattern     *string                `json:"regex_pattern"`
	Cue         *string                `json:"regex_cue"`
	Values      []string               `json:"attribute_values"`
	Model       string                 `json:"attribute_model"`
	Default     *string                `json:"default_value"`
	CreatedAt   iso                    `json:"created_at"`
	UpdatedAt   iso                    `json:"updated_at"`
}

func viewAttribute(a *helpdesk.AttributeDefinition) attributeView {
	return attributeView{
		a.ID, a.Name, a.Type, a.Description, a.Key, text(a.Pattern), text(a.Hint), list(a.Choices), string(a.Model) + "_attribute",
		text(a.Default),
		iso{a.CreatedAt},
		iso{a.UpdatedAt},
	}
}

type webhookView struct {
	ID            helpdesk.WebhookID `json:"id"`
	Name          *string            `json:"name"`
	URL           string             `json:"url"`
	AccountID     helpdesk.AccountID `json:"account_id"`
	Subscriptions []string           `json:"subscriptions"`
	Inbox         *inboxName         `json:"inbox,omitempty"`
	Disabled      bool               `json:"disabled"`     // additions: switched off,
	PausedUntil   iso                `json:"paused_until"` // resting after failures,
	Secret        string             `json:"secret,omitempty"`
}

type inboxName struct {
	ID   helpdesk.InboxID `json:"id"`
	Name string           `json:"name"`
}

func viewWebhook(w *helpdesk.Webhook, boxes map[helpdesk.InboxID]*helpdesk.Inbox) webhookView {
	out := webhookView{
		ID: w.ID, Name: text(w.Name), URL: w.URL, AccountID: w.Account, Subscriptions: eventNames(w.Events),
		Disabled: w.Disabled, PausedUntil: iso{w.PausedUntil},
	}
	if box := boxes[w.Inbox]; box != nil {
		out.Inbox = &inboxName{box.ID, box.Name}
	}
	return out
}

// deliveryView is one entry of an endpoint's log.
type deliveryView struct {
	ID          helpdesk.DeliveryID    `json:"id"`
	UID         string                 `json:"webhook_id"` // as the header of that name
	Event       string                 `json:"event"`
	State       helpdesk.DeliveryState `json:"state"`
	Attempts    int                    `json:"attempts"`
	Status      int                    `json:"response_status"`
	Response    string                 `json:"response_body"`
	Error       *string                `json:"error"`
	Body        *string                `json:"body"` // null before the first try, and once erased
	CreatedAt   iso                    `json:"created_at"`
	TriedAt     iso                    `json:"tried_at"`
	DeliveredAt iso                    `json:"delivered_at"`
}

func viewDelivery(d *helpdesk.Delivery) deliveryView {
	return deliveryView{
		d.ID, d.UID, eventName(d.Kind), d.State, d.Attempts, d.Status, d.Response, text(d.Error), text(string(d.Body)),
		iso{d.CreatedAt},
		iso{d.TriedAt},
		iso{d.DeliveredAt},
	}
}

// subscription pairs Chatwoot's name of an event with the engine's.
type subscription struct {
	name string
	kind helpdesk.EventKind
}

// webwidgetTriggered is raised by the widget alone; endpoints may ask for it.
const webwidgetTriggered helpdesk.EventKind = "webwidget.triggered"

// subscriptions is the table of events that webhooks can ask for. The first
// eight are what an endpoint gets that asks for nothing.
func subscriptions() []subscription {
	return []subscription{
		{"conversation_status_changed", helpdesk.ConversationStatus},
		{"conversation_updated", helpdesk.ConversationUpdated},
		{"conversation_created", helpdesk.ConversationCreated},
		{"contact_created", helpdesk.ContactCreated},
		{"contact_updated", helpdesk.ContactUpdated},
		{"message_created", helpdesk.MessageCreated},
		{"message_updated", helpdesk.MessageUpdated},
		{"webwidget_triggered", webwidgetTriggered},
		{"inbox_created", helpdesk.InboxCreated},
		{"inbox_updated", helpdesk.InboxUpdated},
		{"conversation_typing_on", helpdesk.TypingOn},
		{"conversation_typing_off", helpdesk.TypingOff},
	}
}

const classicEvents = 8

func eventName(k helpdesk.EventKind) string {
	for _, s := range subscriptions() {
		if s.kind == k {
			return s.name
		}
	}
	return strings.ReplaceAll(string(k), ".", "_")
}

func eventNames(kinds []helpdesk.EventKind) []string {
	if len(kinds) == 0 {
		return each(subscriptions()[:classicEvents], func(s subscription) string { return s.name })
	}
	return each(kinds, eventName)
}

// eventKinds reads subscriptions; an unknown name is Invalid, nil stays nil.
func eventKinds(names []string) ([]helpdesk.EventKind, error) {
	var out []helpdesk.EventKind
	for _, name := range names {
		kind := helpdesk.EventKind("")
		for _, s := range subscriptions() {
			if s.name == name {
				kind = s.kind
			}
		}
		if kind == "" {
			return nil, &helpdesk.Error{Code: helpdesk.Invalid, Message: "invalid subscriptions", Fields: map[string]string{"subscriptions": "Invalid events"}}
		}
		out = append(out, kind)
	}
	return out, nil
}
