package dashboard

import (
	"strconv"
	"strings"

	"github.com/gohelpdesk/helpdesk"
)

// Params are what the template wants to be filled in with.
func (p *startPage) Params() []field {
	var out []field
	ask := func(name, label, hint string) {
		out = append(out, field{Name: name, Label: label, Hint: hint, Value: p.Values.Get(name), Wrong: p.Wrong[name], Kind: asText})
	}
	switch h := p.template.Header; {
	case h.Kind == "TEXT" && len(helpdesk.TemplateVariables(h.Text)) > 0:
		ask("header", p.T("contacts.param_header"), h.Text)
	case h.Kind == "IMAGE", h.Kind == "VIDEO", h.Kind == "DOCUMENT":
		ask("header", p.T("contacts.param_media"), p.T("contacts.param_media_hint"))
	}
	for _, name := range helpdesk.TemplateVariables(p.template.Body) {
		ask("body."+name, "{{"+name+"}}", exampleOf(p.T, p.template.Examples[name]))
	}
	for i, b := range p.template.Buttons {
		if strings.Contains(b.URL, "{{") || b.Kind == "COPY_CODE" {
			ask("button."+strconv.Itoa(i), p.T("contacts.param_button", "name", b.Text), b.URL)
		}
	}
	return out
}

func exampleOf(t func(string, ...any) string, example string) string {
	if example == "" {
		return ""
	}
	return t("contacts.param_example", "example", example)
}

// Preview is the template as the customer will read it; what is not filled in yet
// stands as it is.
func (p *startPage) Preview() string {
	out := p.template.Body
	if p.template.Header.Text != "" {
		out = fillHoles(p.template.Header.Text, func(string) string { return p.Values.Get("header") }) + "\n\n" + out
	}
	out = fillHoles(out, func(name string) string { return p.Values.Get("body." + name) })
	if p.template.Footer != "" {
		out += "\n\n" + p.template.Footer
	}
	return out
}

func fillHoles(text string, value func(name string) string) string {
	for _, name := range helpdesk.TemplateVariables(text) {
		if v := value(name); v != "" {
			text = strings.NewReplacer("{{"+name+"}}", v, "{{ "+name+" }}", v).Replace(text)
		}
	}
	return text
}

// unfilled marks the template's parameters that are missing, and reports whether
// there are any. The file of a header may be chosen instead.
func (p *startPage) unfilled() bool {
	if p.template == nil {
		return false
	}
	missing := false
	for _, f := range p.Params() {
		if strings.TrimSpace(f.Value) == "" && (f.Name != "header" || p.template.Header.Kind == "TEXT") {
			p.Wrong[f.Name], missing = p.wrong("can't be blank"), true
		}
	}
	return missing
}

// filled is the template with its parameters, as every client gives them.
func (p *startPage) filled() map[string]any {
	t, body, header := p.template, map[string]any{}, map[string]any{}
	for _, name := range helpdesk.TemplateVariables(t.Body) {
		body[name] = strings.TrimSpace(p.Values.Get("body." + name))
	}
	if v := strings.TrimSpace(p.Values.Get("header")); v != "" {
		if t.Header.Kind == "TEXT" {
			header["1"] = v
		} else {
			header["media_url"], header["media_type"] = v, strings.ToLower(t.Header.Kind)
		}
	}
	buttons := make([]any, len(t.Buttons)) // by their place: those that are fixed are empty
	for i, b := range t.Buttons {
		if v := strings.TrimSpace(p.Values.Get("button." + strconv.Itoa(i))); v != "" {
			buttons[i] = map[string]any{"type": strings.ToLower(b.Kind), "parameter": v}
		}
	}
	params := map[string]any{"body": body}
	if len(header) > 0 {
		params["header"] = header
	}
	if len(buttons) > 0 {
		params["buttons"] = buttons
	}
	return map[string]any{"name": t.Name, "language": t.Language, "category": t.Category, "processed_params": params}
}
