package twiliosim

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// Content is a template.
type Content struct {
	SID       string
	Name      string
	Language  string
	Variables map[string]string // samples
	Types     map[string]any    // by Twilio's names of their kinds
	Category  string
	Status    string // "unsubmitted", "pending", "approved", "rejected", "paused", "disabled"
	Reason    string // why it was rejected
}

// Text is an approved template of a text alone.
func Text(name, language, body string) *Content {
	return &Content{
		Name: name, Language: language, Category: "UTILITY", Status: "approved", Variables: map[string]string{},
		Types: map[string]any{"twilio/text": map[string]any{"body": body}},
	}
}

// Body is its text, with {{holes}}.
func (t *Content) Body() string {
	for _, one := range t.Types {
		if m, ok := one.(map[string]any); ok {
			if s, ok := m["body"].(string); ok {
				return s
			}
		}
	}
	return ""
}

// Template adds a template to the account, and returns it.
func (a *Account) Template(t *Content) *Content {
	a.s.mu.Lock()
	defer a.s.mu.Unlock()
	if t.SID == "" {
		t.SID = a.s.sid("HX")
	}
	a.templates = append(a.templates, t)
	return t
}

// Templates are those of the account, in order.
func (a *Account) Templates() []*Content {
	a.s.mu.Lock()
	defer a.s.mu.Unlock()
	return slices.Clone(a.templates)
}

// Judge has WhatsApp judge a template.
func (a *Account) Judge(t *Content, status, reason string) {
	a.set(func() { t.Status, t.Reason = status, reason })
}

func (t *Content) shown(withApproval bool) map[string]any {
	out := map[string]any{"sid": t.SID, "friendly_name": t.Name, "language": t.Language, "variables": t.Variables, "types": t.Types}
	if withApproval {
		out["approval_requests"] = t.approval()
	}
	return out
}

func (t *Content) approval() map[string]any {
	return map[string]any{"name": t.Name, "category": t.Category, "status": t.Status, "rejection_reason": t.Reason, "content_type": "twilio/text"}
}

// contents lists them with what WhatsApp says, a hundred a page.
func (c *call) contents() {
	const size = 100
	page := 0
	_, _ = fmt.Sscan(c.r.URL.Query().Get("Page"), &page) // none is the first
	list, next := []any{}, any(nil)
	c.account.set(func() {
		for i, t := range c.account.templates {
			if i/size == page {
				list = append(list, t.shown(true))
			}
		}
		if len(c.account.templates) > (page+1)*size {
			next = fmt.Sprintf("%s/v1/ContentAndApprovals?Page=%d", c.s.URL(), page+1)
		}
	})
	c.answer(http.StatusOK, map[string]any{"contents": list, "meta": map[string]any{"next_page_url": next, "page": page}})
}

// content is /v1/Content and what is below.
func (c *call) content(parts []string) {
	if len(parts) == 0 {
		c.create()
		return
	}
	c.s.mu.Lock()
	i := slices.IndexFunc(c.account.templates, func(t *Content) bool { return t.SID == parts[0] })
	c.s.mu.Unlock()
	switch {
	case i < 0:
		c.unknown()
	case c.r.Method == http.MethodDelete:
		c.account.set(func() { c.account.templates = slices.Delete(c.account.templates, i, i+1) })
		c.status = http.StatusNoContent
		c.w.WriteHeader(c.status)
	case strings.Join(parts[1:], "/") == "ApprovalRequests/whatsapp" && c.r.Method == http.MethodPost:
		c.handIn(c.account.templates[i])
	case len(parts) == 2 && parts[1] == "ApprovalRequests":
		c.answer(http.StatusOK, map[string]any{"sid": parts[0], "whatsapp": c.account.templates[i].approval()})
	default:
		c.answer(http.StatusOK, c.account.templates[i].shown(false))
	}
}

func (c *call) create() {
	var in struct {
		Name      string            `json:"friendly_name"`
		Language  string            `json:"language"`
		Variables map[string]string `json:"variables"`
		Types     map[string]any    `json:"types"`
	}
	if c.r.Method != http.MethodPost {
		c.unknown()
		return
	}
	if !c.in(&in) {
		return
	}
	if in.Language == "" || len(in.Types) == 0 {
		c.refuse(http.StatusBadRequest, 20001, "language and types are required")
		return
	}
	t := &Content{Name: in.Name, Language: in.Language, Variables: in.Variables, Types: in.Types, Status: "unsubmitted"}
	if t.Variables == nil {
		t.Variables = map[string]string{}
	}
	c.account.Template(t)
	c.answer(http.StatusCreated, t.shown(false))
}

func (c *call) handIn(t *Content) {
	var in struct {
		Name     string `json:"name"`
		Category string `json:"category"`
	}
	if !c.in(&in) {
		return
	}
	taken := false
	c.account.set(func() {
		taken = slices.ContainsFunc(c.account.templates, func(o *Content) bool {
			return o != t && o.Name == in.Name && o.Language == t.Language && o.Status != "unsubmitted"
		})
	})
	switch {
	case strings.ToLower(in.Name) != in.Name || in.Name == "" || in.Category == "":
		c.refuse(http.StatusBadRequest, 20001, "name must be lower-case, and category is required")
	case taken:
		c.refuse(http.StatusConflict, 20409, "a template of this name was handed in already")
	default:
		c.account.set(func() { t.Name, t.Category, t.Status = in.Name, in.Category, "received" })
		c.answer(http.StatusCreated, t.approval())
	}
}
