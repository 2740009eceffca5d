package chatwoot

import (
	"context"
	"net/http"

	"github.com/gohelpdesk/helpdesk"
)

// appView is another product. Kind and what follows is for administrators.
type appView struct {
	ID               string            `json:"id"`
	Name             string            `json:"name"`
	Description      string            `json:"description"`
	ShortDescription string            `json:"short_description"`
	Enabled          bool              `json:"enabled"`
	HookType         string            `json:"hook_type,omitempty"`
	AllowMultiple    *bool             `json:"allow_multiple_hooks,omitempty"`
	Schema           any               `json:"settings_json_schema,omitempty"`
	Visible          []string          `json:"visible_properties,omitempty"`
	Hooks            []integrationView `json:"hooks"`
}

// integrationView is an app as an account is set up with it.
type integrationView struct {
	ID          helpdesk.IntegrationID `json:"id"`
	AppID       string                 `json:"app_id"`
	Status      bool                   `json:"status"`
	Inbox       *inboxName             `json:"inbox"`
	AccountID   helpdesk.AccountID     `json:"account_id"`
	HookType    string                 `json:"hook_type"`
	Settings    map[string]any         `json:"settings,omitempty"` // of administrators
	ReferenceID *string                `json:"reference_id,omitempty"`
}

func hookType(inbox bool) string {
	if inbox {
		return "inbox"
	}
	return "account"
}

// integrations shapes what the account is set up with, with settings where the
// caller may see them.
func (c *call) integrations(ctx context.Context, rows ...*helpdesk.Integration) ([]integrationView, error) {
	var settings map[helpdesk.IntegrationID]map[string]any
	var err error
	if c.isAdmin() {
		if settings, err = c.desk.Integrations.Settings(ctx, rows...); err != nil {
			return nil, err
		}
	}
	boxes, err := c.inboxesByID(ctx)
	if err != nil {
		return nil, err
	}
	return each(rows, func(h *helpdesk.Integration) integrationView {
		out := integrationView{ID: h.ID, AppID: h.App, Status: h.Enabled, AccountID: h.Account, HookType: hookType(h.Inbox != 0), Settings: settings[h.ID]}
		if box := boxes[h.Inbox]; box != nil {
			out.Inbox = &inboxName{box.ID, box.Name}
		}
		return out
	}), nil
}

func (c *call) integration(ctx context.Context, h *helpdesk.Integration, err error) (integrationView, error) {
	if err != nil {
		return integrationView{}, err
	}
	out, err := c.integrations(ctx, h)
	if err != nil {
		return integrationView{}, err
	}
	return out[0], nil
}

// apps shapes apps, each with what the account has of it.
func (c *call) apps(ctx context.Context) ([]appView, error) {
	rows, err := c.desk.Integrations.List(ctx)
	if err != nil {
		return nil, err
	}
	hooks, err := c.integrations(ctx, rows...)
	if err != nil {
		return nil, err
	}
	return each(helpdesk.IntegrationApps(), func(a helpdesk.IntegrationApp) appView {
		out := appView{ID: a.ID, Name: a.Name, Description: a.Description, ShortDescription: a.Description, Enabled: a.Enabled, Hooks: []integrationView{}}
		for _, h := range hooks {
			if h.AppID == a.ID {
				out.Hooks = append(out.Hooks, h)
			}
		}
		if c.isAdmin() {
			out.HookType, out.AllowMultiple, out.Schema = hookType(a.Inbox), &a.Multiple, settingsSchema(a)
			out.Visible = each(a.Settings, func(s helpdesk.IntegrationSetting) string { return s.Name })
		}
		return out
	}), nil
}

// settingsSchema says in JSON Schema what setting an app up asks for; nil = it
// is not set up here.
func settingsSchema(a helpdesk.IntegrationApp) any {
	if a.Settings == nil {
		return nil
	}
	properties, required := map[string]any{}, []string{}
	for _, s := range a.Settings {
		properties[s.Name] = map[string]any{"type": s.Type}
		if s.Required {
			required = append(required, s.Name)
		}
	}
	return map[string]any{"type": "object", "properties": properties, "required": required, "additionalProperties": false}
}

func listApps(ctx context.Context, c *call, _ none) (payload[[]appView], error) {
	apps, err := c.apps(ctx)
	return wrap(apps), err
}

type appID struct {
	ID string `in:"id"`
}

func showApp(ctx context.Context, c *call, in appID) (appView, error) {
	apps, err := c.apps(ctx)
	if err != nil {
		return appView{}, err
	}
	for _, a := range apps {
		if a.ID == in.ID {
			return a, nil
		}
	}
	return appView{}, &helpdesk.Error{Code: helpdesk.NotFound, Message: "app not found"}
}

