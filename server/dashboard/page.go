package dashboard

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"strings"

	"github.com/gohelpdesk/helpdesk/server/internal/web"
)

//go:embed all:views
var viewFiles embed.FS

// policy is what pages may do: nothing runs, looks or loads that is not ours.
// Pictures and recordings of messages come from here too.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; " +
	"connect-src 'self'; font-src 'self'; form-action 'self'; frame-src 'self'; base-uri 'none'; frame-ancestors 'none'"

// pages are the templates of one language, by their path in views: "login",
// "conversations/index". Each is shown inside layout.html, or, those of a page
// without an account, inside plain.html.
type pages map[string]*template.Template

// loadPages parses views. A file of a folder whose name begins with an underscore
// is shared by the pages of that folder and those below; one of views itself by all.
func loadPages(assets *web.Assets) map[string]*pages {
	out := map[string]*pages{}
	for _, lang := range languages() {
		set, err := parsePages(lang, assets)
		if err != nil {
			panic("dashboard: " + err.Error()) // they are part of the program
		}
		out[lang] = &set
	}
	return out
}

func parsePages(lang string, assets *web.Assets) (pages, error) {
	var shared, all []string
	err := fs.WalkDir(viewFiles, "views", func(path string, d fs.DirEntry, err error) error {
		if err == nil && strings.HasPrefix(d.Name(), "_") {
			shared = append(shared, path)
		} else if err == nil && !d.IsDir() {
			all = append(all, path)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	out := pages{}
	for _, path := range all {
		name := strings.TrimSuffix(strings.TrimPrefix(path, "views/"), ".html")
		files := []string{}
		for _, s := range shared {
			if folder, _, _ := strings.Cut(s, "/_"); strings.HasPrefix(path, folder+"/") {
				files = append(files, s)
			}
		}
		t, err := template.New("").Funcs(funcs(lang, assets)).ParseFS(viewFiles, append(files, path)...)
		if err != nil {
			return nil, err
		}
		out[name] = t
	}
	return out, nil
}

// render answers with a page, or with the regions of it that a module asked for in
// X-Regions: those of its templates that are called region:NAME, whose element has
// the id NAME. They are worked out only when they are shown.
func (c *call) render(name string, status int, data any) error {
	t := (*c.pages[c.lang])[name]
	if t == nil {
		return fmt.Errorf("dashboard: no page %q", name)
	}
	var b bytes.Buffer
	regions := strings.Fields(c.r.Header.Get("X-Regions"))
	if len(regions) == 0 {
		if err := t.ExecuteTemplate(&b, "page", data); err != nil {
			return err
		}
	}
	for _, region := range regions {
		if t.Lookup("region:"+region) == nil {
			continue // this page has none, so the other one goes as it is
		}
		if err := t.ExecuteTemplate(&b, "region:"+region, data); err != nil {
			return err
		}
	}
	c.write(status, b.Bytes())
	return nil
}

func (c *call) write(status int, body []byte) {
	h := c.w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", policy)
	h.Set("Referrer-Policy", "same-origin")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cache-Control", "no-store")
	h.Set("Vary", "X-Regions")
	c.w.WriteHeader(status)
	_, _ = c.w.Write(body) // the browser left: nobody to tell
}

// toldPage says one thing and nothing else.
type toldPage struct {
	*call
	Title, Detail string
}

// tell answers with a page that only says something.
func (c *call) tell(status int, key, detail string) {
	if err := c.render("told", status, &toldPage{c, c.T(key), detail}); err != nil {
		http.Error(c.w, http.StatusText(status), status)
	}
}
