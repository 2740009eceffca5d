package helpdesk

import (
	"context"
	"encoding/json"
	"slices"
	"time"
)

// IntegrationApp is another product that clients know by its id. Most are only
// known: what this program does with one is said by Enabled.
type IntegrationApp struct {
	ID          string
	Name        string
	Description string
	// Enabled says that it works here. What is not enabled may still be set up,
	// so that settings brought from elsewhere are kept, and does nothing.
	Enabled  bool
	Inbox    bool // set up for one inbox each; otherwise once for the account
	Multiple bool // may be set up more than once
	// Settings are what setting it up asks for; nil = nothing that can be set up
	// over the API: it asks somebody to sign in there, or has a place of its own.
	Settings []IntegrationSetting
}

// IntegrationSetting is one thing that setting an app up asks for.
type IntegrationSetting struct {
	Name     string
	Type     string // "string", "boolean" or "object"
	Required bool
}

// Integration is an app that an account, or an inbox, is set up with.
type Integration struct {
	Account  AccountID
	ID       IntegrationID
	App      string // an IntegrationApp's ID
	Inbox    InboxID
	Enabled  bool
	Settings []byte // JSON, sealed: they hold keys

	CreatedAt, UpdatedAt time.Time
	Version              int64
}

// IntegrationApps returns every app that clients know, with what it is.
func IntegrationApps() []IntegrationApp {
	key := func(name string) IntegrationSetting { return IntegrationSetting{name, "string", true} }
	option := func(name, kind string) IntegrationSetting { return IntegrationSetting{name, kind, false} }
	account := IntegrationSetting{"credentials", "object", true} // a Google service account's key file
	return []IntegrationApp{
		{ID: "webhook", Name: "Webhooks", Enabled: true, Multiple: true, Description: "Tells your own programs what happens in the account, as it happens."},
		{ID: "dashboard_apps", Name: "Dashboard apps", Enabled: true, Multiple: true, Description: "Shows pages of your own programs to agents, beside the conversation."},
		{ID: "openai", Name: "OpenAI", Description: "Language models for suggesting and rewording answers.", Settings: []IntegrationSetting{key("api_key"), option("label_suggestion", "boolean")}},
		{ID: "linear", Name: "Linear", Description: "Issues of a software team, linked to conversations."},
		{ID: "notion", Name: "Notion", Description: "A team's pages and notes."},
		{ID: "slack", Name: "Slack", Description: "Conversations answered from a team's chat."},
		{ID: "dialogflow", Name: "Dialogflow", Inbox: true, Multiple: true, Description: "A bot built with Google's Dialogflow that answers first.", Settings: []IntegrationSetting{key("project_id"), account, option("region", "string")}},
		{ID: "google_translate", Name: "Google Translate", Description: "Messages translated by Google.", Settings: []IntegrationSetting{key("project_id"), account}},
		{ID: "dyte", Name: "Dyte", Description: "Video calls with customers.", Settings: []IntegrationSetting{key("organization_id"), key("api_key")}},
		{ID: "shopify", Name: "Shopify", Description: "A customer's orders from the shop."},
		{ID: "leadsquared", Name: "LeadSquared", Description: "Customers and conversations copied to a CRM.", Settings: []IntegrationSetting{key("access_key"), key("secret_key")}},
	}
}

func integrationApp(id string) (IntegrationApp, bool) {
	apps := IntegrationApps()
	i := slices.IndexFunc(apps, func(a IntegrationApp) bool { return a.ID == id })
	if i < 0 {
		return IntegrationApp{}, false
	}
	return apps[i], true
}

// Integrations is the service for other products.
type Integrations struct{ d *Desk }

// IntegrationInput is what an integration is made of.
type IntegrationInput struct {
	App      string         // only on create
	Inbox    InboxID        // only on create, of an app for inboxes
	Enabled  *bool          // nil on create = true
	Settings map[string]any // what the app asks for; nil in an update leaves them alone
}

func loadIntegration(u *unit, id int64) (*Integration, error) {
	return u.tx.Integrations().Get(u.ctx, IntegrationID(id))
}

// List returns what the account is set up with.
func (s Integrations) List(ctx context.Context) ([]*Integration, error) {
	return read(ctx, s.d, func(u *unit) ([]*Integration, error) {
		if err := u.may(ReadSettings); err != nil {
			return nil, err
		}
		return all(u.ctx, u.tx.Integrations(), IntegrationFilter{})
	})
}

// Get returns one integration.
func (s Integrations) Get(ctx context.Context, id IntegrationID) (*Integration, error) {
	return read(ctx, s.d, func(u *unit) (*Integration, error) {
		if err := u.may(ReadSettings); err != nil {
			return nil, err
		}
		return u.tx.Integrations().Get(u.ctx, id)
	})
}

// Settings returns the settings of integrations as they were given. They hold
// keys: administrators only.
func (s Integrations) Settings(ctx context.Context, rows ...*Integration) (map[IntegrationID]map[string]any, error) {
	return read(ctx, s.d, func(u *unit) (map[IntegrationID]map[string]any, error) {
		if err := u.may(EditSettings); err != nil {
			return nil, err
		}
		out := make(map[IntegrationID]map[string]any, len(rows))
		for _, row := range rows {
			if row.Account != u.actor.account {
				return nil, notFound("integration")
			}
			plain, err := u.e.unseal(row.Settings, sealIntegration)
			if err != nil {
				return nil, err
			}
			var values map[string]any
			if err := json.Unmarshal([]byte(plain), &values); err != nil {
				return nil, err
			}
			out[row.ID] = values
		}
		return out, nil
	})
}

