package whatsappsim

import (
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Template is a message template at WhatsApp, with its components as they stand on
// the wire.
type Template struct {
	ID, Name, Language, Category string

	Status     string // "" = "APPROVED"
	Format     string // "NAMED" or "POSITIONAL"; "" = POSITIONAL
	Quality    string
	Components []map[string]any
	edited     []time.Time
}

// Template adds a template as if it had been made and judged before, and returns
// it.
func (n *Number) Template(t Template) *Template {
	if t.Status == "" {
		t.Status = "APPROVED"
	}
	if t.Format == "" {
		t.Format = "POSITIONAL"
	}
	if t.Category == "" {
		t.Category = "UTILITY"
	}
	n.sim.mu.Lock()
	defer n.sim.mu.Unlock()
	t.ID = strconv.Itoa(594425479261000 + n.sim.next())
	n.templates = append(n.templates, &t)
	return n.templates[len(n.templates)-1]
}

// Body is a template that consists of a text.
func Body(name, language, text string) Template {
	return Template{Name: name, Language: language, Components: []map[string]any{{"type": "BODY", "text": text}}}
}

// Judge moves a template to another status and tells it by webhook.
func (n *Number) Judge(t *Template, status, reason string) {
	n.set(func() { t.Status = status })
	id, err := strconv.Atoi(t.ID) // a number in webhooks, a text in answers
	if err != nil {
		n.sim.tb.Errorf("whatsappsim: %v", err)
	}
	n.post("message_template_status_update", object{
		"event": status, "message_template_id": id, "message_template_name": t.Name, "message_template_language": t.Language, "reason": reason,
	})
}

// Templates are those of the business account.
func (n *Number) Templates() []*Template {
	return get(n, func() []*Template { return slices.Clone(n.templates) })
}

func (t *Template) view() object {
	return object{
		"id": t.ID, "name": t.Name, "language": t.Language, "category": t.Category, "status": t.Status, "parameter_format": t.Format,
		"components": t.Components, "quality_score": object{"score": t.Quality}, "rejected_reason": "NONE",
	}
}

var (
	hole         = regexp.MustCompile(`\{\{\s*(\w+)\s*\}\}`)
	templateName = regexp.MustCompile(`^[a-z0-9_]{1,512}$`)
)

func holes(text string) (names []string) {
	for _, m := range hole.FindAllStringSubmatch(text, -1) {
		if !slices.Contains(names, m[1]) {
			names = append(names, m[1])
		}
	}
	return names
}

func (t *Template) component(kind string) object {
	for _, c := range t.Components {
		if strings.EqualFold(str(c["type"]), kind) {
			return c
		}
	}
	return nil
}

// find is a template by what a message says of it. The caller holds mu.
func (n *Number) find(part object) *Template {
	language, _ := part["language"].(object)
	for _, t := range n.templates {
		if t.Name == str(part["name"]) && t.Language == str(language["code"]) && t.Status != "DELETED" {
			return t
		}
	}
	return nil
}

func parametersOf(part object, kind string) []object {
	components, _ := part["components"].([]any)
	var out []object
	for _, c := range components {
		one, _ := c.(object)
		if !strings.EqualFold(str(one["type"]), kind) {
			continue
		}
		list, _ := one["parameters"].([]any)
		for _, p := range list {
			parameter, _ := p.(object)
			out = append(out, parameter)
		}
	}
	return out
}

// checkTemplate is what Graph says of a template in a message.
func (c *call) checkTemplate(part object) *refusal {
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	t := c.number.find(part)
	switch {
	case t == nil:
		return refuse(132001, "template name (%s) does not exist", str(part["name"]))
	case t.Status == "PAUSED":
		return refuse(132015, "the template is paused")
	case t.Status == "DISABLED":
		return refuse(132016, "the template is disabled")
	case t.Status != "APPROVED":
		return refuse(132001, "the template is not approved")
	}
	names, given := holes(str(t.component("BODY")["text"])), parametersOf(part, "body")
	if len(names) != len(given) {
		return refuse(132000, "body: number of localizable_params (%d) does not match the expected number of params (%d)", len(given), len(names))
	}
	for _, p := range given {
		if bad := checkParameter(t, names, p); bad != nil {
			return bad
		}
	}
	return checkHeader(t, parametersOf(part, "header"))
}

func checkParameter(t *Template, names []string, p object) *refusal {
	value := str(p["text"])
	switch {
	case t.Format == "NAMED" && !slices.Contains(names, str(p["parameter_name"])):
		return refuse(100, "parameter name %q is not of the template", str(p["parameter_name"]))
	case strings.TrimSpace(value) == "":
		return refuse(131008, "a parameter is empty")
	case strings.ContainsAny(value, "\n\t") || strings.Contains(value, "     "):
		return refuse(132018, "a parameter has line breaks, tabs or more than four spaces")
	}
	return nil
}

func checkHeader(t *Template, given []object) *refusal {
	header := t.component("HEADER")
	kind := strings.ToLower(str(header["format"]))
	switch {
	case header == nil || kind == "text" && len(holes(str(header["text"]))) == 0:
		if len(given) > 0 {
			return refuse(132000, "header: no parameter is expected")
		}
	case len(given) != 1:
		return refuse(132012, "header: one parameter is expected")
	case str(given[0]["type"]) != kind:
		return refuse(132012, "header: format mismatch, expected %s, received %s", strings.ToUpper(kind), strings.ToUpper(str(given[0]["type"])))
	}
	return nil
}

// filledIn is a template as the customer reads it.
func (n *Number) filledIn(part object) (text string, choices []Choice) {
	n.sim.mu.Lock()
	defer n.sim.mu.Unlock()
	t := n.find(part)
	text = str(t.component("BODY")["text"])
	for i, p := range parametersOf(part, "body") {
		name := str(p["parameter_name"])
		if name == "" {
			name = strconv.Itoa(i + 1)
		}
		text = strings.NewReplacer("{{"+name+"}}", str(p["text"]), "{{ "+name+" }}", str(p["text"])).Replace(text)
	}
	buttons, _ := t.component("BUTTONS")["buttons"].([]any)
	for _, b := range buttons {
		one, _ := b.(object)
		choices = append(choices, Choice{str(one["text"]), str(one["text"])})
	}
	return text, choices
}

// templates is the list, and the way to make one.
func (c *call) templates() {
	switch c.R.Method {
	case http.MethodGet:
		c.listTemplates()
	case http.MethodPost:
		c.createTemplate()
	case http.MethodDelete:
		name, id, n := c.R.URL.Query().Get("name"), c.R.URL.Query().Get("hsm_id"), 0
		c.number.set(func() {
			for _, t := range c.number.templates {
				if t.Name == name && (id == "" || t.ID == id) && t.Status != "DELETED" {
					t.Status = "DELETED"
					n++
				}
			}
		})
		if n == 0 {
			c.refuse(&refusal{status: http.StatusBadRequest, code: 100, subcode: 2593002, message: "Message Template Not Found", details: name})
			return
		}
		c.Answer(object{"success": true})
	default:
		c.unknown()
	}
}

func (c *call) listTemplates() {
	q := c.R.URL.Query()
	limit, err := strconv.Atoi(q.Get("limit"))
	if err != nil || limit <= 0 {
		limit = 25
	}
	at := 0
	if after := q.Get("after"); after != "" {
		if at, err = strconv.Atoi(strings.TrimPrefix(after, "c")); err != nil {
			c.refuse(refuse(100, "the cursor is not one"))
			return
		}
	}
	all := []any{}
	c.number.set(func() {
		for _, t := range c.number.templates {
			if t.Status != "DELETED" && (q.Get("name") == "" || q.Get("name") == t.Name) {
				all = append(all, t.view())
			}
		}
	})
	at = min(max(at, 0), len(all))
	end := min(at+limit, len(all))
	paging := object{"cursors": object{"before": fmt.Sprint("c", at), "after": fmt.Sprint("c", end)}}
	if end < len(all) {
		paging["next"] = c.s.server.URL + "/v25.0" + c.path + "?after=c" + strconv.Itoa(end)
	}
	c.Answer(object{"data": all[at:end], "paging": paging})
}

func (c *call) createTemplate() {
	var in struct {
		Name, Language, Category string
		Format                   string `json:"parameter_format"`
		Components               []map[string]any
	}
	if !c.in(&in) {
		return
	}
	t := Template{Name: in.Name, Language: in.Language, Category: in.Category, Format: strings.ToUpper(in.Format), Components: in.Components, Status: "PENDING"}
	taken := false
	c.number.set(func() {
		for _, other := range c.number.templates {
			taken = taken || other.Name == t.Name && other.Language == t.Language
		}
	})
	switch bad := t.wrong(); {
	case bad != nil:
		c.refuse(bad)
	case taken:
		c.refuse(&refusal{status: http.StatusBadRequest, code: 100, subcode: 2388024, message: "Content in this language already exists", details: t.Name})
	default:
		made := c.number.Template(t)
		c.Answer(object{"id": made.ID, "status": made.Status, "category": made.Category})
	}
}

// wrong is what Graph refuses in a template.
func (t *Template) wrong() *refusal {
	body := str(t.component("BODY")["text"])
	trimmed := strings.TrimSpace(body)
	bad := func(subcode int, text string) *refusal {
		return &refusal{status: http.StatusBadRequest, code: 100, subcode: subcode, message: "Invalid parameter", details: text}
	}
	switch {
	case !templateName.MatchString(t.Name):
		return bad(2388015, "name")
	case !slices.Contains([]string{"MARKETING", "UTILITY", "AUTHENTICATION"}, t.Category):
		return bad(2388016, "category")
	case t.Category != "AUTHENTICATION" && trimmed == "" || len([]rune(body)) > 1024:
		return bad(2388040, "body must have 1 to 1024 characters")
	case strings.HasPrefix(trimmed, "{{") || strings.HasSuffix(trimmed, "}}"):
		return bad(2388299, "variables cannot stand at the edge of the body")
	case len(holes(body)) > 0 && t.component("BODY")["example"] == nil:
		return bad(2388043, "an example is missing")
	case len([]rune(str(t.component("FOOTER")["text"]))) > 60:
		return bad(2388040, "footer is longer than 60")
	}
	return nil
}

// templateByID is what has no other meaning: GET and POST of a template.
func (c *call) templateByID(id string) {
	var t *Template
	c.number.set(func() {
		for _, one := range c.number.templates {
			if one.ID == id && one.Status != "DELETED" {
				t = one
			}
		}
	})
	switch {
	case t == nil:
		c.unknown()
	case c.R.Method == http.MethodGet:
		c.Answer(get(c.number, t.view))
	case c.R.Method == http.MethodPost:
		c.editTemplate(t)
	default:
		c.unknown()
	}
}

func (c *call) editTemplate(t *Template) {
	var in struct {
		Category   string
		Components []map[string]any
	}
	if !c.in(&in) {
		return
	}
	bad, now := (*refusal)(nil), c.s.o.Now()
	c.number.set(func() {
		fresh := *t
		fresh.Components = in.Components
		day, month := 0, 0
		for _, at := range t.edited {
			if now.Sub(at) < 24*time.Hour {
				day++
			}
			if now.Sub(at) < 30*24*time.Hour {
				month++
			}
		}
		switch {
		case !slices.Contains([]string{"APPROVED", "REJECTED", "PAUSED"}, t.Status):
			bad = &refusal{status: http.StatusBadRequest, code: 100, subcode: 2388003, message: "Message template cannot be edited", details: t.Status}
		case t.Status == "APPROVED" && (day >= 1 || month >= 10):
			bad = &refusal{status: http.StatusBadRequest, code: 100, subcode: 2388025, message: "Edit limit reached", details: "once a day, ten times a month"}
		case t.Status == "APPROVED" && in.Category != "" && in.Category != t.Category:
			bad = &refusal{status: http.StatusBadRequest, code: 100, subcode: 2388026, message: "The category is fixed", details: in.Category}
		default:
			bad = fresh.wrong()
		}
		if bad == nil {
			t.Components, t.Status, t.edited = in.Components, "PENDING", append(t.edited, now)
		}
	})
	if bad != nil {
		c.refuse(bad)
		return
	}
	c.Answer(object{"success": true})
}
