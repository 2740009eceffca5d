package helpdesk

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
)

// templateUse reads the template that a message names in its "template_params", as
// Chatwoot's clients write them: name, language, category and "processed_params",
// which are the parts ("body", "header", "buttons") or, of old clients, the body's
// parameters alone. nil = the message is free text.
func templateUse(extra map[string]any) *TemplateUse {
	given, _ := extra["template_params"].(map[string]any)
	text := func(m map[string]any, key string) string { s, _ := m[key].(string); return s }
	if text(given, "name") == "" {
		return nil
	}
	t := &TemplateUse{Params: map[string]string{}, Buttons: map[int]string{}}
	t.Name, t.Language, t.Category = text(given, "name"), text(given, "language"), text(given, "category")
	parts, _ := given["processed_params"].(map[string]any)
	body, structured := parts["body"].(map[string]any)
	header, hasHeader := parts["header"].(map[string]any)
	buttons, hasButtons := parts["buttons"].([]any)
	if !structured && !hasHeader && !hasButtons {
		body = parts
	}
	t.Format = PositionalParameters
	for name, v := range body {
		t.Params[name] = fmt.Sprint(v)
		if _, err := strconv.Atoi(name); err != nil {
			t.Format = NamedParameters
		}
	}
	t.Header = text(header, "media_url")
	t.TemplateContent.Header.Kind = headerKind(text(header, "media_type"), t.Header)
	for name, v := range header {
		if name != "media_url" && name != "media_type" && name != "media_name" && t.Header == "" {
			t.Header, t.TemplateContent.Header.Kind = fmt.Sprint(v), "TEXT"
		}
	}
	for i, v := range buttons {
		if b, ok := v.(map[string]any); ok && b["parameter"] != nil {
			t.Buttons[i] = fmt.Sprint(b["parameter"])
			for len(t.TemplateContent.Buttons) <= i {
				t.TemplateContent.Buttons = append(t.TemplateContent.Buttons, TemplateButton{})
			}
			t.TemplateContent.Buttons[i].Kind = buttonKind(text(b, "type"))
		}
	}
	return t
}

// useTemplate is the template that a message names, completed by what the desk
// knows of it; nil = free text. While nothing is known of an inbox's templates, what
// the message says of it has to do. One that the provider does not have is Invalid.
func (u *unit) useTemplate(inbox InboxID, extra map[string]any) (*TemplateUse, error) {
	t := templateUse(extra)
	if t == nil {
		return nil, nil
	}
	_, owner := u.templated(inbox)
	if owner == "" {
		return t, nil
	}
	repo := u.tx.MessageTemplates()
	known, err := repo.List(u.ctx, MessageTemplateFilter{Owner: owner, Name: t.Name, Language: t.Language}, Page{})
	if err != nil {
		return nil, err
	}
	if len(known) == 0 {
		some, err := repo.List(u.ctx, MessageTemplateFilter{Owner: owner}, Page{Limit: 1})
		if err == nil && len(some) > 0 {
			err = problems{"template_params": "name no template of the inbox in that language"}.err()
		}
		return t, err
	}
	use := known[0]
	if i := slices.IndexFunc(known, func(m *MessageTemplate) bool { return m.Status == TemplateApproved }); i > 0 {
		use = known[i] // of several languages, where none was asked for
	}
	t.ProviderTemplate = use.ProviderTemplate
	return t, nil
}

// fillTemplate fills in the variables of the desk that the parameters of a template
// hold (FEATURES F4).
func (u *unit) fillTemplate(c *Conversation, extra map[string]any) (map[string]any, error) {
	given, _ := extra["template_params"].(map[string]any)
	params, ok := given["processed_params"]
	if !ok {
		return extra, nil
	}
	var failed error
	var fill func(v any) any
	fill = func(v any) any {
		switch v := v.(type) {
		case string:
			text, err := u.fillReply(c, v)
			failed = errors.Join(failed, err)
			return text
		case []any:
			out := make([]any, len(v))
			for i := range v {
				out[i] = fill(v[i])
			}
			return out
		case map[string]any:
			out := make(map[string]any, len(v))
			for k := range v {
				out[k] = fill(v[k])
			}
			return out
		}
		return v
	}
	given, extra = maps.Clone(given), maps.Clone(extra)
	given["processed_params"] = fill(params)
	extra["template_params"] = given
	return extra, failed
}

func headerKind(media, address string) string {
	switch media {
	case "image":
		return "IMAGE"
	case "video":
		return "VIDEO"
	case "document":
		return "DOCUMENT"
	}
	if address != "" {
		return "IMAGE"
	}
	return ""
}

func buttonKind(given string) string {
	switch given {
	case "copy_code":
		return "COPY_CODE"
	case "quick_reply":
		return "QUICK_REPLY"
	default:
		return "URL"
	}
}