// Create sets an app up. One that cannot be set up like this is Unsupported.
func (s Integrations) Create(ctx context.Context, in IntegrationInput) (*Integration, error) {
	return change(ctx, s.d, loadIntegration, func(u *unit) (*Integration, int64, error) {
		if err := u.may(EditSettings); err != nil {
			return nil, 0, err
		}
		app, known := integrationApp(in.App)
		if !known {
			return nil, 0, problems{"app_id": "is not an app"}.err()
		}
		if app.Settings == nil {
			return nil, 0, Errorf(Unsupported, "%s cannot be set up here", app.Name)
		}
		h := &Integration{Account: u.actor.account, App: app.ID, Enabled: true, CreatedAt: u.now}
		if in.Settings == nil {
			in.Settings = map[string]any{}
		}
		if err := u.placeIntegration(h, app, in.Inbox); err != nil {
			return nil, 0, err
		}
		if err := u.applyIntegration(h, app, in); err != nil {
			return nil, 0, err
		}
		if err := u.tx.Integrations().Insert(u.ctx, h); err != nil {
			return nil, 0, err
		}
		return h, int64(h.ID), record(u, "integration", int64(h.ID), nil, h)
	})
}

// placeIntegration checks where an app is set up, and that it is not there yet.
func (u *unit) placeIntegration(h *Integration, app IntegrationApp, inbox InboxID) error {
	p := problems{}
	if app.Inbox {
		h.Inbox = inbox
		p.add(u.cfg.inboxes[inbox] == nil, "inbox_id", "does not exist")
	}
	there, err := u.tx.Integrations().Count(u.ctx, IntegrationFilter{App: app.ID, Inbox: h.Inbox})
	p.add(there > 0 && (!app.Multiple || h.Inbox != 0), "app_id", "is set up already")
	if err != nil {
		return err
	}
	return p.err()
}

// applyIntegration checks settings against what the app asks for; what it does
// not know is refused, since it would never be read.
func (u *unit) applyIntegration(h *Integration, app IntegrationApp, in IntegrationInput) error {
	setBool(&h.Enabled, in.Enabled)
	h.UpdatedAt = u.now
	if in.Settings == nil {
		return nil
	}
	p, values := problems{}, cleanMap(in.Settings)
	for _, s := range app.Settings {
		v, given := values[s.Name]
		p.add(s.Required && (!given || v == nil || v == ""), "settings", "need "+s.Name)
		p.add(given && v != nil && kindOf(v) != s.Type, "settings", s.Name+" must be a "+s.Type)
	}
	for name := range values {
		p.add(!slices.ContainsFunc(app.Settings, func(s IntegrationSetting) bool { return s.Name == name }), "settings", "hold what the app does not know")
	}
	if err := p.err(); err != nil {
		return err
	}
	var err error
	h.Settings, err = u.e.seal(string(args(values)), sealIntegration)
	return err
}

func kindOf(v any) string {
	switch v.(type) {
	case string:
		return "string"
	case bool:
		return "boolean"
	case map[string]any:
		return "object"
	default:
		return ""
	}
}

// Update changes an integration. Settings are replaced as a whole.
func (s Integrations) Update(ctx context.Context, id IntegrationID, in IntegrationInput) (*Integration, error) {
	return change(ctx, s.d, loadIntegration, func(u *unit) (*Integration, int64, error) {
		if err := u.may(EditSettings); err != nil {
			return nil, 0, err
		}
		h, err := u.tx.Integrations().Get(u.ctx, id)
		if err != nil {
			return nil, 0, err
		}
		before := *h
		app, _ := integrationApp(h.App)
		if err := u.applyIntegration(h, app, in); err != nil {
			return nil, 0, err
		}
		if err := u.tx.Integrations().Update(u.ctx, h); err != nil {
			return nil, 0, err
		}
		return h, int64(id), record(u, "integration", int64(id), &before, h)
	})
}

// Delete forgets an integration and its settings.
func (s Integrations) Delete(ctx context.Context, id IntegrationID) error {
	return remove(ctx, s.d, func(u *unit) error {
		if err := u.may(EditSettings); err != nil {
			return err
		}
		h, err := u.tx.Integrations().Get(u.ctx, id)
		if err != nil {
			return err
		}
		return u.deleteIntegration(h)
	})
}

// DeleteApp forgets everything the account is set up with of one app; nothing to
// forget is no error.
func (s Integrations) DeleteApp(ctx context.Context, app string) error {
	return remove(ctx, s.d, func(u *unit) error {
		if err := u.may(EditSettings); err != nil {
			return err
		}
		rows, err := all(u.ctx, u.tx.Integrations(), IntegrationFilter{App: clean(app)})
		if err != nil {
			return err
		}
		for _, h := range rows {
			if err := u.deleteIntegration(h); err != nil {
				return err
			}
		}
		return nil
	})
}

func (u *unit) deleteIntegration(h *Integration) error {
	if err := u.tx.Integrations().Delete(u.ctx, h.ID); err != nil {
		return err
	}
	return record(u, "integration", int64(h.ID), h, nil)
}
