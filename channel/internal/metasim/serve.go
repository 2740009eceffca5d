package metasim

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// call is a request on its way through the server.
type call struct {
	Exchange

	s       *Sim
	path    string
	account *Account // whose token it carries
}

var version = regexp.MustCompile(`^/v\d+\.\d+/`)

func (s *Sim) serve(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(io.LimitReader(r.Body, 60<<20))
	if err != nil {
		return // the caller has gone
	}
	path := strings.TrimPrefix(version.ReplaceAllString(r.URL.Path, "/"), "/")
	c := &call{Exchange: Exchange{TB: s.tb, W: w, R: r, Body: body}, s: s, path: path}
	s.mu.Lock()
	c.At = len(s.calls)
	s.calls = append(s.calls, Call{Method: r.Method, Path: "/" + path, Query: r.URL.RawQuery, Header: r.Header.Clone(), Body: body})
	s.mu.Unlock()
	w.Header().Set("x-fb-trace-id", "Sim"+strconv.Itoa(c.At))
	c.route()
	s.mu.Lock()
	s.calls[c.At].Status = c.Status
	s.mu.Unlock()
}

// route finds what a call is about.
func (c *call) route() {
	parts := strings.Split(c.path, "/")
	edge := ""
	if len(parts) > 1 {
		edge = parts[1]
	}
	switch {
	case parts[0] == "cdn":
		c.download(edge)
		return
	case c.path == "oauth/access_token" && c.R.Method == http.MethodPost:
		c.instagramCode()
		return
	case c.path == "oauth/access_token":
		c.exchange()
		return
	case c.path == "access_token", c.path == "refresh_access_token":
		c.instagramToken()
		return
	case c.path == "debug_token":
		c.debugToken()
		return
	case c.path == "me/accounts":
		c.pages()
		return
	}
	if !c.signedIn() {
		return
	}
	own := parts[0] == "me" || parts[0] == c.account.owner()
	switch {
	case own && edge == "":
		c.me()
	case own && edge == "subscribed_apps":
		c.subscribedApps()
	case own && edge == "messages" && c.R.Method == http.MethodPost:
		c.messages()
	case own && edge == "message_attachments" && c.R.Method == http.MethodPost:
		c.upload()
	case edge == "" && c.R.Method == http.MethodGet:
		c.object(parts[0])
	default:
		c.unknown()
	}
}

func (c *call) token() string {
	token, _ := strings.CutPrefix(c.R.Header.Get("Authorization"), "Bearer ")
	if token == "" {
		token = c.R.URL.Query().Get("access_token")
	}
	return token
}

// signedIn finds whose token it is, and checks the proof that goes with it.
func (c *call) signedIn() bool {
	token := c.token()
	c.s.mu.Lock()
	for _, a := range c.s.accounts {
		if a.Token == token && !a.revoked {
			c.account = a
		}
	}
	c.s.mu.Unlock()
	if c.account == nil {
		c.refuse(&refusal{http.StatusUnauthorized, 190, 460, "Error validating access token: the session has been invalidated", 0})
		return false
	}
	if proof := c.R.URL.Query().Get("appsecret_proof"); proof != "" && proof != digest(c.s.o.AppSecret, []byte(token)) {
		c.refuse(refuse(100, 0, "Invalid appsecret_proof provided in the API argument"))
		return false
	}
	return true
}

func (c *call) me() {
	a := c.account
	if c.s.flavour.Instagram && a.PageID == "" {
		c.Answer(object{"id": a.AppScopedID(), "user_id": a.ID, "username": strings.ToLower(a.Name), "name": a.Name, "account_type": "BUSINESS"})
		return
	}
	c.Answer(object{"id": a.owner(), "name": a.Name})
}

