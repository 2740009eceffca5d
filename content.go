package helpdesk

import (
	"slices"
)

// contentTypes are the kinds of content a message may have.
func contentTypes() []string {
	return []string{
		"", "text", "input_text", "input_textarea", "input_email", "input_select", "cards", "form", "article", "incoming_email",
		"input_csat", "integrations", "sticker", "voice_call",
	}
}

// itemKeys are what the items of a content type are made of; the first of must
// have to be there.
func itemKeys(contentType string) (may, must []string) {
	switch contentType {
	case "input_select":
		return []string{"title", "value"}, []string{"title", "value"}
	case "cards":
		return []string{"title", "description", "media_url", "actions"}, []string{"actions"}
	case "form":
		return []string{"type", "placeholder", "label", "name", "options", "default", "required", "pattern", "title", "pattern_error"}, nil
	case "article":
		return []string{"title", "description", "link"}, nil
	default:
		return nil, nil
	}
}

// checkContent names what is wrong with what stands beside a reply's text.
func checkContent(p problems, r *Reply) {
	p.add(!slices.Contains(contentTypes(), r.ContentType), "content_type", "is not known")
	checkItems(p, r.ContentType, r.ContentAttrs["items"])
	for _, key := range []string{"to_emails", "cc_emails", "bcc_emails"} {
		checkEmails(p, key, r.ContentAttrs[key])
	}
	if given, ok := r.Extra["template_params"].(map[string]any); ok && len(given) > 0 {
		name, _ := given["name"].(string)
		p.add(name == "", "template_params", "must name a template")
	}
}

// checkItems checks the items of a message that a customer picks from or fills in.
func checkItems(p problems, contentType string, given any) {
	may, must := itemKeys(contentType)
	if may == nil {
		return
	}
	items, _ := given.([]any)
	p.add(len(items) == 0, "content_attributes", "must have at least one item")
	for _, item := range items {
		m, ok := item.(map[string]any)
		p.add(!ok, "content_attributes", "have an item that is no object")
		for key := range m {
			p.add(!slices.Contains(may, key), "content_attributes", "have an item with a key that "+contentType+" does not know")
		}
		for _, key := range must {
			p.add(ok && m[key] == nil, "content_attributes", "have an item without "+key)
		}
		checkActions(p, m["actions"])
	}
}

// checkActions checks the buttons of a card.
func checkActions(p problems, given any) {
	actions, ok := given.([]any)
	p.add(given != nil && !ok, "content_attributes", "have actions that are no list")
	for _, a := range actions {
		m, ok := a.(map[string]any)
		p.add(!ok, "content_attributes", "have an action that is no object")
		for key := range m {
			p.add(!slices.Contains([]string{"text", "type", "payload", "uri"}, key), "content_attributes", "have an action with an unknown key")
		}
	}
}

// checkEmails checks whom a mail goes to.
func checkEmails(p problems, key string, given any) {
	list, ok := given.([]any)
	p.add(given != nil && !ok, key, "must be a list of e-mail addresses")
	for _, item := range list {
		address, _ := item.(string)
		_, err := parseEmail(address)
		p.add(err != nil, key, "hold what is not an e-mail address")
	}
}
