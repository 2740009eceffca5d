// Package hooks is where providers deliver: one address for each inbox,
// /hooks/{token}, with the inbox's public identifier as its token; and one for each
// app that the installation has at a provider, /hooks/app/{kind}. And where they
// fetch the files of messages to them: see helpdesk.SentFilePath.
//
// Of such an app, /hooks/app/{kind}/deauthorize is told that somebody has removed it,
// and /hooks/app/{kind}/deletion that they want what they gave deleted; what became of
// that they read at helpdesk.WithdrawalPath.
package hooks

import (
	"log/slog"
	"net/http"
	"strconv"

	"github.com/gohelpdesk/helpdesk"
	"github.com/gohelpdesk/helpdesk/server/internal/web"
)

// Options configure the handler. The zero value works.
type Options struct {
	Logger *slog.Logger // nil = discarded. Codes only, never bodies or tokens
}

// New returns the handler of GET and POST under /hooks/. It answers 200 once
// everything a call carried is stored. A call that no repeat can mend gets a 4xx;
// anything else gets 503, and the provider comes again.
func New(e *helpdesk.Engine, o Options) http.Handler {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	mux := http.NewServeMux()
	settle := func(w http.ResponseWriter, answer *helpdesk.Answer, err error) {
		if err != nil {
			code := helpdesk.CodeOf(err)
			o.Logger.Warn("webhook refused", "code", code)
			http.Error(w, string(code), status(code))
			return
		}
		write(w, answer)
	}
	take := func(w http.ResponseWriter, r *http.Request) {
		answer, err := e.Ingest(r.Context(), r.PathValue("token"), r)
		settle(w, answer, err)
	}
	app := func(w http.ResponseWriter, r *http.Request) {
		answer, err := e.IngestKind(r.Context(), helpdesk.ChannelKind(r.PathValue("kind")), r)
		settle(w, answer, err)
	}
	mux.HandleFunc("GET /hooks/app/{kind}", app) // of the installation's own app
	mux.HandleFunc("POST /hooks/app/{kind}", app)
	withdraw := func(erase bool) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			done, err := e.Withdraw(r.Context(), helpdesk.ChannelKind(r.PathValue("kind")), r, erase)
			if err != nil {
				settle(w, nil, err)
				return
			}
			web.WriteJSON(w, http.StatusOK, deletion{done.URL, done.Code})
		}
	}
	mux.HandleFunc("POST /hooks/app/{kind}/deauthorize", withdraw(false))
	mux.HandleFunc("POST /hooks/app/{kind}/deletion", withdraw(true))
	mux.HandleFunc("GET "+helpdesk.WithdrawalPath+"{token}", func(w http.ResponseWriter, r *http.Request) {
		done, err := e.Withdrawal(r.PathValue("token"))
		if err != nil {
			http.NotFound(w, r)
			return
		}
		write(w, &helpdesk.Answer{Body: []byte(told(done))})
	})
	mux.HandleFunc("GET /hooks/{token}", take) // some providers first ask whether we are there
	mux.HandleFunc("POST /hooks/{token}", take)
	mux.HandleFunc("GET "+helpdesk.SentFilePath+"{token}/{name}", func(w http.ResponseWriter, r *http.Request) {
		a, content, err := e.OpenSentFile(r.Context(), r.PathValue("token"))
		if err != nil {
			http.NotFound(w, r)
			return
		}
		defer content.Close()
		web.ServeFile(w, r, a, content)
	})
	return mux
}

func status(c helpdesk.Code) int {
	switch c {
	case helpdesk.Unauthenticated:
		return http.StatusUnauthorized
	case helpdesk.NotFound:
		return http.StatusNotFound
	case helpdesk.Invalid:
		return http.StatusBadRequest
	default:
		return http.StatusServiceUnavailable
	}
}

// write sends the answer a channel gave, as plain text unless it says otherwise:
// challenges come from strangers and must not become a page.
func write(w http.ResponseWriter, a *helpdesk.Answer) {
	if a == nil {
		w.WriteHeader(http.StatusOK)
		return
	}
	kind := a.ContentType
	if kind == "" {
		kind = "text/plain; charset=utf-8"
	}
	w.Header().Set("Content-Type", kind)
	w.Header().Set("Content-Length", strconv.Itoa(len(a.Body)))
	w.Header().Set("X-Content-Type-Options", "nosniff")
	if a.Status != 0 {
		w.WriteHeader(a.Status)
	}
	_, _ = w.Write(a.Body) // a provider that hangs up comes again
}
