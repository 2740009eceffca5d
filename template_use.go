package helpdesk

import (
	"fmt"
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
