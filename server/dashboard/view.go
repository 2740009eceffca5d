package dashboard

import (
	"errors"
	"fmt"
	"html/template"
	"regexp"
	"strings"
	"time"
	"unicode"

	"github.com/gohelpdesk/helpdesk"
	"github.com/gohelpdesk/helpdesk/server/internal/web"
)

// funcs are what templates of one language call.
func funcs(lang string, assets *web.Assets) template.FuncMap {
	return template.FuncMap{
		"t":            func(key string, args ...any) string { return say(lang, key, args...) },
		"asset":        assets.URL,
		"icon":         func(name string) template.HTML { return icon(assets, name) },
		"dot":          dot,
		"face":         face,
		"dict":         dict,
		"list":         func(v ...any) []any { return v },
		"text":         text,
		"templateVars": helpdesk.TemplateVariables,
		"join":         func(v []string, sep string) string { return strings.Join(v, sep) },
		"lower":        strings.ToLower,
	}
}

// dict makes a map of names and values, to hand several things to a template.
func dict(args ...any) (map[string]any, error) {
	if len(args)%2 != 0 {
		return nil, errors.New("dict: a name without a value")
	}
	out := make(map[string]any, len(args)/2)
	for i := 0; i < len(args); i += 2 {
		out[text(args[i])] = args[i+1]
	}
	return out, nil
}

// icon is one of static/icons.svg, as large as the text around it. It says
// nothing: what is meant stands beside it or in its button's label.
func icon(assets *web.Assets, name string) template.HTML {
	return template.HTML(`<svg class="icon" aria-hidden="true"><use href="` + assets.URL("icons.svg") + "#" + template.HTMLEscapeString(name) + `"/></svg>`)
}

var hexColor = regexp.MustCompile(`^#[0-9a-fA-F]{3,8}$`)

// dot is a round mark in a colour somebody chose. A presentation attribute is no
// style, so the page's policy lets it be.
func dot(color string) template.HTML {
	if !hexColor.MatchString(color) {
		color = "#8a94a6"
	}
	return template.HTML(`<svg class="dot" viewBox="0 0 10 10" aria-hidden="true"><circle cx="5" cy="5" r="5" fill="` + color + `"/></svg>`)
}

// person is somebody as the face template shows them.
type person struct {
	Name    string
	Picture string // address; "" = the initials
	Hue     int    // one of 8, the same for a name wherever it stands
	Online  string // "online", "busy", "offline"; "" = not shown
}

// face is a person by name and key of a picture in the store.
func face(name, avatar string) person {
	p := person{Name: name}
	if avatar != "" {
		p.Picture = avatarPath(avatar)
	}
	for _, r := range name {
		p.Hue = (p.Hue*31 + int(r)) % 8
	}
	return p
}

// Initials are at most two letters of a name.
func (p person) Initials() string {
	var out []rune
	for word := range strings.FieldsSeq(p.Name) {
		for _, r := range word {
			if unicode.IsLetter(r) || unicode.IsDigit(r) {
				out = append(out, unicode.ToUpper(r))
				break
			}
		}
		if len(out) == 2 {
			break
		}
	}
	if len(out) == 0 {
		return "?"
	}
	return string(out)
}

func avatarPath(key string) string { return web.AvatarPrefix + key }

// agentName is what an agent is called here.
func agentName(a *helpdesk.Agent) string {
	if a == nil {
		return ""
	}
	if a.DisplayName != "" {
		return a.DisplayName
	}
	if a.Name == "" {
		return a.Email
	}
	return a.Name
}

// contactName is what a contact is called: somebody is never nothing.
func (c *call) contactName(p *helpdesk.Contact) string {
	if p == nil {
		return c.T("common.somebody")
	}
	for _, s := range []string{p.Name, p.Email, p.Phone, p.Identifier} {
		if s != "" {
			return s
		}
	}
	return c.T("common.somebody")
}

// moment is a time as pages show it.
type moment struct {
	ISO   string // for machines and for the tooltip
	Short string // "now", "5m", "3h", "2d", or the day
	Clock string // "14:05"
	Full  string // day and time
	Day   string // the day in words
}

func (c *call) moment(at time.Time) moment {
	if at.IsZero() {
		return moment{}
	}
	local := at.In(c.zone)
	return moment{
		ISO: at.UTC().Format(time.RFC3339), Short: c.ago(at), Clock: local.Format("15:04"),
		Full: c.day(local) + ", " + local.Format("15:04"), Day: c.day(local),
	}
}

// Moment is for templates.
func (c *call) Moment(at time.Time) moment { return c.moment(at) }

// ago is how long something is past, in one unit; beyond a week it is the day.
func (c *call) ago(at time.Time) string {
	switch d := c.e.Now().Sub(at); {
	case d < time.Minute:
		return c.T("common.now")
	case d < time.Hour:
		return fmt.Sprintf("%d%s", int(d.Minutes()), c.T("common.unit_minute"))
	case d < 24*time.Hour:
		return fmt.Sprintf("%d%s", int(d.Hours()), c.T("common.unit_hour"))
	case d < 7*24*time.Hour:
		return fmt.Sprintf("%d%s", int(d.Hours()/24), c.T("common.unit_day"))
	}
	return c.day(at.In(c.zone))
}

// day is a date in the reader's language, with its year when it is another.
func (c *call) day(at time.Time) string {
	months := strings.Fields(c.T("common.months"))
	out := fmt.Sprintf("%d %s", at.Day(), months[at.Month()-1])
	if at.Year() != c.e.Now().In(c.zone).Year() {
		out += fmt.Sprintf(" %d", at.Year())
	}
	return out
}

// size is a number of bytes as people read it.
func size(n int64) string {
	const unit = 1 << 10
	switch {
	case n < unit:
		return fmt.Sprintf("%d B", n)
	case n < unit*unit:
		return fmt.Sprintf("%d KB", n/unit)
	}
	return fmt.Sprintf("%.1f MB", float64(n)/(unit*unit))
}
