package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"strings"
	"time"

	"github.com/gohelpdesk/helpdesk"
)

// welcome brings an empty database to its first account: the demo, the
// administrator of the environment, or a link that somebody opens.
func (d *desk) welcome(ctx context.Context, c *config, out io.Writer, base string) error {
	used, err := inUse(ctx, d.store)
	if err == nil && !used {
		err = d.alone(ctx, func() error { return d.first(ctx, c, out, base) })
	}
	if err == nil && c.demo {
		err = d.tellDemo(ctx, c, out, base)
	}
	return err
}

func (d *desk) first(ctx context.Context, c *config, out io.Writer, base string) error {
	used, err := inUse(ctx, d.store)
	if err != nil || used { // by another server, while this one waited
		return err
	}
	switch {
	case c.demo:
		return d.playDemo(ctx, c)
	case c.adminEmail == "":
		token, err := d.NewSetupToken(ctx)
		if err == nil {
			_, err = fmt.Fprintf(out, "Set up this desk: %s/setup/%s\n", base, token)
		}
		return err
	}
	_, _, err = d.Setup(ctx, "", helpdesk.NewAccount{Name: "Support"}, helpdesk.NewUser{Email: c.adminEmail, Password: c.adminPassword})
	if errors.Is(err, helpdesk.Invalid) {
		return usageError{fmt.Sprintf("HELPDESK_ADMIN_EMAIL, HELPDESK_ADMIN_PASSWORD: %v", err)}
	}
	if err == nil {
		_, err = fmt.Fprintf(out, "Made the account Support and its administrator %s\n", c.adminEmail)
	}
	return err
}

// setupLease is how long a server that dies in the middle of a set-up holds up
// the others.
const setupLease = 30 * time.Second

// alone runs fn while no other server on the same database does: of several that
// start together, one makes the first account.
func (d *desk) alone(ctx context.Context, fn func() error) (err error) {
	const lease = "setup"
	holder := rand.Text()
	for got := false; !got; {
		err := d.store.System(ctx, func(ctx context.Context, tx helpdesk.SystemTx) (err error) {
			got, err = tx.Leases().Take(ctx, lease, holder, time.Now(), time.Now().Add(setupLease))
			return err
		})
		if err != nil {
			return err
		}
		if !got {
			select {
			case <-ctx.Done():
				return ctx.Err()
			case <-time.After(100 * time.Millisecond):
			}
		}
	}
	defer func() {
		err = errors.Join(err, d.store.System(context.WithoutCancel(ctx), func(ctx context.Context, tx helpdesk.SystemTx) error {
			return tx.Leases().Drop(ctx, lease, holder)
		}))
	}()
	return fn()
}

// maxForm is how large the set-up form may be, in bytes.
const maxForm = 64 << 10

// setupForm is what the page shows: the fields as typed, without the password,
// and what is wrong with each.
type setupForm struct {
	Title, Action, Account, Name, Email, Problem string

	Wrong map[string]string
}

// setupPages serves the one-time set-up link. Its token is in the path, so that
// no other site can post the form.
func setupPages(mux *http.ServeMux, d *desk, base string) {
	mux.Handle("GET /style.css", stylesheet())
	mux.HandleFunc("GET /setup/{token}", func(w http.ResponseWriter, r *http.Request) {
		if !d.invited(w, r) {
			return
		}
		showSetup(w, http.StatusOK, r, setupForm{})
	})
	mux.HandleFunc("POST /setup/{token}", func(w http.ResponseWriter, r *http.Request) {
		if !d.invited(w, r) {
			return
		}
		r.Body = http.MaxBytesReader(w, r.Body, maxForm)
		if err := r.ParseForm(); err != nil {
			showSetup(w, http.StatusBadRequest, r, setupForm{Problem: "The form could not be read."})
			return
		}
		d.postSetup(w, r, base)
	})
}

// invited checks the link's token, and answers when it leads nowhere.
func (d *desk) invited(w http.ResponseWriter, r *http.Request) bool {
	used, err := inUse(r.Context(), d.store)
	if err == nil && !used {
		err = d.store.System(r.Context(), func(ctx context.Context, tx helpdesk.SystemTx) error {
			_, err := tx.Routes().Find(ctx, helpdesk.SetupRoute, r.PathValue("token"))
			return err
		})
	}
	switch {
	case err != nil && !errors.Is(err, helpdesk.NotFound):
		render(w, http.StatusServiceUnavailable, "gone", map[string]any{"Title": "Not now", "Text": "The database does not answer. Try again in a moment."})
	case used:
		render(w, http.StatusNotFound, "gone", map[string]any{"Title": "Set up already", "Text": "This desk has its administrator. Each set-up link works once."})
	case err != nil:
		render(w, http.StatusNotFound, "gone", map[string]any{"Title": "This link does not work", "Text": "A set-up link works once, and a newer one replaces it. The server prints one each time it starts on an empty database."})
	default:
		return true
	}
	return false
}

func showSetup(w http.ResponseWriter, status int, r *http.Request, f setupForm) {
	f.Title, f.Action = "Set up your desk", "/setup/"+r.PathValue("token")
	render(w, status, "setup", f)
}

func (d *desk) postSetup(w http.ResponseWriter, r *http.Request, base string) {
	f := setupForm{
		Account: strings.TrimSpace(r.PostFormValue("account")), Name: strings.TrimSpace(r.PostFormValue("name")),
		Email: strings.TrimSpace(r.PostFormValue("email")), Wrong: map[string]string{},
	}
	password := r.PostFormValue("password")
	account := helpdesk.NewAccount{Name: f.Account}
	admin := helpdesk.NewUser{Email: f.Email, Name: f.Name, Password: password}
	if bad, ok := errors.AsType[*helpdesk.Error](account.Validate()); ok {
		f.Wrong["account"] = bad.Fields["name"]
	}
	if bad, ok := errors.AsType[*helpdesk.Error](admin.Validate()); ok {
		maps.Copy(f.Wrong, bad.Fields)
	}
	for field, value := range map[string]string{"account": f.Account, "name": f.Name, "email": f.Email, "password": password} {
		if value == "" {
			f.Wrong[field] = "can't be blank"
		}
	}
	if len(f.Wrong) > 0 {
		showSetup(w, http.StatusUnprocessableEntity, r, f)
		return
	}
	var user *helpdesk.User
	err := d.alone(r.Context(), func() (err error) {
		_, user, err = d.Setup(r.Context(), r.PathValue("token"), account, admin)
		return err
	})
	if bad, ok := errors.AsType[*helpdesk.Error](err); ok && bad.Code == helpdesk.Invalid {
		maps.Copy(f.Wrong, bad.Fields)
		showSetup(w, http.StatusUnprocessableEntity, r, f)
		return
	}
	token := ""
	if err == nil {
		token, err = d.AccessToken(user)
	}
	if err != nil {
		f.Problem = "The desk could not be set up. Open the link again."
		showSetup(w, http.StatusConflict, r, f)
		return
	}
	render(w, http.StatusOK, "done", map[string]any{"Title": "Your desk is ready", "Base": base, "Account": f.Account, "Email": user.Email, "Token": token})
}
