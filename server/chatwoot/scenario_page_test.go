package chatwoot_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"

	"github.com/gohelpdesk/helpdesk"
	"github.com/gohelpdesk/helpdesk/channel/instagram"
	"github.com/gohelpdesk/helpdesk/channel/messenger"
	"github.com/gohelpdesk/helpdesk/channel/whatsapp"
	"github.com/gohelpdesk/helpdesk/server/chatwoot"
)

// metaApp is the installation's app, to which Bo of Facebook has given one page.
type metaApp struct{ states *[]string }

func (metaApp) Pages(_ context.Context, token string) (*chatwoot.GrantedPages, error) {
	if token != "short" && token != "long" {
		return nil, &helpdesk.Error{Code: helpdesk.Invalid, Message: "the page cannot be connected", Fields: map[string]string{"user_access_token": "is not taken"}}
	}
	settings := json.RawMessage(`{"page_id":"108","page_access_token":"page-token","source":"page_connection"}`)
	return &chatwoot.GrantedPages{UserToken: "long", Pages: []chatwoot.GrantedPage{{ID: "108", Name: "Shop", Token: "page-token", Settings: settings}}}, nil
}

func (m metaApp) InstagramURL(redirect, state string) (string, error) {
	if m.states != nil {
		*m.states = append(*m.states, state)
	}
	return "https://www.instagram.com/oauth/authorize?redirect_uri=" + url.QueryEscape(redirect), nil
}

func (metaApp) Instagram(_ context.Context, code, _ string) (*chatwoot.GrantedPage, error) {
	if code != "good" {
		return nil, &helpdesk.Error{Code: helpdesk.Invalid, Message: "the account cannot be connected", Fields: map[string]string{"code": "is not taken"}}
	}
	return &chatwoot.GrantedPage{ID: "178", Name: "shop", Settings: json.RawMessage(`{"instagram_id":"178","access_token":"ig","source":"instagram_login"}`)}, nil
}

func (metaApp) WhatsApp(_ context.Context, in chatwoot.WhatsAppSignUp) (*chatwoot.GrantedPage, error) {
	if in.Code != "good" {
		return nil, &helpdesk.Error{Code: helpdesk.Invalid, Message: "the sign-up is not complete", Fields: map[string]string{"code": "is not taken"}}
	}
	return &chatwoot.GrantedPage{ID: in.Number, Name: "Shop", Settings: json.RawMessage(`{"phone_number":"+5511987650001","phone_number_id":"500","business_account_id":"` + in.Account + `","api_key":"k","webhook_verify_token":"v","source":"embedded_signup"}`)}, nil
}

// metaChannels reach nobody.
func metaChannels() []helpdesk.Channel {
	const nowhere = "http://127.0.0.1:1"
	return []helpdesk.Channel{
		messenger.New(messenger.Options{HTTPClient: &http.Client{}, BaseURL: nowhere, AppSecret: "s"}),
		whatsapp.New(whatsapp.Options{HTTPClient: &http.Client{}, BaseURL: nowhere, AppID: "1", AppSecret: "s"}),
		instagram.New(instagram.Options{HTTPClient: &http.Client{}, BaseURL: nowhere, AppSecret: "s"}),
	}
}

func pageScenario() []step {
	const calls, boxes = acct + "/callbacks", acct + "/inboxes"
	return []step{
		{"facebook_pages", "POST " + calls + "/facebook_pages", "A/callbacks/facebook_pages", `{"omniauth_token":"short"}`, nil, 0},
		{"facebook_register", "POST " + calls + "/register_facebook_page", "A/callbacks/register_facebook_page", `{"user_access_token":"long","page_access_token":"page-token","page_id":"108","inbox_name":"Page"}`, map[string]string{"page": "id"}, 0},
		{"facebook_reauthorize", "POST " + calls + "/reauthorize_page", "A/callbacks/reauthorize_page", `{"inbox_id":{page},"omniauth_token":"short"}`, nil, 0},
		{"facebook_delete", "DELETE " + boxes + "/{id}", "A/inboxes/{page}", "", nil, 0},
		{"whatsapp_authorization", "POST " + acct + "/whatsapp/authorization", "A/whatsapp/authorization", `{"code":"good","business_id":"1","waba_id":"600","phone_number_id":"500"}`, map[string]string{"signed_up": "id"}, 0},
		{"whatsapp_delete", "DELETE " + boxes + "/{id}", "A/inboxes/{signed_up}", "", nil, 0},
		{"instagram_authorization", "POST " + acct + "/instagram/authorization", "A/instagram/authorization", "", nil, 0},
		{"instagram_callback", "GET /instagram/callback", "/instagram/callback?code=good&state=forged", "", nil, 404},
	}
}
