package whatsapp

import (
	"encoding/json"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/gohelpdesk/helpdesk"
)

// components is a template as Graph wants it.
func components(t *helpdesk.ProviderTemplate) []json.RawMessage {
	var all []object
	if h := t.Header; h.Kind != "" {
		c := object{"type": "HEADER", "format": h.Kind}
		names := helpdesk.TemplateVariables(h.Text)
		switch {
		case h.Kind == "TEXT" && len(names) > 0 && t.Format == helpdesk.NamedParameters:
			c["text"], c["example"] = h.Text, object{"header_text_named_params": []named{{names[0], h.Example}}}
		case h.Kind == "TEXT" && len(names) > 0:
			c["text"], c["example"] = h.Text, object{"header_text": []string{h.Example}}
		case h.Kind == "TEXT":
			c["text"] = h.Text
		case h.Kind != "LOCATION":
			c["example"] = object{"header_handle": []string{h.Example}}
		}
		all = append(all, c)
	}
	if t.Body != "" {
		c := object{"type": "BODY", "text": t.Body}
		if names := ordered(t); len(names) > 0 {
			c["example"] = samples(t, names)
		}
		all = append(all, c)
	}
	if t.Footer != "" {
		all = append(all, object{"type": "FOOTER", "text": t.Footer})
	}
	if len(t.Buttons) > 0 {
		all = append(all, object{"type": "BUTTONS", "buttons": buttons(t.Buttons)})
	}
	var out []json.RawMessage
	for _, c := range append(all, t.Raw...) {
		if raw, err := json.Marshal(c); err == nil { // texts and lists go into JSON
			out = append(out, raw)
		}
	}
	return out
}

// ordered are the variables of the body: by number, or as they stand there.
func ordered(t *helpdesk.ProviderTemplate) []string {
	names := helpdesk.TemplateVariables(t.Body)
	if t.Format != helpdesk.NamedParameters {
		slices.SortFunc(names, func(a, b string) int {
			x, _ := strconv.Atoi(a)
			y, _ := strconv.Atoi(b)
			return x - y
		})
	}
	return names
}

func samples(t *helpdesk.ProviderTemplate, names []string) object {
	values, list := make([]string, len(names)), make([]named, len(names))
	for i, name := range names {
		values[i], list[i] = t.Examples[name], named{name, t.Examples[name]}
	}
	if t.Format == helpdesk.NamedParameters {
		return object{"body_text_named_params": list}
	}
	return object{"body_text": [][]string{values}}
}

func buttons(list []helpdesk.TemplateButton) []object {
	out := make([]object, len(list))
	for i, b := range list {
		one := object{}
		maps.Copy(one, b.Extra)
		one["type"] = b.Kind
		for key, text := range map[string]string{"text": b.Text, "url": b.URL, "phone_number": b.Phone} {
			if text != "" {
				one[key] = text
			}
		}
		switch {
		case b.Kind == "COPY_CODE":
			delete(one, "text") // it is WhatsApp's
			one["example"] = b.Example
		case b.Example != "":
			one["example"] = []string{b.Example}
		}
		out[i] = one
	}
	return out
}

var (
	templateName     = regexp.MustCompile(`^[a-z0-9_]{1,512}$`)
	templateLanguage = regexp.MustCompile(`^[a-z]{2,3}(_[A-Z]{2})?$`)
	edge             = regexp.MustCompile(`^\s*\{\{|\}\}\s*$`)
	adjacent         = regexp.MustCompile(`\}\}\s*\{\{`)
	anyHole          = regexp.MustCompile(`\{\{[^{}]*\}\}`)
)

// checkTemplate names everything that Graph would refuse, at once.
func checkTemplate(t *helpdesk.ProviderTemplate) error {
	wrong := map[string]string{}
	add := func(bad bool, key, what string) {
		if _, seen := wrong[key]; bad && !seen {
			wrong[key] = what
		}
	}
	length := utf8.RuneCountInString
	add(!templateName.MatchString(t.Name), "name", "must be lower-case letters, digits and underscores (maximum is 512)")
	add(!templateLanguage.MatchString(t.Language), "language", "must be a language as en or pt_BR")
	add(!slices.Contains([]string{"MARKETING", "UTILITY", "AUTHENTICATION"}, t.Category), "category", "must be MARKETING, UTILITY or AUTHENTICATION")
	if t.Category != "AUTHENTICATION" {
		add(strings.TrimSpace(t.Body) == "", "body", "can't be blank")
	}
	add(length(t.Body) > 1024, "body", "is too long (maximum is 1024 characters)")
	add(edge.MatchString(t.Body), "body", "must not begin or end with a variable")
	add(adjacent.MatchString(t.Body), "body", "must have words between its variables")
	checkVariables(add, t)
	add(length(t.Footer) > 60, "footer", "is too long (maximum is 60 characters)")
	add(strings.Contains(t.Footer, "{{"), "footer", "must not have variables")
	checkHeader(add, t)
	checkButtons(add, t.Buttons)
	if len(wrong) == 0 {
		return nil
	}
	return &helpdesk.Error{Code: helpdesk.Invalid, Message: "the template is not right", Fields: wrong}
}

