package chatwoot

import (
	"context"
	"fmt"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"golang.org/x/text/cases"

	"github.com/gohelpdesk/helpdesk"
	"github.com/gohelpdesk/helpdesk/server/internal/web"
)

// limit is how often something may be asked for. All that match a request count
// it. This machine's own addresses are exempt.
type limit struct {
	route  string // "POST /x", as in the table; "/x/" is whatever is below it
	by     string // who is counted: byIP, byAccount, byUser, or the name of a parameter
	max    int
	per    time.Duration
	shared bool   // counted in the store, by all processes together; else by this one
	when   string // only requests with this parameter; "!x" only those without it
}

const (
	byIP      = "ip"
	byAccount = "account"
	byUser    = "user"
)

// limits are Chatwoot's. Shared are those that keep people from guessing, or
// from having mail sent: a replica more must not be a try more.
func limits() []limit {
	const m, h = time.Minute, time.Hour
	const mfa, widget, v2 = "/api/v1/profile/mfa", "/api/v1/widget", "/api/v2/accounts/{account_id}/"
	return []limit{
		{"POST /auth/sign_in", byIP, 5, 5 * m, true, "!mfa_token"},
		{"POST /auth/sign_in", "email", 10, 15 * m, true, "!mfa_token"},
		{"POST /auth/sign_in", byIP, 10, m, true, "mfa_token"},
		{"POST /auth/sign_in", "mfa_token", 10, m, true, "mfa_token"},
		{"POST /auth/password", byIP, 5, 30 * m, true, ""},
		{"POST /auth/password", "email", 5, h, true, ""},
		{"POST /api/v1/accounts", byIP, 5, 30 * m, true, ""},
		{"POST /api/v1/profile/resend_confirmation", byIP, 5, 30 * m, true, ""},
		{"POST " + mfa + "/verify", byIP, 5, m, true, ""},
		{"POST " + mfa + "/backup_codes", byIP, 5, m, true, ""},
		{"DELETE " + mfa, byIP, 5, m, true, ""},

		{"GET " + acct + "/contacts/search", byAccount, 100, m, false, ""},
		{"POST " + conv + "/transcript", byAccount, 30, h, false, ""},
		{"POST " + acct + "/upload", byAccount, 60, h, false, ""},
		{v2, byUser, 100, m, false, ""},
		{v2, byAccount, 1000, m, false, ""},
		{"POST " + widget + "/conversations", byIP, 6, 12 * h, false, ""},
		{"POST " + widget + "/conversations/transcript", byIP, 30, h, false, ""},
		{"PATCH " + widget + "/contact", byIP, 60, h, false, ""},
		{"PATCH " + survey, byIP, 30, m, false, ""}, // an addition
	}
}

// everything is the limit on all requests of an address together.
const everything = 3000 // a minute

// guard is a limit at work on one route.
type guard struct {
	limit
	here *web.Limit // nil = shared
}

func guardsOf(rt route) (out []guard) {
	for _, l := range limits() {
		below := strings.HasSuffix(l.route, "/") && strings.HasPrefix(rt.path, l.route)
		if !below && l.route != rt.method+" "+rt.path {
			continue
		}
		g := guard{limit: l}
		if !l.shared {
			g.here = &web.Limit{Max: l.max, Per: l.per}
		}
		out = append(out, g)
	}
	return out
}

// limit counts the request. It comes after the caller is known, so that nobody
// uses up what an account or a user may.
func (c *call) limit(ctx context.Context) error {
	ip := web.ClientIP(c.r, c.o.Proxies)
	if len(c.limits) == 0 || ip.IsLoopback() {
		return nil
	}
	var shared []helpdesk.RateLimit
	for _, g := range c.limits {
		if !c.concerns(g.limit) {
			continue
		}
		who := c.counted(g.by, ip)
		if g.here == nil {
			shared = append(shared, helpdesk.RateLimit{Key: g.route + " " + g.by + " " + who, Max: g.max, Per: g.per})
		} else if !g.here.Allow(who, c.e.Now()) {
			return helpdesk.Errorf(helpdesk.Limited, "too many requests")
		}
	}
	if len(shared) == 0 {
		return nil
	}
	return c.e.Allow(ctx, shared...)
}

// concerns reports whether a limit counts this request. A parameter that is empty
// is not given, as for whoever reads it: else an empty one would lead around the
// limits on those without.
func (c *call) concerns(l limit) bool {
	name, without := strings.CutPrefix(l.when, "!")
	v := c.in.values[name]
	return name == "" || (v == nil || v == "") == without
}

// counted names who a limit counts.
func (c *call) counted(by string, ip netip.Addr) string {
	switch by {
	case byIP:
		return web.Network(ip)
	case byAccount:
		return c.r.PathValue("account_id")
	case byUser:
		return c.r.PathValue("account_id") + " " + c.scope()
	default:
		return spelled(fmt.Sprint(c.in.values[by]))
	}
}

// spelled is the one spelling of a parameter that is counted: what the engine
// takes for the same address must not be another one here.
func spelled(s string) string {
	s = strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "")
	return cases.Fold().String(strings.TrimSpace(s))
}

// unflooded refuses addresses that ask too much.
func (a *api) unflooded(next http.Handler) http.Handler {
	flood := &web.Limit{Max: everything, Per: time.Minute}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ip := web.ClientIP(r, a.o.Proxies)
		if !ip.IsLoopback() && !flood.Allow(web.Network(ip), a.e.Now()) {
			w.Header().Set("Content-Type", "text/plain")
			w.WriteHeader(http.StatusTooManyRequests)
			_, _ = w.Write([]byte("Retry later\n")) // the client left: nobody to tell
			return
		}
		next.ServeHTTP(w, r)
	})
}