type integrationInput struct {
	App      string           `in:"app_id"`
	Inbox    helpdesk.InboxID `in:"inbox_id"`
	Status   *bool            `in:"status"`
	Settings map[string]any   `in:"settings"`
}

func (in integrationInput) input() helpdesk.IntegrationInput {
	return helpdesk.IntegrationInput{App: in.App, Inbox: in.Inbox, Enabled: in.Status, Settings: in.Settings}
}

func createIntegration(ctx context.Context, c *call, in integrationInput) (integrationView, error) {
	h, err := c.desk.Integrations.Create(ctx, in.input())
	return c.integration(ctx, h, err)
}

type integrationID struct {
	ID helpdesk.IntegrationID `in:"id"`
}

type integrationChange struct {
	integrationID
	integrationInput
}

func updateIntegration(ctx context.Context, c *call, in integrationChange) (integrationView, error) {
	h, err := c.desk.Integrations.Update(ctx, in.ID, in.input())
	return c.integration(ctx, h, err)
}

func deleteIntegration(ctx context.Context, c *call, in integrationID) (empty, error) {
	return empty{}, c.desk.Integrations.Delete(ctx, in.ID)
}

// processEvent asks an app to do something; none of those that could is there.
func processEvent(ctx context.Context, c *call, in integrationID) (messageOnly, error) {
	if _, err := c.desk.Integrations.Get(ctx, in.ID); err != nil {
		return messageOnly{}, err
	}
	return messageOnly{}, refused(http.StatusUnprocessableEntity, "This integration is not available on this server")
}

func deleteNotion(ctx context.Context, c *call, _ none) (empty, error) {
	return empty{}, c.desk.Integrations.DeleteApp(ctx, "notion")
}

func deleteShopify(ctx context.Context, c *call, _ none) (empty, error) {
	return empty{}, c.desk.Integrations.DeleteApp(ctx, "shopify")
}

// noShopify answers for a shop that cannot be connected.
func noShopify(context.Context, *call, none) (messageOnly, error) {
	return messageOnly{}, refused(http.StatusUnprocessableEntity, "Shopify is not available on this server")
}

func authShopify(ctx context.Context, c *call, in none) (messageOnly, error) {
	return noShopify(ctx, c, in)
}

func listShopifyOrders(ctx context.Context, c *call, in none) (messageOnly, error) {
	return noShopify(ctx, c, in)
}

type dashboardAppView struct {
	ID        helpdesk.DashboardAppID `json:"id"`
	Title     string                  `json:"title"`
	Content   []frameView             `json:"content"`
	CreatedAt iso                     `json:"created_at"`
}

type frameView struct {
	Type string `json:"type"`
	URL  string `json:"url"`
}

func viewDashboardApp(a *helpdesk.DashboardApp) dashboardAppView {
	return dashboardAppView{a.ID, a.Title, each(a.Frames, func(s string) frameView { return frameView{"frame", s} }), iso{a.CreatedAt}}
}

func listDashboardApps(ctx context.Context, c *call, _ none) ([]dashboardAppView, error) {
	rows, err := c.desk.DashboardApps.List(ctx)
	return each(rows, viewDashboardApp), err
}

type dashboardAppID struct {
	ID helpdesk.DashboardAppID `in:"id"`
}

type dashboardAppInput struct {
	Title   *string      `in:"title"`
	Content []frameInput `in:"content"`
}

type frameInput struct {
	Type string `in:"type"`
	URL  string `in:"url"`
}

// input leaves out what is no frame: clients know no other type.
func (in dashboardAppInput) input() helpdesk.DashboardAppInput {
	out := helpdesk.DashboardAppInput{Title: in.Title}
	for _, f := range in.Content {
		if f.Type == "" || f.Type == "frame" {
			out.Frames = append(out.Frames, f.URL)
		}
	}
	return out
}

type dashboardAppChange struct {
	dashboardAppID
	dashboardAppInput
}

func createDashboardApp(ctx context.Context, c *call, in dashboardAppInput) (dashboardAppView, error) {
	a, err := c.desk.DashboardApps.Create(ctx, in.input())
	return shown(a, err, viewDashboardApp)
}

func showDashboardApp(ctx context.Context, c *call, in dashboardAppID) (dashboardAppView, error) {
	a, err := c.desk.DashboardApps.Get(ctx, in.ID)
	return shown(a, err, viewDashboardApp)
}

func updateDashboardApp(ctx context.Context, c *call, in dashboardAppChange) (dashboardAppView, error) {
	a, err := c.desk.DashboardApps.Update(ctx, in.ID, in.input())
	return shown(a, err, viewDashboardApp)
}

func deleteDashboardApp(ctx context.Context, c *call, in dashboardAppID) (noContent, error) {
	return noContent{}, c.desk.DashboardApps.Delete(ctx, in.ID)
}