func misnamed(hole string) bool { return len(helpdesk.TemplateVariables(hole)) == 0 }

func checkVariables(add func(bad bool, key, what string), t *helpdesk.ProviderTemplate) {
	names := ordered(t)
	add(slices.ContainsFunc(anyHole.FindAllString(t.Body, -1), misnamed), "body", "has a variable whose name is not of lower-case letters, digits and underscores")
	for i, name := range names {
		number, err := strconv.Atoi(name)
		if t.Format == helpdesk.NamedParameters {
			add(err == nil, "body", "must name its variables")
		} else {
			add(err != nil || number != i+1, "body", "must count its variables from {{1}}, without gaps")
		}
		add(strings.TrimSpace(t.Examples[name]) == "", "examples", "must have one for each variable")
	}
}

func checkHeader(add func(bad bool, key, what string), t *helpdesk.ProviderTemplate) {
	h := t.Header
	names := helpdesk.TemplateVariables(h.Text)
	switch h.Kind {
	case "", "LOCATION":
	case "TEXT":
		add(strings.TrimSpace(h.Text) == "" || utf8.RuneCountInString(h.Text) > 60, "header", "must have 1 to 60 characters")
		add(len(names) > 1, "header", "must have at most one variable")
		add(len(names) == 1 && h.Example == "", "header", "must have an example for its variable")
	case "IMAGE", "VIDEO", "DOCUMENT":
		add(h.Example == "", "header", "must have a sample")
	default:
		add(true, "header", "must be TEXT, IMAGE, VIDEO, DOCUMENT or LOCATION")
	}
}

func checkButtons(add func(bad bool, key, what string), list []helpdesk.TemplateButton) {
	count, runs, before := map[string]int{}, 0, ""
	for _, b := range list {
		if b.Kind == "QUICK_REPLY" && before != "QUICK_REPLY" {
			runs++
		}
		before = b.Kind
		count[b.Kind]++
		known := slices.Contains([]string{"QUICK_REPLY", "URL", "PHONE_NUMBER", "COPY_CODE", "OTP", "FLOW", "CATALOG", "MPM", "VOICE_CALL"}, b.Kind)
		add(!known, "buttons", "have one of an unknown kind")
		labelled := !slices.Contains([]string{"COPY_CODE", "OTP"}, b.Kind)
		add(labelled && strings.TrimSpace(b.Text) == "", "buttons", "must have a text")
		add(utf8.RuneCountInString(b.Text) > 25, "buttons", "have a text that is too long (maximum is 25 characters)")
		add(b.Kind == "URL" && (b.URL == "" || len(b.URL) > 2000), "buttons", "must have an address of at most 2000 characters")
		holes := len(helpdesk.TemplateVariables(b.URL))
		add(holes > 1 || holes == 1 && !strings.HasSuffix(b.URL, "}}"), "buttons", "may have one variable, at the end of the address")
		add(holes == 1 && b.Example == "", "buttons", "must have an example for the variable of the address")
		add(b.Kind == "PHONE_NUMBER" && b.Phone == "", "buttons", "must have a phone number")
		add(b.Kind == "COPY_CODE" && (b.Example == "" || utf8.RuneCountInString(b.Example) > 15), "buttons", "must have a code of at most 15 characters")
	}
	add(len(list) > 10, "buttons", "are too many (maximum is 10)")
	add(count["URL"] > 2, "buttons", "have too many addresses (maximum is 2)")
	for _, kind := range []string{"PHONE_NUMBER", "COPY_CODE", "VOICE_CALL"} {
		add(count[kind] > 1, "buttons", "may have one "+kind)
	}
	add(runs > 1, "buttons", "must have their quick replies together")
}
