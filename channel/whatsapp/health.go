package whatsapp

import (
	"context"
	"errors"
	"net/url"
	"slices"
	"strings"

	"github.com/gohelpdesk/helpdesk"
	"github.com/gohelpdesk/helpdesk/channel/internal/wire"
)

// numberFacts is what Graph tells of a phone number.
type numberFacts struct {
	ID          wire.Text `json:"id"`
	Display     string    `json:"display_phone_number"`
	Name        string    `json:"verified_name"`
	NameStatus  string    `json:"name_status"`
	Quality     string    `json:"quality_rating"`
	Status      string    `json:"status"`
	Verified    string    `json:"code_verification_status"`
	Platform    string    `json:"platform_type"`
	Mode        string    `json:"account_mode"`
	OnPhone     bool      `json:"is_on_biz_app"`
	Limit       string    `json:"whatsapp_business_manager_messaging_limit"`
	OldLimit    string    `json:"messaging_limit_tier"`
	Registered  string    `json:"last_onboarded_time"`
	HookingInto struct {
		Phone string `json:"phone_number"`
	} `json:"webhook_configuration"`
	Throughput struct {
		Level string `json:"level"`
	} `json:"throughput"`
}

const numberFields = "id,display_phone_number,verified_name,name_status,quality_rating,status,code_verification_status,platform_type," +
	"account_mode,is_on_biz_app,whatsapp_business_manager_messaging_limit,last_onboarded_time,webhook_configuration,throughput"

// unregistered reports a number that cannot send before it is registered.
func (n numberFacts) unregistered() bool {
	return n.Platform == "NOT_APPLICABLE" || n.Throughput.Level == "NOT_APPLICABLE" || n.Verified != "" && n.Verified != "VERIFIED"
}

// Check implements helpdesk.Checker: the number, the token, the permissions and
// the webhook, all that is wrong at once. It also warns of what is not wrong:
// without the app's secret anybody may write to the webhook.
func (w *sender) Check(ctx context.Context) (*helpdesk.Health, error) {
	h := &helpdesk.Health{Facts: map[string]any{}}
	if secret, _ := w.secret(); secret == "" {
		problem(h, "secret", "the app's secret is not set: what is posted to the webhook is taken from anybody who knows its address", false)
	}
	if w.s.VerifyToken == "" {
		problem(h, "verify_token", "webhook_verify_token is not set: Meta cannot verify the webhook's address", false)
	}
	var n numberFacts
	ok, err := w.ask(ctx, h, "number", w.s.PhoneNumberID, url.Values{"fields": {numberFields}}, &n)
	if err != nil {
		return nil, err
	}
	if !ok {
		return h, nil
	}
	w.numberHealth(h, n)
	if err := w.permissions(ctx, h); err != nil {
		return nil, err
	}
	var apps struct {
		Data []struct {
			App struct {
				ID wire.Text `json:"id"`
			} `json:"whatsapp_business_api_data"`
			Callback string `json:"override_callback_uri"`
		} `json:"data"`
	}
	ok, err = w.ask(ctx, h, "business_account", w.s.BusinessAccountID+"/subscribed_apps", nil, &apps)
	if err != nil {
		return nil, err
	}
	if ok && len(apps.Data) == 0 {
		problem(h, "webhook", "no app is subscribed to the business account: customers' messages do not arrive", false)
	}
	if n.HookingInto.Phone != "" {
		h.Facts["callback_url"] = n.HookingInto.Phone
	} else if ok && len(apps.Data) > 0 && apps.Data[0].Callback != "" {
		h.Facts["callback_url"] = apps.Data[0].Callback
	}
	return h, nil
}

func problem(h *helpdesk.Health, code, message string, revoked bool) {
	h.Problems = append(h.Problems, helpdesk.HealthProblem{Code: code, Message: message, Revoked: revoked})
}

// ask makes one of the calls of Check. What Graph refuses becomes a problem of the
// inbox; an error means that nobody can tell.
func (w *sender) ask(ctx context.Context, h *helpdesk.Health, what, path string, query url.Values, out any) (bool, error) {
	err := w.graph.Get(ctx, path, query, out)
	refusal, ok := errors.AsType[*wire.GraphError](err)
	switch {
	case err == nil:
		return true, nil
	case !ok:
		return false, wire.Fail(repeatable(err), 1, class)
	}
	switch c := class(refusal); {
	case refusal.Code == 190 || refusal.Code == 0 && c == wire.ClassAdmin:
		problem(h, "token", "WhatsApp does not take the token (api_key) any more: "+refusal.Error(), true)
	case c == wire.ClassAdmin:
		problem(h, "permission", "the token may not do this: "+refusal.Error(), true)
	case c == wire.ClassPermanent && what == "number":
		problem(h, what, "there is no number with this phone_number_id, or the token may not see it: "+refusal.Error(), true)
	case c == wire.ClassPermanent:
		problem(h, what, "there is no business account with this business_account_id, or the token may not see it: "+refusal.Error(), true)
	default:
		return false, wire.Fail(err, 1, class)
	}
	return false, nil
}

