package messenger

import (
	"context"
	"encoding/json"
	"errors"
	"net/url"
	"slices"
	"strings"

	"github.com/gohelpdesk/helpdesk"
	"github.com/gohelpdesk/helpdesk/channel/internal/metamessaging"
	"github.com/gohelpdesk/helpdesk/channel/internal/wire"
)

// Scopes are what the desk asks somebody for who connects their pages.
func Scopes() []string {
	return []string{"pages_show_list", "pages_messaging", "pages_manage_metadata", "pages_read_engagement", "business_management"}
}

// AuthorizeURL is where somebody is sent to connect their pages: Facebook's dialog,
// which comes back to redirect with a code and the state.
func AuthorizeURL(o Options, redirect, state string) (string, error) {
	o = o.filled()
	if o.AppID == "" {
		return "", helpdesk.Errorf(helpdesk.Unsupported, "this installation has no Meta app")
	}
	query := url.Values{"client_id": {o.AppID}, "redirect_uri": {redirect}, "state": {state}, "scope": {strings.Join(Scopes(), ",")}, "response_type": {"code"}}
	return "https://www.facebook.com/" + o.Version + "/dialog/oauth?" + query.Encode(), nil
}

// Page is one that somebody has given to the app.
type Page struct {
	ID          string
	Name        string
	Token       string
	InstagramID string // of the professional account that belongs to it; "" = none
	Messaging   bool   // they may have messages sent in its name
}

// Authorization is what somebody has given to the app.
type Authorization struct {
	UserID    string
	UserToken string // of some sixty days; the tokens of pages outlive it
	Pages     []Page
}

// Settings are those of an inbox for one of the pages; nil = it is none of them.
func (a *Authorization) Settings(pageID string) *Settings {
	for _, p := range a.Pages {
		if p.ID == pageID {
			return &Settings{PageID: p.ID, PageToken: p.Token, Source: PageConnection, UserID: a.UserID}
		}
	}
	return nil
}

// Authorize turns the code of Facebook's dialog into pages. It needs the app of the
// Options. Whoever authorises the app anew takes back what they leave out: inboxes of
// pages that are not in the answer stop working, which their Check tells.
func Authorize(ctx context.Context, o Options, code, redirect string) (*Authorization, error) {
	token, err := o.filled().token(ctx, url.Values{"code": {code}, "redirect_uri": {redirect}}, "code")
	if err != nil {
		return nil, err
	}
	return AuthorizeToken(ctx, o, token)
}

// AuthorizeToken is Authorize for clients that were given a short-lived token instead
// of a code, by Facebook's script in the browser.
func AuthorizeToken(ctx context.Context, o Options, short string) (*Authorization, error) {
	o = o.filled()
	long, err := o.token(ctx, url.Values{"grant_type": {"fb_exchange_token"}, "fb_exchange_token": {short}}, "user_access_token")
	if err != nil {
		return nil, err
	}
	a := &Authorization{UserToken: long}
	if a.UserID, err = o.grantedTo(ctx, long); err != nil {
		return nil, err
	}
	a.Pages, err = pages(ctx, o.graph(long, o.AppSecret))
	return a, err
}

// token asks for one in exchange for what somebody holds, which field names.
func (o Options) token(ctx context.Context, query url.Values, field string) (string, error) {
	if o.AppID == "" || o.AppSecret == "" {
		return "", helpdesk.Errorf(helpdesk.Unsupported, "this installation has no Meta app")
	}
	query.Set("client_id", o.AppID)
	query.Set("client_secret", o.AppSecret)
	var answer struct {
		Token string `json:"access_token"`
	}
	err := o.graph("", "").Get(ctx, "oauth/access_token", query, &answer)
	if refusal, ok := errors.AsType[*wire.GraphError](err); ok && metamessaging.Class(refusal) != wire.ClassRetry {
		return "", invalid(field, "Facebook does not take it: "+refusal.Error())
	}
	if err == nil && answer.Token == "" {
		err = &wire.JunkError{Err: errors.New("it holds no token")}
	}
	return answer.Token, wire.Fail(metamessaging.Repeatable(err), 1, metamessaging.Class)
}

func invalid(field, what string) error {
	return &helpdesk.Error{Code: helpdesk.Invalid, Message: "the page cannot be connected", Fields: map[string]string{field: what}}
}

// grantedTo makes sure that the token is of the installation's app, and says whose it
// is: the browser brought it, and browsers are strangers.
func (o Options) grantedTo(ctx context.Context, token string) (string, error) {
	var info struct {
		Data struct {
			Valid  bool      `json:"is_valid"`
			AppID  wire.Text `json:"app_id"`
			UserID wire.Text `json:"user_id"`
		} `json:"data"`
	}
	query := url.Values{"input_token": {token}, "access_token": {o.AppID + "|" + o.AppSecret}}
	if err := o.graph(o.AppID+"|"+o.AppSecret, "").Get(ctx, "debug_token", query, &info); err != nil {
		return "", wire.Fail(metamessaging.Repeatable(err), 1, metamessaging.Class)
	}
	if !info.Data.Valid || string(info.Data.AppID) != o.AppID {
		return "", invalid("user_access_token", "is not of this installation's app")
	}
	return string(info.Data.UserID), nil
}

const maxPages = 50 // of answers, of a hundred pages each

// pages lists what somebody has given to the app, page by page of the answer.
func pages(ctx context.Context, g wire.Graph) (list []Page, err error) {
	after := ""
	for range maxPages {
		var answer struct {
			Data   json.RawMessage `json:"data"`
			Paging struct {
				Cursors struct {
					After string `json:"after"`
				} `json:"cursors"`
				Next string `json:"next"`
			} `json:"paging"`
		}
		query := url.Values{"fields": {"id,name,access_token,tasks,instagram_business_account"}, "limit": {"100"}}
		if after != "" {
			query.Set("after", after)
		}
		if err := g.Get(ctx, "me/accounts", query, &answer); err != nil {
			return nil, wire.Fail(metamessaging.Repeatable(err), 1, metamessaging.Class)
		}
		type page struct {
			ID        wire.Text `json:"id"`
			Name      string    `json:"name"`
			Token     string    `json:"access_token"`
			Tasks     []string  `json:"tasks"`
			Instagram struct {
				ID wire.Text `json:"id"`
			} `json:"instagram_business_account"`
		}
		for _, p := range wire.Each[page](answer.Data) {
			if p.ID != "" && p.Token != "" {
				list = append(list, Page{
					string(p.ID), wire.Clip(wire.Clean(p.Name), 255), p.Token, string(p.Instagram.ID),
					len(p.Tasks) == 0 || slices.Contains(p.Tasks, "MESSAGING"),
				})
			}
		}
		if after = answer.Paging.Cursors.After; after == "" || answer.Paging.Next == "" {
			break
		}
	}
	return list, nil
}