func (c *call) subscribedApps() {
	a := c.account
	switch c.R.Method {
	case http.MethodPost:
		given := c.R.URL.Query().Get("subscribed_fields")
		var in struct {
			Fields string `json:"subscribed_fields"`
		}
		if json.Unmarshal(c.Body, &in) == nil && in.Fields != "" {
			given = in.Fields
		}
		if given == "" {
			c.refuse(refuse(100, 0, "subscribed_fields is required"))
			return
		}
		a.set(func() { a.subscribed = strings.Split(given, ",") })
		c.Answer(object{"success": true})
	case http.MethodDelete:
		a.set(func() { a.subscribed = nil })
		c.Answer(object{"success": true})
	default:
		data := []any{}
		if fields := a.Subscribed(); len(fields) > 0 {
			data = append(data, object{"id": c.s.o.AppID, "name": "Desk", "subscribed_fields": fields})
		}
		c.Answer(object{"data": data})
	}
}

// exchange makes a token of a code, or a long one of a short one.
func (c *call) exchange() {
	q := c.R.URL.Query()
	c.s.mu.Lock()
	user := c.s.codes[q.Get("code")]
	if q.Get("grant_type") == "fb_exchange_token" {
		user = c.s.tokens[q.Get("fb_exchange_token")]
	}
	token := ""
	if user != nil && q.Get("client_id") == c.s.o.AppID && q.Get("client_secret") == c.s.o.AppSecret {
		token = fmt.Sprint("user-token-", c.s.next())
		c.s.tokens[token] = user
		delete(c.s.codes, q.Get("code")) // it works once
	}
	c.s.mu.Unlock()
	if token == "" {
		c.refuse(refuse(100, 36009, "This authorization code has been used, or is of another app."))
		return
	}
	c.Answer(object{"access_token": token, "token_type": "bearer", "expires_in": 5183944})
}

func (c *call) debugToken() {
	q := c.R.URL.Query()
	given := q.Get("input_token")
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	app := c.token() == c.s.o.AppID+"|"+c.s.o.AppSecret
	for _, a := range c.s.accounts {
		if a.Token == given && !a.revoked && (app || c.token() == given) {
			c.Answer(object{"data": object{"is_valid": true, "app_id": c.s.o.AppID, "type": "PAGE", "profile_id": a.owner(), "scopes": a.Scopes}})
			return
		}
	}
	if !app {
		c.refuse(&refusal{http.StatusUnauthorized, 190, 0, "Invalid OAuth access token", 0})
		return
	}
	if u := c.s.tokens[given]; u != nil {
		c.Answer(object{"data": object{"is_valid": true, "app_id": c.s.o.AppID, "type": "USER", "user_id": u.ID}})
		return
	}
	c.Answer(object{"data": object{"is_valid": false}})
}

// pages is what somebody has given to the app, two at a time.
func (c *call) pages() {
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	u := c.s.tokens[c.token()]
	if u == nil {
		c.refuse(&refusal{http.StatusUnauthorized, 190, 0, "Invalid OAuth access token", 0})
		return
	}
	if proof := c.R.URL.Query().Get("appsecret_proof"); proof != digest(c.s.o.AppSecret, []byte(c.token())) {
		c.refuse(refuse(100, 0, "Invalid appsecret_proof provided in the API argument"))
		return
	}
	from, _ := strconv.Atoi(c.R.URL.Query().Get("after")) // "" = the first
	data := []any{}
	to := min(from+2, len(u.pages))
	for _, a := range u.pages[min(from, to):to] {
		page := object{"id": a.owner(), "name": a.Name, "access_token": a.Token, "tasks": []any{"MESSAGING", "MODERATE"}}
		if a.PageID != "" {
			page["instagram_business_account"] = object{"id": a.ID}
		}
		data = append(data, page)
	}
	answer := object{"data": data}
	if to < len(u.pages) {
		answer["paging"] = object{"cursors": object{"after": strconv.Itoa(to)}, "next": c.s.server.URL + "/next"}
	}
	c.Answer(answer)
}