// numberHealth adds what Graph tells of the number.
func (w *sender) numberHealth(h *helpdesk.Health, n numberFacts) {
	limit := n.Limit
	if limit == "" {
		limit = n.OldLimit
	}
	for key, fact := range map[string]string{
		"display_phone_number": n.Display, "verified_name": n.Name, "name_status": n.NameStatus, "quality_rating": n.Quality, "status": n.Status,
		"code_verification_status": n.Verified, "platform_type": n.Platform, "account_mode": n.Mode, "messaging_limit_tier": limit,
		"last_onboarded_time": n.Registered, "throughput": n.Throughput.Level,
	} {
		if fact != "" {
			h.Facts[key] = fact
		}
	}
	if shown := digits(n.Display); shown != "" && !sameNumber(shown, digits(w.s.PhoneNumber)) {
		problem(h, "phone_number", "phone_number_id is that of "+n.Display, false)
	}
	if n.OnPhone && !w.s.Coexistence {
		problem(h, "coexistence", "the number lives on a phone too: switch coexistence on, or it may be cut off there", false)
	}
	if n.unregistered() && !w.s.Coexistence && !n.OnPhone {
		problem(h, "registration", "the number is not registered: nothing can be sent", false)
	}
	switch n.Status {
	case "BANNED", "RESTRICTED", "RATE_LIMITED", "FLAGGED", "DISCONNECTED":
		problem(h, "status", "WhatsApp says that the number is "+strings.ToLower(n.Status), n.Status == "BANNED")
	}
	if n.Quality == "RED" {
		problem(h, "quality", "customers complain: WhatsApp rates the number RED", false)
	}
}

// sameNumber compares two numbers of which one may lack a digit that its country
// added: the last eight are those of the person.
func sameNumber(a, b string) bool {
	if a == b {
		return true
	}
	const tail = 8
	return len(a) >= tail+2 && len(b) >= tail+2 && a[:2] == b[:2] && a[len(a)-tail:] == b[len(b)-tail:]
}

// permissions asks what the token may do. Not every token may ask that.
func (w *sender) permissions(ctx context.Context, h *helpdesk.Health) error {
	var info struct {
		Data struct {
			Scopes []string `json:"scopes"`
		} `json:"data"`
	}
	err := w.graph.Get(ctx, "debug_token", url.Values{"input_token": {w.s.APIKey}}, &info)
	if _, refused := errors.AsType[*wire.GraphError](err); refused || err == nil && len(info.Data.Scopes) == 0 {
		return nil
	}
	if err != nil {
		return wire.Fail(repeatable(err), 1, class)
	}
	for _, scope := range []string{"whatsapp_business_messaging", "whatsapp_business_management"} {
		if !slices.Contains(info.Data.Scopes, scope) {
			problem(h, "permission", "the token lacks the permission "+scope, true)
		}
	}
	return nil
}

// Connect implements helpdesk.Connector: webhooks of the number and of its business
// account go to callback, and the number is registered where that is due. A number
// that lives on a phone never is: that would cut the phone off. Without a verify
// token the callback stays as somebody set it up in Meta's own pages.
func (w *sender) Connect(ctx context.Context, callback string) error {
	if w.s.VerifyToken == "" {
		callback = "" // Meta asks for it at once
	}
	var n numberFacts
	if err := w.graph.Get(ctx, w.s.PhoneNumberID, url.Values{"fields": {numberFields}}, &n); err != nil {
		return connecting(err)
	}
	if w.s.PIN != "" && !w.s.Coexistence && !n.OnPhone && n.unregistered() {
		in := object{"messaging_product": "whatsapp", "pin": w.s.PIN}
		if err := w.graph.Post(ctx, w.s.PhoneNumberID+"/register", in, nil); err != nil {
			return connecting(err)
		}
	}
	subscribe := object{}
	if callback != "" {
		subscribe = object{"override_callback_uri": callback, "verify_token": w.s.VerifyToken}
	}
	if err := w.graph.Post(ctx, w.s.BusinessAccountID+"/subscribed_apps", subscribe, nil); err != nil {
		return connecting(err)
	}
	if callback == "" {
		return nil
	}
	// Two numbers of one business account would take each other's calls.
	own := object{"webhook_configuration": object{"override_callback_uri": callback, "verify_token": w.s.VerifyToken}}
	return connecting(w.graph.Post(ctx, w.s.PhoneNumberID, own, nil))
}

// connecting says in words what Connect failed at: to make it again does no harm.
func connecting(err error) error {
	refusal, ok := errors.AsType[*wire.GraphError](err)
	if !ok {
		if err == nil {
			return nil
		}
		return wire.Fail(repeatable(err), 1, class)
	}
	field := "api_key"
	switch {
	case refusal.Code == 2200:
		field = "callback"
	case refusal.Code == 133005 || refusal.Code == 133016:
		field = "pin"
	case refusal.Code == 100 || refusal.Code == 33:
		field = "phone_number_id"
	}
	failure := &helpdesk.Error{Code: helpdesk.Invalid, Message: "WhatsApp refused it", Fields: map[string]string{field: refusal.Error()}, Err: refusal}
	switch class(refusal) {
	case wire.ClassRetry, wire.ClassSlow, wire.ClassPair:
		return wire.Fail(err, 1, class)
	case wire.ClassAdmin:
		return helpdesk.Revoked(failure)
	default:
		return helpdesk.Permanent(failure)
	}
}

// Disconnect implements helpdesk.Disconnector. The subscription of the business
// account stays: other numbers may live by it.
func (w *sender) Disconnect(ctx context.Context) error {
	none := object{"webhook_configuration": object{"override_callback_uri": ""}}
	return connecting(w.graph.Post(ctx, w.s.PhoneNumberID, none, nil))
}
