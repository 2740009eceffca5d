package whatsapp

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"math/big"
	"net/url"
	"slices"

	"github.com/gohelpdesk/helpdesk"
	"github.com/gohelpdesk/helpdesk/channel/internal/wire"
)

// SignUpAnswer is what Meta's window of embedded sign-up hands to the browser.
type SignUpAnswer struct {
	Code              string // works once, for half a minute
	BusinessAccountID string // "waba_id"
	PhoneNumberID     string // "" = the account's only number, where there is one alone
	// Coexistence says that the number lives in a phone's app: the window ended with
	// FINISH_WHATSAPP_BUSINESS_APP_ONBOARDING.
	Coexistence bool
}

// SignUp turns the answer of embedded sign-up into the settings of an inbox. It
// needs the app of the Options. Nothing is registered or subscribed yet: Connect of
// the inbox does that. What the customer's answer lacks is Invalid, by field.
func SignUp(ctx context.Context, o Options, in SignUpAnswer) (*Settings, error) {
	o = o.filled()
	if o.AppID == "" || o.AppSecret == "" {
		return nil, helpdesk.Errorf(helpdesk.Unsupported, "this installation has no Meta app")
	}
	wrong := map[string]string{}
	for key, bad := range map[string]bool{
		"code": in.Code == "", "business_account_id": !graphID.MatchString(in.BusinessAccountID),
		"phone_number_id": in.PhoneNumberID != "" && !graphID.MatchString(in.PhoneNumberID),
	} {
		if bad {
			wrong[key] = "is not what Meta's window gives"
		}
	}
	if len(wrong) > 0 {
		return nil, &helpdesk.Error{Code: helpdesk.Invalid, Message: "the sign-up is not complete", Fields: wrong}
	}
	token, err := exchange(ctx, o, in.Code)
	if err != nil {
		return nil, err
	}
	if err := granted(ctx, o, token, in.BusinessAccountID); err != nil {
		return nil, err
	}
	n, err := chosen(ctx, o.graph(token), in)
	if err != nil {
		return nil, err
	}
	s := &Settings{
		PhoneNumber: "+" + digits(n.Display), PhoneNumberID: string(n.ID), BusinessAccountID: in.BusinessAccountID, APIKey: token,
		Coexistence: in.Coexistence || n.OnPhone, Source: EmbeddedSignUp,
	}
	if s.VerifyToken, err = word(); err != nil {
		return nil, err
	}
	if !s.Coexistence {
		s.PIN, err = pin()
	}
	return s, err
}

// exchange makes a token of the code.
func exchange(ctx context.Context, o Options, code string) (string, error) {
	var answer struct {
		Token string `json:"access_token"`
	}
	query := url.Values{"client_id": {o.AppID}, "client_secret": {o.AppSecret}, "code": {code}}
	err := o.graph("").Get(ctx, "oauth/access_token", query, &answer)
	if refusal, ok := errors.AsType[*wire.GraphError](err); ok && wire.GraphClass(refusal) != wire.ClassRetry {
		return "", &helpdesk.Error{Code: helpdesk.Invalid, Message: "Meta does not take the code", Fields: map[string]string{"code": refusal.Error()}}
	}
	if err == nil && answer.Token == "" {
		err = &wire.JunkError{Err: errors.New("it holds no token")}
	}
	return answer.Token, wire.Fail(repeatable(err), 1, class) // a used code is told as such the next time
}

// granted makes sure that the token is for this business account: the browser said
// which one it is, and browsers are strangers.
func granted(ctx context.Context, o Options, token, account string) error {
	var info struct {
		Data struct {
			Valid  bool `json:"is_valid"`
			Scopes []struct {
				Scope   string      `json:"scope"`
				Targets []wire.Text `json:"target_ids"`
			} `json:"granular_scopes"`
		} `json:"data"`
	}
	app := o.AppID + "|" + o.AppSecret
	if err := o.graph(app).Get(ctx, "debug_token", url.Values{"input_token": {token}, "access_token": {app}}, &info); err != nil {
		return wire.Fail(repeatable(err), 1, class)
	}
	for _, s := range info.Data.Scopes {
		if info.Data.Valid && s.Scope == "whatsapp_business_management" && slices.Contains(s.Targets, wire.Text(account)) {
			return nil
		}
	}
	return &helpdesk.Error{
		Code: helpdesk.Invalid, Message: "the sign-up gave no access to this business account",
		Fields: map[string]string{"business_account_id": "was not shared with the app"},
	}
}

// chosen is the number that was signed up.
func chosen(ctx context.Context, g wire.Graph, in SignUpAnswer) (numberFacts, error) {
	var list struct {
		Data []numberFacts `json:"data"`
	}
	query := url.Values{"fields": {numberFields}, "limit": {"100"}}
	if err := g.Get(ctx, in.BusinessAccountID+"/phone_numbers", query, &list); err != nil {
		return numberFacts{}, wire.Fail(repeatable(err), 1, class)
	}
	for _, n := range list.Data {
		if string(n.ID) == in.PhoneNumberID || in.PhoneNumberID == "" && len(list.Data) == 1 {
			return n, nil
		}
	}
	return numberFacts{}, &helpdesk.Error{
		Code: helpdesk.Invalid, Message: "the number is not of this business account",
		Fields: map[string]string{"phone_number_id": "is not one of the business account's numbers"},
	}
}

// Import asks the phone of a coexisting number for its contacts and its history.
// WhatsApp does each once, within a day of the sign-up, and sends them as webhooks.
func Import(ctx context.Context, o Options, s *Settings) error {
	if !s.Coexistence {
		return helpdesk.Errorf(helpdesk.Unsupported, "the number does not live on a phone")
	}
	g := o.filled().graph(s.APIKey)
	for _, what := range []string{"smb_app_state_sync", "history"} {
		in := object{"messaging_product": "whatsapp", "sync_type": what}
		if err := g.Post(ctx, s.PhoneNumberID+"/smb_app_data", in, nil); err != nil {
			return wire.Fail(err, 1, class)
		}
	}
	return nil
}

// word is a secret of 32 hex digits, as Chatwoot makes verify tokens.
func word() (string, error) {
	b := make([]byte, 16)
	_, err := rand.Read(b)
	return hex.EncodeToString(b), err
}

func pin() (string, error) {
	n, err := rand.Int(rand.Reader, big.NewInt(900_000))
	if err != nil {
		return "", err
	}
	return n.Add(n, big.NewInt(100_000)).String(), nil
}
