package main

import (
	"bytes"
	"context"
	"html/template"
	"io/fs"
	"net/http"
	"strings"

	"github.com/gohelpdesk/helpdesk"
	"github.com/gohelpdesk/helpdesk/channel/widget"
)

// demoBike is something the sample shop sells.
type demoBike struct {
	Name, About, Price, Frame, Wheels string // the last two are colours
}

func demoBikes() []demoBike {
	return []demoBike{
		{"Corso", "City, 8 gears, lights included", "€ 890", "#1f5fbf", "#2b2f36"},
		{"Monte", "Mountain, front suspension, 29 inch", "€ 1,290", "#c2410c", "#2b2f36"},
		{"Brisa", "Step-through, basket, 3 gears", "€ 640", "#0f766e", "#57534e"},
		{"Volt", "Electric, 90 km of range", "€ 2,390", "#4c1d95", "#2b2f36"},
		{"Pico", "For children from six", "€ 290", "#be185d", "#57534e"},
		{"Longa", "Cargo, for 80 kg and two small people", "€ 2,990", "#854d0e", "#2b2f36"},
	}
}

// demoSite is the sample shop at /demo, where one may play a customer: a page of
// somebody else's, as far as the widget can tell.
func demoSite(mux *http.ServeMux, d *desk, c *config) {
	mux.HandleFunc("GET /demo", func(w http.ResponseWriter, r *http.Request) {
		token, err := d.demoWidget(r.Context(), c)
		if err != nil {
			http.Error(w, "there is no demo account in this database", http.StatusNotFound)
			return
		}
		var b bytes.Buffer
		page, err := template.ParseFS(pageFiles, "pages/demo/shop.html")
		if err == nil {
			err = page.Execute(&b, map[string]any{"Token": token, "Bikes": demoBikes()})
		}
		if err != nil {
			http.Error(w, "the page could not be rendered", http.StatusInternalServerError)
			return
		}
		demoHead(w.Header(), "text/html; charset=utf-8")
		_, _ = w.Write(b.Bytes()) // the client left: nobody to tell
	})
	for name, kind := range map[string]string{"shop.css": "text/css; charset=utf-8", "shop.js": "text/javascript; charset=utf-8"} {
		mux.HandleFunc("GET /demo/"+name, func(w http.ResponseWriter, _ *http.Request) {
			raw, err := fs.ReadFile(pageFiles, "pages/demo/"+name)
			if err != nil {
				http.Error(w, "not found", http.StatusNotFound)
				return
			}
			demoHead(w.Header(), kind)
			_, _ = w.Write(raw) // the client left: nobody to tell
		})
	}
}

func demoHead(h http.Header, kind string) {
	h.Set("Content-Type", kind)
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; frame-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cache-Control", "no-store")
}

// demoWidget is the website token of the demo account's widget.
func (d *desk) demoWidget(ctx context.Context, c *config) (string, error) {
	script, _ := demoFor(c)
	user, err := d.FindUser(ctx, script.agents[0].email)
	if err != nil {
		return "", err
	}
	_, accounts, err := d.Memberships(ctx, user.ID)
	if err != nil {
		return "", err
	}
	for _, a := range accounts {
		boxes, err := d.As(d.Host(a.ID)).Inboxes.List(ctx)
		if err != nil {
			return "", err
		}
		for _, b := range boxes {
			if b.Kind == widget.Kind && strings.EqualFold(b.Name, website) {
				return b.Identifier, nil
			}
		}
	}
	return "", helpdesk.NotFound
}
