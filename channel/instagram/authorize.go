package instagram

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/gohelpdesk/helpdesk"
	"github.com/gohelpdesk/helpdesk/channel/internal/metamessaging"
	"github.com/gohelpdesk/helpdesk/channel/internal/wire"
)

// Scopes are what the desk asks somebody for who connects their account.
func Scopes() []string {
	return []string{"instagram_business_basic", "instagram_business_manage_messages"}
}

// AuthorizeURL is where somebody is sent to connect their account: Instagram's dialog,
// which comes back to redirect with a code and the state.
func AuthorizeURL(o Options, redirect, state string) (string, error) {
	if o.AppID == "" {
		return "", helpdesk.Errorf(helpdesk.Unsupported, "this installation has no Instagram app")
	}
	query := url.Values{
		"client_id": {o.AppID}, "redirect_uri": {redirect}, "state": {state}, "scope": {strings.Join(Scopes(), ",")},
		"response_type": {"code"}, "enable_fb_login": {"0"}, "force_authentication": {"1"},
	}
	return "https://www.instagram.com/oauth/authorize?" + query.Encode(), nil
}

// Account is one that somebody has given to the app.
type Account struct {
	Settings Settings
	Name     string
	Username string
	Picture  string // its address; "" = none
}

// Authorize turns the code of Instagram's dialog into an account. It needs the app of
// the Options. now is the time, from which the token's end is counted. What is wrong
// with the code is Invalid.
func Authorize(ctx context.Context, o Options, code, redirect string, now time.Time) (*Account, error) {
	o = o.filled()
	if o.AppID == "" || o.AppSecret == "" {
		return nil, helpdesk.Errorf(helpdesk.Unsupported, "this installation has no Instagram app")
	}
	short, err := o.short(ctx, strings.TrimSuffix(code, "#_"), redirect)
	if err != nil {
		return nil, err
	}
	var long longToken
	g := wire.Graph{HTTP: o.HTTPClient, Base: o.BaseURL, Token: short}
	query := url.Values{"grant_type": {"ig_exchange_token"}, "client_secret": {o.AppSecret}, "access_token": {short}}
	if err := g.Get(ctx, "access_token", query, &long); err != nil {
		return nil, refused(err)
	}
	lasts, ok := long.lasts()
	if !ok {
		return nil, helpdesk.Errorf(helpdesk.Unavailable, "Instagram's answer holds no token")
	}
	g.Token, g.Version = long.Token, o.Version
	var me struct {
		ID       wire.Text `json:"id"`      // of the person, for the app
		UserID   wire.Text `json:"user_id"` // webhooks name this one, not "id"
		Username string    `json:"username"`
		Name     string    `json:"name"`
		Picture  string    `json:"profile_picture_url"`
	}
	if err := g.Get(ctx, "me", url.Values{"fields": {"id,user_id,username,name,profile_picture_url,account_type"}}, &me); err != nil {
		return nil, refused(err)
	}
	if me.UserID == "" {
		return nil, invalid("is of an account that is not a professional one")
	}
	return &Account{
		Settings: Settings{InstagramID: string(me.UserID), AccessToken: long.Token, ExpiresAt: now.Add(lasts).UTC().Truncate(time.Second), Source: InstagramLogin, UserID: appScoped(me.ID)},
		Name:     wire.Clean(me.Name), Username: wire.Clean(me.Username), Picture: me.Picture,
	}, nil
}

// appScoped is an id that settings take; "" = it is none.
func appScoped(id wire.Text) string {
	if strings.Trim(string(id), "0123456789") != "" || len(id) > 32 {
		return ""
	}
	return string(id)
}

// short makes a token of an hour of the code.
func (o Options) short(ctx context.Context, code, redirect string) (string, error) {
	form := url.Values{
		"client_id": {o.AppID}, "client_secret": {o.AppSecret}, "grant_type": {"authorization_code"}, "redirect_uri": {redirect}, "code": {code},
	}
	g := wire.Graph{HTTP: o.HTTPClient, Base: o.LoginURL}
	r, err := wire.Request(ctx, http.MethodPost, g.URL("oauth/access_token", nil), "application/x-www-form-urlencoded", []byte(form.Encode()))
	if err != nil {
		return "", helpdesk.Permanent(err)
	}
	var answer struct {
		Token string `json:"access_token"`
		Error string `json:"error_message"`
		Data  []struct {
			Token string `json:"access_token"`
		} `json:"data"`
	}
	if err := g.Do(r, &answer); err != nil {
		return "", refused(err)
	}
	if answer.Token == "" && len(answer.Data) > 0 {
		answer.Token = answer.Data[0].Token
	}
	if answer.Token == "" {
		return "", invalid("is not taken: " + wire.Ellipsis(wire.Clean(answer.Error), 200))
	}
	return answer.Token, nil
}

// refused is what a refusal on the way from code to account means.
func refused(err error) error {
	refusal, ok := errors.AsType[*wire.GraphError](err)
	if ok && metamessaging.Class(refusal) != wire.ClassRetry && metamessaging.Class(refusal) != wire.ClassSlow {
		return invalid("is not taken: " + refusal.Error())
	}
	return wire.Fail(metamessaging.Repeatable(err), 1, metamessaging.Class)
}

func invalid(what string) error {
	return &helpdesk.Error{Code: helpdesk.Invalid, Message: "the account cannot be connected", Fields: map[string]string{"code": what}}
}

// longToken is one of sixty days.
type longToken struct {
	Token   string    `json:"access_token"`
	Expires wire.Text `json:"expires_in"` // seconds
}

func (t longToken) lasts() (time.Duration, bool) {
	lasts := time.Duration(t.Expires.Int()) * time.Second
	return lasts, t.Token != "" && lasts > 0 && lasts < 366*24*time.Hour
}
