package chatwoot

import (
	"cmp"
	"context"
	"reflect"

	"github.com/gohelpdesk/helpdesk"
)

// savedView is what Chatwoot calls a custom filter.
type savedView struct {
	ID        helpdesk.ViewID   `json:"id"`
	Name      string            `json:"name"`
	Kind      helpdesk.ViewKind `json:"filter_type"`
	Query     map[string]any    `json:"query"`
	CreatedAt iso               `json:"created_at"`
	UpdatedAt iso               `json:"updated_at"`
}

func viewSaved(v *helpdesk.View) savedView {
	query := object(v.Query)
	if v.Query == nil && v.Where != nil {
		query = map[string]any{"payload": viewConditions(*v.Where)}
	}
	return savedView{v.ID, v.Name, v.Kind, query, iso{v.CreatedAt}, iso{v.UpdatedAt}}
}

type savedViewKind struct {
	Filter string `in:"filter_type"`
	Type   string `in:"type"` // the OpenAPI document's name for it
}

// kind reads a name or a number; "" is a view of conversations.
func (in savedViewKind) kind() helpdesk.ViewKind {
	switch s := cmp.Or(in.Filter, in.Type); s {
	case "", "0":
		return helpdesk.ConversationView
	case "1":
		return helpdesk.ContactView
	case "2":
		return helpdesk.ReportView
	default:
		return helpdesk.ViewKind(s)
	}
}

type savedViewInput struct {
	savedViewKind
	Name  *string        `in:"name"`
	Query map[string]any `in:"query"`
}

func (in savedViewInput) input() (helpdesk.ViewInput, error) {
	out := helpdesk.ViewInput{Kind: in.kind(), Name: in.Name, Query: in.Query}
	if in.Query["payload"] == nil {
		return out, nil
	}
	var list []condition
	if what := set(reflect.ValueOf(&list).Elem(), in.Query["payload"]); what != "" {
		return out, &helpdesk.Error{Code: helpdesk.Invalid, Message: "invalid query", Fields: map[string]string{"query": what}}
	}
	where, err := readConditions(list)
	out.Where = &where
	return out, err
}

func listSavedViews(ctx context.Context, c *call, in savedViewKind) ([]savedView, error) {
	found, err := c.desk.Views.List(ctx, in.kind())
	return each(found, viewSaved), err
}

type savedViewID struct {
	ID helpdesk.ViewID `in:"id"`
}

func showSavedView(ctx context.Context, c *call, in savedViewID) (savedView, error) {
	v, err := c.desk.Views.Get(ctx, in.ID)
	return shown(v, err, viewSaved)
}

func createSavedView(ctx context.Context, c *call, in savedViewInput) (savedView, error) {
	input, err := in.input()
	if err != nil {
		return savedView{}, err
	}
	v, err := c.desk.Views.Create(ctx, input)
	return shown(v, err, viewSaved)
}

type savedViewChange struct {
	savedViewID
	savedViewInput
}

func updateSavedView(ctx context.Context, c *call, in savedViewChange) (savedView, error) {
	input, err := in.input()
	if err != nil {
		return savedView{}, err
	}
	v, err := c.desk.Views.Update(ctx, in.ID, input)
	return shown(v, err, viewSaved)
}

func deleteSavedView(ctx context.Context, c *call, in savedViewID) (noContent, error) {
	return noContent{}, c.desk.Views.Delete(ctx, in.ID)
}