// instagramCode is the first step of Instagram's own login.
func (c *call) instagramCode() {
	form, err := url.ParseQuery(string(c.Body))
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	a := c.s.igCodes[form.Get("code")]
	if err != nil || a == nil || form.Get("client_id") != c.s.o.AppID || form.Get("client_secret") != c.s.o.AppSecret ||
		form.Get("grant_type") != "authorization_code" || form.Get("redirect_uri") == "" {
		c.Write(http.StatusBadRequest, object{"error_type": "OAuthException", "code": 400, "error_message": "Invalid authorization code"})
		return
	}
	delete(c.s.igCodes, form.Get("code"))
	c.Answer(object{"access_token": "short-" + a.Token, "user_id": 1, "permissions": "instagram_business_basic,instagram_business_manage_messages"})
}

// instagramToken makes a long token of a short one, or renews a long one.
func (c *call) instagramToken() {
	q := c.R.URL.Query()
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	for _, a := range c.s.accounts {
		switch {
		case a.revoked:
		case q.Get("grant_type") == "ig_exchange_token" && q.Get("access_token") == "short-"+a.Token && q.Get("client_secret") == c.s.o.AppSecret:
			c.Answer(object{"access_token": a.Token, "token_type": "bearer", "expires_in": 5184000})
			return
		case q.Get("grant_type") == "ig_refresh_token" && q.Get("access_token") == a.Token:
			a.Token += "r"
			c.Answer(object{"access_token": a.Token, "token_type": "bearer", "expires_in": 5184000})
			return
		}
	}
	c.refuse(&refusal{http.StatusUnauthorized, 190, 463, "Error validating access token: the session has expired", 0})
}

// object is what has an id of its own: people, and messages.
func (c *call) object(id string) {
	c.s.mu.Lock()
	who := c.s.customers[id]
	files := c.s.ofMessage[id]
	c.s.mu.Unlock()
	switch {
	case who != nil && who.hidden && c.s.flavour.Instagram:
		c.refuse(refuse(230, 0, "User consent is required to access user profile"))
	case who != nil && who.hidden:
		c.refuse(refuse(100, 33, "Unsupported get request. Object with ID '%s' does not exist", id))
	case who != nil:
		c.Answer(who.profile())
	case len(files) > 0:
		data := []any{}
		c.s.mu.Lock()
		for _, f := range files {
			if f.erased {
				continue
			}
			f.gone = false
			data = append(data, object{"id": f.id, "mime_type": f.contentType, "name": f.name, "file_url": c.s.server.URL + "/cdn/" + f.id})
		}
		c.s.mu.Unlock()
		c.Answer(object{"id": id, "attachments": object{"data": data}})
	default:
		c.unknown()
	}
}

func (c *call) download(id string) {
	c.s.mu.Lock()
	f := c.s.files[id]
	lost := f == nil || f.gone
	c.s.mu.Unlock()
	if c.R.Header.Get("Authorization") != "" {
		c.s.tb.Errorf("metasim: a token went to the address of a file")
	}
	if lost {
		c.Status = http.StatusForbidden
		http.Error(c.W, "URL signature expired", c.Status)
		return
	}
	c.Status = http.StatusOK
	c.W.Header().Set("Content-Type", f.contentType)
	_, _ = c.W.Write(f.data) // the caller may have gone
}

func (c *call) refuse(f *refusal) { c.Refuse(f.status, f.retryAfter, f.body(c.At)) }

// in reads a JSON body; false when it answered that it is none.
func (c *call) in(to any) bool {
	if wrong := c.Read(to); wrong != "" {
		c.refuse(refuse(100, 0, "%s", wrong))
		return false
	}
	return true
}

func (c *call) unknown() {
	c.refuse(&refusal{http.StatusBadRequest, 100, 33, "Unsupported " + strings.ToLower(c.R.Method) + " request for " + c.path, 0})
}

func str(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case nil:
		return ""
	}
	return strings.TrimSpace(fmt.Sprint(v))
}

func within(list []string, s string) bool { return slices.Contains(list, s) }
