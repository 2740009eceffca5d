package dashboard

import (
	"html/template"
	"net/http"
	"slices"
	"strings"
	"unicode"

	"github.com/gohelpdesk/helpdesk"
)

func searchRoutes() []route { return []route{{"GET /search", "", (*call).search}} }

const (
	searchFew  = 5  // of each kind, when all are looked for
	searchRows = 20 // of one kind
)

// searchPage is what a search found.
type searchPage struct {
	*call
	Q     string
	In    string // "" = everything, or one of searchKinds
	Wrong string
	Found []searchGroup
	words []string
}

func searchKinds() []string { return []string{"conversations", "messages", "contacts"} }

// searchGroup is what was found of one kind.
type searchGroup struct {
	Name, More string // More: where all of it is; "" = here
	Rows       []searchRow
	Before     string // further pages
	After      string
}

type searchRow struct {
	To    string
	Who   person
	Title template.HTML
	Sub   string
	Said  template.HTML
	At    moment
}

func (c *call) search() error {
	p := &searchPage{call: c, Q: strings.TrimSpace(c.r.URL.Query().Get("q")), In: c.r.URL.Query().Get("in")}
	if !slices.Contains(searchKinds(), p.In) {
		p.In = ""
	}
	p.words = searched(p.Q)
	for _, kind := range searchKinds() {
		if p.Q == "" || p.In != "" && p.In != kind {
			continue
		}
		g, err := p.find(kind)
		switch {
		case helpdesk.CodeOf(err) == helpdesk.Forbidden: // whoever sees no conversations may still find contacts
			continue
		case helpdesk.CodeOf(err) == helpdesk.Invalid:
			p.Wrong = message(err)
			return c.render("search", http.StatusUnprocessableEntity, p)
		case err != nil:
			return err
		}
		if len(g.Rows) > 0 {
			p.Found = append(p.Found, g)
		}
	}
	return c.render("search", http.StatusOK, p)
}

// Tabs is for templates.
func (p *searchPage) Tabs() []navItem {
	out := []navItem{{Name: p.T("search.all"), To: p.to(""), Current: p.In == ""}}
	for _, kind := range searchKinds() {
		key := "search." + kind
		out = append(out, navItem{Name: p.T(key), To: p.to(kind), Current: p.In == kind})
	}
	return out
}

// to is the same search among one kind.
func (p *searchPage) to(kind string) string {
	q := p.r.URL.Query()
	q.Del("page")
	q.Del("in")
	if kind != "" {
		q.Set("in", kind)
	}
	return p.path("/search?", q.Encode())
}

// find looks for one kind. One row more than is shown tells whether there are more.
func (p *searchPage) find(kind string) (g searchGroup, err error) {
	key := "search." + kind
	g.Name = p.T(key)
	size, page := searchFew, helpdesk.Page{Limit: searchFew + 1}
	if p.In != "" {
		size, page = searchRows, helpdesk.Page{Limit: searchRows + 1, Offset: (p.page() - 1) * searchRows}
	}
	switch kind {
	case "conversations":
		g.Rows, err = p.conversations(page)
	case "messages":
		g.Rows, err = p.messages(page)
	default:
		g.Rows, err = p.contacts(page)
	}
	more := len(g.Rows) > size
	g.Rows = g.Rows[:min(len(g.Rows), size)]
	switch {
	case p.In == "" && more:
		g.More = p.to(kind)
	case p.In != "":
		if p.page() > 1 {
			g.Before = p.with("page", str(p.page()-1))
		}
		if more {
			g.After = p.with("page", str(p.page()+1))
		}
	}
	return g, err
}

// talkRow is a conversation as a search shows it.
func (p *searchPage) talkRow(d *helpdesk.ConversationDetail) searchRow {
	row := searchRow{To: p.path("/conversations/", str(d.Display), "?tab=all&status=all"), Who: p.contactFace(d.Customer), Sub: "#" + str(d.Display) + " · " + p.statusName(d.Status), At: p.moment(d.LastActivity)}
	row.Title = p.marked(row.Who.Name)
	if d.Box != nil {
		row.Sub += " · " + d.Box.Name
	}
	return row
}

func (p *searchPage) conversations(page helpdesk.Page) ([]searchRow, error) {
	found, err := p.desk.Search.Conversations(p.ctx(), p.Q, page)
	var out []searchRow
	for _, d := range found {
		row := p.talkRow(d)
		if d.LastTalk != nil {
			row.Said = p.marked(shorten(d.LastTalk.Content, 160))
		}
		out = append(out, row)
	}
	return out, err
}

func (p *searchPage) messages(page helpdesk.Page) ([]searchRow, error) {
	found, err := p.desk.Search.Messages(p.ctx(), helpdesk.MessageSearch{Query: p.Q}, page)
	var out []searchRow
	for _, m := range found {
		if m.In == nil {
			continue
		}
		row := p.talkRow(m.In)
		row.Said, row.At = p.marked(around(m.Content, p.words, 220)), p.moment(m.CreatedAt)
		out = append(out, row)
	}
	return out, err
}

func (p *searchPage) contacts(page helpdesk.Page) ([]searchRow, error) {
	found, err := p.desk.Search.Contacts(p.ctx(), helpdesk.ContactFilter{Query: p.Q}, page)
	var out []searchRow
	for _, who := range found {
		row := searchRow{To: p.path("/contacts/", str(who.ID)), Who: p.contactFace(who), At: p.moment(who.LastActivityAt)}
		row.Title = p.marked(row.Who.Name)
		row.Said = p.marked(strings.Join(slices.DeleteFunc([]string{who.Email, who.Phone, who.Identifier, who.Company}, func(s string) bool { return s == "" }), " · "))
		out = append(out, row)
	}
	return out, err
}

// searched are the words that are looked for, in lower case.
func searched(q string) []string {
	return strings.FieldsFunc(strings.ToLower(q), func(r rune) bool { return unicode.IsSpace(r) || r == '"' })
}

// marked is a text with the words that were looked for set off.
func (p *searchPage) marked(s string) template.HTML {
	var b strings.Builder
	low := lower(s)
	runes := []rune(s)
	for i := 0; i < len(runes); {
		if n := met(low[i:], p.words); n > 0 {
			b.WriteString("<mark>" + template.HTMLEscapeString(string(runes[i:i+n])) + "</mark>")
			i += n
			continue
		}
		b.WriteString(template.HTMLEscapeString(string(runes[i])))
		i++
	}
	return template.HTML(b.String()) //nolint:gosec // every part was escaped above
}

// lower is a text rune by rune, so that places in it are those of the text.
func lower(s string) []rune {
	out := []rune(s)
	for i, r := range out {
		out[i] = unicode.ToLower(r)
	}
	return out
}

// met is how long the longest word is with which a text begins; 0 = none.
func met(text []rune, words []string) int {
	n := 0
	for _, w := range words {
		if word := []rune(w); len(word) > n && len(word) <= len(text) && slices.Equal(text[:len(word)], word) {
			n = len(word)
		}
	}
	return n
}

// around is a part of a text with a word in it that was looked for.
func around(s string, words []string, most int) string {
	runes := []rune(strings.Join(strings.Fields(s), " "))
	if len(runes) <= most {
		return string(runes)
	}
	low := lower(string(runes))
	for i := range low {
		if met(low[i:], words) > 0 {
			from := max(0, min(i-most/3, len(runes)-most))
			out := shorten(string(runes[from:]), most)
			if from > 0 {
				out = "…" + out
			}
			return out
		}
	}
	return shorten(s, most)
}
