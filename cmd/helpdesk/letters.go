package main

import (
	"errors"
	"net"
	"net/http"
	"strings"

	"github.com/gohelpdesk/helpdesk"
)

// letterPages serve where the links in the desk's mails lead. Nothing happens
// before a button is pressed: programs that look into mails follow links too.
func letterPages(mux *http.ServeMux, d *desk) {
	mux.HandleFunc("GET /app/auth/password/edit", func(w http.ResponseWriter, r *http.Request) {
		showPassword(w, http.StatusOK, r.URL.Query().Get("reset_password_token"), nil)
	})
	mux.HandleFunc("POST /app/auth/password/edit", d.postPassword)
	mux.HandleFunc("GET /app/auth/confirmation", func(w http.ResponseWriter, r *http.Request) {
		render(w, http.StatusOK, "confirm", map[string]any{"Title": "Confirm your e-mail address", "Token": r.URL.Query().Get("confirmation_token")})
	})
	mux.HandleFunc("POST /app/auth/confirmation", d.postConfirmation)
}

func showPassword(w http.ResponseWriter, status int, token string, wrong map[string]string) {
	render(w, status, "password", map[string]any{"Title": "Set your password", "Token": token, "Wrong": wrong})
}

func (d *desk) postPassword(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	token, again := r.PostFormValue("token"), r.PostFormValue("again")
	in, err := d.ResetPassword(r.Context(), helpdesk.NewPassword{
		Token: token, Password: r.PostFormValue("password"), Confirmation: &again, Remote: peer(r),
	})
	if bad, ok := errors.AsType[*helpdesk.Error](err); ok && bad.Code == helpdesk.Invalid {
		showPassword(w, http.StatusUnprocessableEntity, token, bad.Fields)
		return
	}
	d.letterDone(w, r, in, err, "Your password is set")
}

func (d *desk) postConfirmation(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	in, err := d.Confirm(r.Context(), helpdesk.Confirmation{Token: r.PostFormValue("token"), Remote: peer(r)})
	if errors.Is(err, helpdesk.Conflict) { // pressed twice
		err = nil
	}
	d.letterDone(w, r, in, err, "Your address is confirmed")
}

// letterDone says how it went. These pages keep nobody signed in, so the session
// that came with it ends.
func (d *desk) letterDone(w http.ResponseWriter, r *http.Request, in *helpdesk.SignedIn, err error, title string) {
	if err == nil && in != nil && in.Session != nil {
		err = d.SignOut(r.Context(), in.User.ID, in.Session.Client, peer(r))
	}
	switch {
	case err == nil:
		render(w, http.StatusOK, "gone", map[string]any{"Title": title, "Text": "You can sign in now."})
	case errors.Is(err, helpdesk.NotFound), errors.Is(err, helpdesk.Invalid):
		render(w, http.StatusNotFound, "gone", map[string]any{"Title": "This link does not work", "Text": "It works once, and not for long. Ask for a new one."})
	default:
		render(w, http.StatusServiceUnavailable, "gone", map[string]any{"Title": "Not now", "Text": "Try again in a moment."})
	}
}

// peer is who is at the other end of the connection.
func peer(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return strings.TrimSpace(r.RemoteAddr)
	}
	return host
}
