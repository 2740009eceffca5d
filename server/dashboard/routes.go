package dashboard

import (
	"iter"
	"net/http"
	"strings"

	"github.com/gohelpdesk/helpdesk"
)

// route is a page of an account, or something that is done there. Whoever may not
// do what May names gets 403 and no link to it; "" = every agent may.
type route struct {
	Pattern string // method, and path below /app/accounts/{account}
	May     helpdesk.Action
	Serve   func(c *call) error
}

// accountRoutes are all pages that belong to an account. The path says where its
// code is: /settings/labels is setting_label.go and views/settings/labels.html.
func accountRoutes() []route {
	var all []route
	for _, part := range [][]route{
		{{"GET /live", "", (*call).follow}},
		conversationRoutes(), settingRoutes(),
		commandRoutes(), reportRoutes(), notificationRoutes(), searchRoutes(), contactRoutes(),
		placeRoutes(), profileRoutes(),
	} {
		all = append(all, part...)
	}
	return all
}

// routes are everything the handler answers, by the pattern of net/http.
func (h *Handler) routes() iter.Seq2[string, http.HandlerFunc] {
	return func(yield func(string, http.HandlerFunc) bool) {
		open := map[string]func(c *call) error{
			"GET /app/login":                 (*call).showLogin,
			"POST /app/login":                (*call).postLogin,
			"POST /app/login/code":           (*call).postCode,
			"POST /app/logout":               (*call).postLogout,
			"GET /app/auth/password/forgot":  (*call).showForgot,
			"POST /app/auth/password/forgot": (*call).postForgot,
			"/app/":                          (*call).missing,
		}
		for pattern, serve := range open {
			if !yield(pattern, h.answer(serve)) {
				return
			}
		}
		if !yield("GET /app/static/{version}/{file...}", h.assets.ServeHTTP) || !yield("GET /app/{$}", h.answer((*call).home)) {
			return
		}
		for _, r := range accountRoutes() {
			method, path := cutPattern(r.Pattern)
			if !yield(method+" /app/accounts/{account}"+path, h.answer(func(c *call) error { return c.inAccount(r) })) {
				return
			}
		}
	}
}

// cutPattern splits a pattern into its method and its path.
func cutPattern(pattern string) (method, path string) {
	method, path, _ = strings.Cut(pattern, " ")
	return method, path
}
