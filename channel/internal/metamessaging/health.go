package metamessaging

import (
	"context"
	"encoding/json"
	"errors"
	"net/url"
	"slices"
	"strings"

	"github.com/gohelpdesk/helpdesk"
	"github.com/gohelpdesk/helpdesk/channel/internal/wire"
)

// Check implements helpdesk.Checker: the token, whose it is, what it may do, and
// whether webhooks come.
func (b *Inbox) Check(ctx context.Context) (*helpdesk.Health, error) {
	h := &helpdesk.Health{Facts: map[string]any{"human_agent": b.HumanAgent}}
	if b.VerifyToken == "" {
		problem(h, "verify_token", "verify_token is not set: Meta cannot verify the webhook's address", false)
	}
	var me struct {
		ID       wire.Text `json:"id"`
		UserID   wire.Text `json:"user_id"`
		Name     string    `json:"name"`
		Username string    `json:"username"`
	}
	fields := "id,name"
	if b.OwnLogin {
		fields = "user_id,username,name"
	}
	ok, err := b.ask(ctx, h, "me", url.Values{"fields": {fields}}, &me)
	if err != nil || !ok {
		return h, err
	}
	for key, fact := range map[string]string{"name": me.Name, "username": me.Username} {
		if fact != "" {
			h.Facts[key] = wire.Clean(fact)
		}
	}
	id := string(me.ID)
	if b.OwnLogin && me.UserID != "" {
		id = string(me.UserID)
	}
	if want := b.tokenOf(); id != want {
		problem(h, "page", "the token is that of "+wire.Clip(wire.Clean(id), 40)+", not of "+want, true)
		return h, nil
	}
	if err := b.permissions(ctx, h); err != nil {
		return nil, err
	}
	return h, b.subscription(ctx, h)
}

// tokenOf is whose token it is. "me" as the owner is the account itself.
func (b *Inbox) tokenOf() string {
	if b.Owner == "me" {
		return b.Own
	}
	return b.Owner
}

func problem(h *helpdesk.Health, code, message string, revoked bool) {
	h.Problems = append(h.Problems, helpdesk.HealthProblem{Code: code, Message: message, Revoked: revoked})
}

// ask makes one of the calls of Check. What Graph refuses becomes a problem of the
// inbox; an error means that nobody can tell.
func (b *Inbox) ask(ctx context.Context, h *helpdesk.Health, path string, query url.Values, out any) (bool, error) {
	err := b.Graph.Get(ctx, path, query, out)
	refusal, ok := errors.AsType[*wire.GraphError](err)
	switch {
	case err == nil:
		return true, nil
	case !ok:
		return false, wire.Fail(Repeatable(err), 1, Class)
	}
	switch c := Class(refusal); {
	case strings.Contains(refusal.Message, "appsecret_proof"):
		problem(h, "secret", "the app's secret is not that of the app which the token is of: "+refusal.Error(), true)
	case refusal.Code == 190 || refusal.Code == 0 && c == wire.ClassAdmin:
		problem(h, "token", b.Product.Name+" does not take the token any more: "+refusal.Error(), true)
	case c == wire.ClassAdmin:
		problem(h, "permission", "the token may not do this: "+refusal.Error(), true)
	case c == wire.ClassPermanent:
		problem(h, "page", "Graph refuses it: "+refusal.Error(), true)
	default:
		return false, wire.Fail(err, 1, Class)
	}
	return false, nil
}

// permissions asks what the token may do, and until when. Not every token may ask that.
func (b *Inbox) permissions(ctx context.Context, h *helpdesk.Health) error {
	if b.OwnLogin {
		return nil
	}
	var info struct {
		Data struct {
			AppID  wire.Text `json:"app_id"`
			Scopes []string  `json:"scopes"`
		} `json:"data"`
	}
	err := b.Graph.Get(ctx, "debug_token", url.Values{"input_token": {b.Graph.Token}}, &info)
	if _, refused := errors.AsType[*wire.GraphError](err); refused || err == nil && len(info.Data.Scopes) == 0 {
		return nil
	}
	if err != nil {
		return wire.Fail(Repeatable(err), 1, Class)
	}
	for _, scope := range b.Product.Scopes {
		if !slices.Contains(info.Data.Scopes, scope) {
			problem(h, "permission", "the token lacks the permission "+scope, true)
		}
	}
	if b.AppID != "" && info.Data.AppID != "" && string(info.Data.AppID) != b.AppID {
		problem(h, "app", "the token is of another app than app_id", false)
	}
	return nil
}

// subscription looks whether the app hears of what is said.
func (b *Inbox) subscription(ctx context.Context, h *helpdesk.Health) error {
	var answer struct {
		Data json.RawMessage `json:"data"`
	}
	ok, err := b.ask(ctx, h, b.Owner+"/subscribed_apps", nil, &answer)
	if err != nil || !ok {
		return err
	}
	type app struct {
		ID     wire.Text `json:"id"`
		Fields []string  `json:"subscribed_fields"`
	}
	apps := wire.Each[app](answer.Data)
	i := slices.IndexFunc(apps, func(a app) bool { return b.AppID == "" || a.ID == "" || string(a.ID) == b.AppID })
	if i < 0 {
		problem(h, "webhook", "the app is not subscribed: customers' messages do not arrive", false)
		return nil
	}
	h.Facts["subscribed_fields"] = apps[i].Fields
	var missing []string
	for _, f := range b.Product.Fields {
		if !slices.Contains(apps[i].Fields, f) {
			missing = append(missing, f)
		}
	}
	if len(missing) > 0 {
		problem(h, "webhook", "the app is not subscribed to "+strings.Join(missing, ", "), false)
	}
	return nil
}

// Connect implements helpdesk.Connector: the app hears of the page or account from now
// on. Where it hears of it is set once for the whole app, in Meta's own pages.
func (b *Inbox) Connect(ctx context.Context, _ string) error {
	in := object{"subscribed_fields": strings.Join(b.Product.Fields, ",")}
	return b.connecting(b.Graph.Post(ctx, b.Owner+"/subscribed_apps", in, nil))
}

// Disconnect implements helpdesk.Disconnector.
func (b *Inbox) Disconnect(ctx context.Context) error {
	return b.connecting(b.Graph.Delete(ctx, b.Owner+"/subscribed_apps", nil))
}

// connecting says in words what was refused; to do it again does no harm.
func (b *Inbox) connecting(err error) error {
	refusal, ok := errors.AsType[*wire.GraphError](err)
	if !ok {
		if err == nil {
			return nil
		}
		return wire.Fail(Repeatable(err), 1, Class)
	}
	failure := &helpdesk.Error{Code: helpdesk.Invalid, Message: b.Product.Name + " refused it: " + refusal.Error(), Err: refusal}
	switch Class(refusal) {
	case wire.ClassRetry, wire.ClassSlow, wire.ClassPair:
		return wire.Fail(err, 1, Class)
	case wire.ClassAdmin:
		return helpdesk.Revoked(failure)
	default:
		return helpdesk.Permanent(failure)
	}
}
