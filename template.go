package helpdesk

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"github.com/osteele/liquid"
)

// Dynamic values in texts (FEATURES F4): Liquid, for what leaves the desk and for
// notes. What is written between backticks stays as it is, and so does a text that
// is no template, or one that could take long. A value that is not there is empty.

// Bounds of a template; a text beyond them stays as it is.
const (
	maxTemplate        = 20_000 // bytes
	maxTemplateFilters = 10     // of one value
	maxTemplateRecent  = 2000   // characters of an earlier message
)

var (
	templatePart  = regexp.MustCompile(`(?s)\{\{.*?\}\}|\{%.*?%\}`)
	templateTag   = regexp.MustCompile(`^\{%-?\s*(\w*)`)
	templateQuote = regexp.MustCompile(`"[^"]*"|'[^']*'`)
	templateFilt  = regexp.MustCompile(`\|\s*(\w*)`)
	codeSpan      = regexp.MustCompile("`[^`]+`")
)

// What templates may use: nothing that repeats, and nothing that makes a text much
// longer than it was.
var (
	templateTags = []string{
		"if", "elsif", "else", "endif", "unless", "endunless", "case", "when", "endcase", "comment", "endcomment", "raw", "endraw",
	}
	templateFilters = []string{
		"default", "upcase", "downcase", "capitalize", "strip", "lstrip", "rstrip", "strip_html", "escape", "escape_once", "truncate", "truncatewords",
		"date", "size", "first", "last", "round", "ceil", "floor", "abs", "url_encode", "strip_newlines",
	}
)

// safeTemplate reports whether a text uses only what templates may.
func safeTemplate(text string) bool {
	for _, part := range templatePart.FindAllString(text, -1) {
		if m := templateTag.FindStringSubmatch(part); m != nil && !slices.Contains(templateTags, m[1]) {
			return false
		}
		bare := templateQuote.ReplaceAllString(part, "")
		if strings.Contains(bare, "..") {
			return false
		}
		filters := templateFilt.FindAllStringSubmatch(bare, -1)
		if len(filters) > maxTemplateFilters {
			return false
		}
		for _, m := range filters {
			if !slices.Contains(templateFilters, m[1]) {
				return false
			}
		}
	}
	return true
}

// templates is what parses them; it knows of no files.
var templates = sync.OnceValue(liquid.NewEngine)

// fillIn renders a text with values. What cannot be rendered is returned as it was.
func fillIn(text string, values func() map[string]any) (out string) {
	defer func() {
		if recover() != nil { // the library is not ours, and a text is a stranger's
			out = text
		}
	}()
	if !strings.Contains(text, "{{") && !strings.Contains(text, "{%") || len(text) > maxTemplate {
		return text
	}
	source := spared(text)
	if !safeTemplate(source) {
		return text
	}
	parsed, fault := templates().ParseString(source)
	if fault != nil {
		return text
	}
	out, fault = parsed.RenderString(values())
	if fault != nil || !utf8.ValidString(out) || tooLong(out, maxContent) {
		return text
	}
	return out
}

// spared is a text whose code stays as it is.
func spared(text string) string {
	return codeSpan.ReplaceAllStringFunc(text, func(code string) string {
		if strings.Contains(code, "{") {
			return "{% raw %}" + code + "{% endraw %}"
		}
		return code
	})
}

// templateFault says why a text could not be filled in; "" = it can.
func templateFault(text string) (what string) {
	defer func() {
		if recover() != nil { // as in fillIn
			what = "is not a template"
		}
	}()
	if !strings.Contains(text, "{{") && !strings.Contains(text, "{%") {
		return ""
	}
	if len(text) > maxTemplate {
		return fmt.Sprintf("is too long for a template (maximum is %d bytes)", maxTemplate)
	}
	source := spared(text)
	if !safeTemplate(source) {
		return "uses what templates may not: loops, includes, assignments or an unknown filter"
	}
	if _, fault := templates().ParseString(source); fault != nil {
		return "is not a template: " + clip(clean(fault.Error()), 200)
	}
	return ""
}

// fillReply fills in what an agent, a bot or a rule writes into a conversation.
func (u *unit) fillReply(c *Conversation, text string) (string, error) {
	var failed error
	out := fillIn(text, func() map[string]any {
		values, err := u.templateValues(c, strings.Contains(text, "recent_messages"))
		failed = err
		return values
	})
	return out, failed
}

// templateValues is what templates of a conversation can name.
func (u *unit) templateValues(c *Conversation, recent bool) (map[string]any, error) {
	k, err := u.tx.Contacts().Get(u.ctx, c.Contact)
	if err != nil {
		return nil, err
	}
	conversation := map[string]any{
		"id": int64(c.ID), "display_id": int64(c.Display), "contact_name": k.Name, "custom_attribute": c.Attributes,
	}
	values := map[string]any{
		"contact":      namesOf(k.Name, map[string]any{"id": int64(k.ID), "email": k.Email, "phone_number": k.Phone, "custom_attribute": k.Attributes}),
		"conversation": conversation,
		"account":      map[string]any{"id": int64(u.cfg.account.ID), "name": u.cfg.account.Name},
		"agent":        map[string]any{},
	}
	if u.self != nil {
		values["agent"] = namesOf(u.self.Name, map[string]any{"id": int64(u.self.ID), "email": u.self.Email, "available_name": cmp.Or(u.self.DisplayName, u.self.Name)})
	}
	if box := u.cfg.inboxes[c.Inbox]; box != nil {
		values["inbox"] = map[string]any{"id": int64(box.ID), "name": box.Name}
	}
	if !recent {
		return values, nil
	}
	list, err := u.tx.Messages().List(u.ctx, MessageFilter{Conversation: c.ID, Public: true}, Page{Limit: 5})
	said := make([]any, len(list))
	for i, m := range list {
		said[i] = map[string]any{"content": clip(m.Content, maxTemplateRecent), "sender": string(m.Sender.Kind), "attachments": len(m.Attachments)}
	}
	conversation["recent_messages"] = said
	return values, err
}

// namesOf adds a name and its parts: the first and last word, when there are more
// than one, each with a capital.
func namesOf(name string, values map[string]any) map[string]any {
	words := strings.Fields(name)
	for i, w := range words {
		first, size := utf8.DecodeRuneInString(w)
		words[i] = string(unicode.ToUpper(first)) + w[size:]
	}
	values["name"], values["first_name"], values["last_name"] = strings.Join(words, " "), "", ""
	if len(words) > 1 {
		values["first_name"], values["last_name"] = words[0], words[len(words)-1]
	}
	return values
}
