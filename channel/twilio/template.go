package twilio

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/gohelpdesk/helpdesk"
	"github.com/gohelpdesk/helpdesk/channel/internal/wire"
)

// TemplateOwner implements helpdesk.Templated: Twilio's account.
func (w *whatsApp) TemplateOwner() string { return w.s.AccountSID }

// Templates implements helpdesk.Templated.
func (w *whatsApp) Templates(ctx context.Context, emit func([]helpdesk.ProviderTemplate) error) error {
	var page []helpdesk.ProviderTemplate
	err := w.contents(ctx, func(c content1) error {
		if page = append(page, c.template()); len(page) < 100 {
			return nil
		}
		full := page
		page = nil
		return emit(full)
	})
	if err == nil && len(page) > 0 {
		err = emit(page)
	}
	return err
}

// contents calls each with every content of the account.
func (s *sender) contents(ctx context.Context, each func(content1) error) error {
	address := s.api.content + "/v1/ContentAndApprovals?PageSize=500"
	for address != "" {
		var list struct {
			Contents json.RawMessage `json:"contents"`
			Meta     struct {
				Next string `json:"next_page_url"`
			} `json:"meta"`
		}
		if err := s.api.get(ctx, address, &list); err != nil {
			return harmless(err)
		}
		for _, c := range wire.Each[content1](list.Contents) {
			if err := each(c); err != nil {
				return err
			}
		}
		address = s.ours(list.Meta.Next, s.api.content)
	}
	return nil
}

// content1 is a content as version 1 of Twilio's API has it.
type content1 struct {
	SID       string                     `json:"sid"`
	Name      string                     `json:"friendly_name"`
	Language  string                     `json:"language"`
	Variables map[string]wire.Text       `json:"variables"`
	Types     map[string]json.RawMessage `json:"types"`
	Approval  json.RawMessage            `json:"approval_requests"`
}

// approval is what WhatsApp says of a content.
type approval struct {
	Name     string `json:"name"`
	Category string `json:"category"`
	Status   string `json:"status"`
	Reason   string `json:"rejection_reason"`
}

var approvals = map[string]helpdesk.TemplateStatus{
	"approved": helpdesk.TemplateApproved, "rejected": helpdesk.TemplateRejected, "paused": helpdesk.TemplatePaused, "disabled": helpdesk.TemplateDisabled,
}

// template is a content as the desk knows templates.
func (c content1) template() helpdesk.ProviderTemplate {
	t := helpdesk.ProviderTemplate{ID: c.SID, Name: wire.Clean(c.Name), Language: c.Language, Status: helpdesk.TemplatePending}
	var a approval
	if list := wire.Each[approval](c.Approval); len(list) > 0 { // some write a list
		a = list[0]
	} else {
		_ = wire.Decode(c.Approval, &a) // one that was never judged has none
	}
	t.Category, t.Reason = strings.ToUpper(a.Category), wire.Clean(a.Reason)
	if status := approvals[strings.ToLower(a.Status)]; status != "" {
		t.Status = status
	} else if a.Status == "" || a.Status == "unsubmitted" {
		t.Reason = "it was not handed in to WhatsApp"
	}
	t.Format, t.Examples = helpdesk.PositionalParameters, map[string]string{}
	for name, v := range c.Variables {
		if t.Examples[name] = wire.Clean(string(v)); strings.Trim(name, "0123456789") != "" {
			t.Format = helpdesk.NamedParameters
		}
	}
	for _, kind := range contentTypes() {
		if raw := c.Types[kind]; raw != nil && readType(&t.TemplateContent, raw) {
			return t
		}
	}
	for kind, raw := range c.Types {
		t.Raw = append(t.Raw, map[string]any{"type": kind, "content": wire.Object(raw)})
	}
	slices.SortFunc(t.Raw, func(a, b map[string]any) int { return strings.Compare(word(a, "type"), word(b, "type")) })
	return t
}

// contentTypes are those that a template's fields can say, the richest first: a
// content has plainer ones beside it for other media.
func contentTypes() []string {
	return []string{
		"whatsapp/authentication", "whatsapp/card", "twilio/card", "twilio/call-to-action", "twilio/quick-reply", "twilio/media", "twilio/text",
	}
}

type contentType struct {
	Body    string          `json:"body"`
	Title   string          `json:"title"` // of a card
	Header  string          `json:"header_text"`
	Footer  string          `json:"footer"`
	Sub     string          `json:"subtitle"`
	Media   []string        `json:"media"`
	Actions json.RawMessage `json:"actions"`
}

type contentAction struct {
	Type  string `json:"type"`
	Title string `json:"title"`
	ID    string `json:"id"`
	URL   string `json:"url"`
	Phone string `json:"phone"`
	Code  string `json:"code"`
	Copy  string `json:"copy_code_text"`
}

func readType(t *helpdesk.TemplateContent, raw json.RawMessage) bool {
	var c contentType
	if wire.Decode(raw, &c) != nil {
		return false
	}
	t.Body, t.Footer = c.Body, joined("", c.Footer, c.Sub)
	if t.Body == "" {
		t.Body = c.Title
	}
	switch {
	case len(c.Media) > 0:
		t.Header = helpdesk.TemplateHeader{Kind: mediaHeader(c.Media[0]), Example: c.Media[0]}
	case c.Header != "":
		t.Header = helpdesk.TemplateHeader{Kind: "TEXT", Text: c.Header}
	}
	for _, a := range wire.Each[contentAction](c.Actions) {
		b := helpdesk.TemplateButton{Kind: strings.ToUpper(a.Type), Text: a.Title, URL: a.URL, Phone: a.Phone}
		switch b.Kind {
		case "":
			b.Kind = "QUICK_REPLY"
		case "COPY_CODE":
			if b.Example = a.Code; a.Copy != "" {
				b.Kind, b.Text = "OTP", a.Copy
			}
		}
		if a.ID != "" {
			b.Extra = map[string]any{"id": a.ID}
		}
		t.Buttons = append(t.Buttons, b)
	}
	return t.Body != "" || len(t.Buttons) > 0 || t.Header.Kind != ""
}

// mediaHeader is what a file in a template is, by its name.
func mediaHeader(address string) string {
	switch ext := strings.ToLower(path.Ext(strings.SplitN(address, "?", 2)[0])); ext {
	case ".mp4", ".3gp", ".mov":
		return "VIDEO"
	case ".pdf", ".doc", ".docx", ".xls", ".xlsx", ".ppt", ".pptx", ".txt":
		return "DOCUMENT"
	}
	return "IMAGE"
}

// contentVariables is what fills a content: at Twilio the header and the buttons
// count on where the body ends.
func contentVariables(t *helpdesk.TemplateUse) map[string]string {
	values := map[string]string{}
	for name, v := range t.Params {
		values[name] = v
	}
	set := func(text, value string) {
		if names := helpdesk.TemplateVariables(text); len(names) > 0 && value != "" {
			values[names[0]] = value
		}
	}
	header := t.TemplateContent.Header
	set(header.Text+header.Example, t.Header)
	for i, b := range t.TemplateContent.Buttons {
		set(b.URL+b.Example, t.Buttons[i])
	}
	return values
}

var (
	templateName     = regexp.MustCompile(`^[a-z0-9_]{1,512}$`)
	templateLanguage = regexp.MustCompile(`^[a-z]{2,3}(_[A-Z]{2})?$`)
)

// checkTemplate names what Twilio or WhatsApp would refuse, at once.
func checkTemplate(t *helpdesk.ProviderTemplate) error {
	wrong := map[string]string{}
	add := func(bad bool, key, what string) {
		if _, seen := wrong[key]; bad && !seen {
			wrong[key] = what
		}
	}
	add(!templateName.MatchString(t.Name), "name", "must be lower-case letters, digits and underscores (maximum is 512)")
	add(!templateLanguage.MatchString(t.Language), "language", "must be a language as en or pt_BR")
	add(!slices.Contains([]string{"MARKETING", "UTILITY", "AUTHENTICATION"}, t.Category), "category", "must be MARKETING, UTILITY or AUTHENTICATION")
	add(t.Category != "AUTHENTICATION" && strings.TrimSpace(t.Body) == "", "body", "can't be blank")
	add(utf8.RuneCountInString(t.Body) > 1024, "body", "is too long (maximum is 1024 characters)")
	for _, name := range helpdesk.TemplateVariables(t.Body) {
		add(strings.TrimSpace(t.Examples[name]) == "", "examples", "must have one for each variable")
	}
	media := t.Header.Kind != "" && t.Header.Kind != "TEXT"
	at, err := url.Parse(t.Header.Example)
	add(media && (err != nil || at.Scheme != "https"), "header", "must have the web address of a sample")
	add(len(t.Buttons) > 10, "buttons", "are too many (maximum is 10)")
	for _, b := range t.Buttons {
		add(!slices.Contains([]string{"QUICK_REPLY", "URL", "PHONE_NUMBER", "COPY_CODE", "OTP"}, b.Kind), "buttons", "have one of a kind that Twilio does not know")
	}
	if len(wrong) == 0 {
		return nil
	}
	return &helpdesk.Error{Code: helpdesk.Invalid, Message: "the template is not right", Fields: wrong}
}

// typed is the content of a template, under Twilio's name for its kind.
func typed(t *helpdesk.ProviderTemplate) (kind string, content map[string]any) {
	content = map[string]any{"body": t.Body}
	actions, quick := []map[string]any{}, true
	for i, b := range t.Buttons {
		a := map[string]any{"title": b.Text}
		switch b.Kind {
		case "QUICK_REPLY":
			id := word(b.Extra, "id")
			if id == "" {
				id = strconv.Itoa(i + 1)
			}
			a["id"], a["type"] = id, b.Kind
		case "URL":
			a["url"], a["type"] = b.URL, b.Kind
		case "PHONE_NUMBER":
			a["phone"], a["type"] = b.Phone, b.Kind
		case "COPY_CODE":
			a["code"], a["type"] = b.Example, b.Kind
		case "OTP":
			a = map[string]any{"type": "COPY_CODE", "copy_code_text": b.Text}
		}
		quick = quick && b.Kind == "QUICK_REPLY"
		actions = append(actions, a)
	}
	if len(actions) > 0 {
		content["actions"] = actions
	}
	media := t.Header.Kind != "" && t.Header.Kind != "TEXT"
	if media {
		content["media"] = []string{t.Header.Example}
	}
	switch {
	case t.Category == "AUTHENTICATION":
		delete(content, "body") // it is WhatsApp's
		return "whatsapp/authentication", content
	case t.Footer != "" || t.Header.Kind == "TEXT" || media && len(actions) > 0:
		for key, text := range map[string]string{"footer": t.Footer, "header_text": t.Header.Text} {
			if text != "" {
				content[key] = text
			}
		}
		return "whatsapp/card", content
	case media:
		return "twilio/media", content
	case len(actions) > 0 && quick:
		return "twilio/quick-reply", content
	case len(actions) > 0:
		return "twilio/call-to-action", content
	}
	return "twilio/text", content
}

// CreateTemplate implements helpdesk.Templated: the content is made, and handed in
// to WhatsApp.
func (w *whatsApp) CreateTemplate(ctx context.Context, t *helpdesk.ProviderTemplate) (*helpdesk.TemplateNews, error) {
	if err := checkTemplate(t); err != nil {
		return nil, err
	}
	kind, content := typed(t)
	in := map[string]any{"friendly_name": t.Name, "language": t.Language, "types": map[string]any{kind: content}}
	if len(t.Examples) > 0 {
		in["variables"] = t.Examples
	}
	var made struct {
		SID string `json:"sid"`
	}
	err := w.api.postJSON(ctx, w.api.content+"/v1/Content", in, &made)
	if err == nil && !contentSID.MatchString(made.SID) {
		err = errCutOff
	}
	if err != nil {
		return nil, templateFailure(err)
	}
	var judged approval
	err = w.api.postJSON(ctx, w.api.content+"/v1/Content/"+made.SID+"/ApprovalRequests/whatsapp", map[string]any{"name": t.Name, "category": t.Category}, &judged)
	if _, refused := errors.AsType[*refusal](err); refused {
		return nil, errors.Join(templateFailure(err), w.DeleteTemplate(ctx, &helpdesk.ProviderTemplate{ID: made.SID}))
	}
	return &helpdesk.TemplateNews{
		ID: made.SID, Name: t.Name, Language: t.Language, Category: strings.ToUpper(judged.Category), Status: helpdesk.TemplatePending, Reason: judged.Reason,
	}, templateFailure(err)
}

// EditTemplate implements helpdesk.Templated. What WhatsApp has judged cannot be
// changed through Twilio.
func (*whatsApp) EditTemplate(context.Context, *helpdesk.ProviderTemplate) (*helpdesk.TemplateNews, error) {
	return nil, helpdesk.Errorf(helpdesk.Unsupported, "a template cannot be changed at Twilio: make another, and delete this one")
}

// DeleteTemplate implements helpdesk.Templated.
func (w *whatsApp) DeleteTemplate(ctx context.Context, t *helpdesk.ProviderTemplate) error {
	if !contentSID.MatchString(t.ID) {
		return &helpdesk.Error{Code: helpdesk.Invalid, Message: "Twilio's id of the template is not known", Fields: map[string]string{"template": "must be synchronised first"}}
	}
	err := w.api.call(ctx, http.MethodDelete, w.api.content+"/v1/Content/"+t.ID, "", nil, nil)
	if no, ok := errors.AsType[*refusal](err); ok && no.status == http.StatusNotFound {
		return nil // it has gone already
	}
	return templateFailure(err)
}

// UploadSample implements helpdesk.Templated. Twilio takes none: the sample of a
// header is a web address.
func (*whatsApp) UploadSample(context.Context, helpdesk.OutboundFile) (string, error) {
	return "", helpdesk.Errorf(helpdesk.Unsupported, "Twilio takes no sample: the example of a header is a web address")
}

// templateFailure names what Twilio found wrong with a template; nil stays nil.
func templateFailure(err error) error {
	no, ok := errors.AsType[*refusal](err)
	if !ok || class(no) != never {
		return harmless(err)
	}
	code := helpdesk.Invalid
	if no.status == http.StatusConflict {
		code = helpdesk.Conflict
	}
	return &helpdesk.Error{Code: code, Message: "Twilio refused the template: " + no.Error(), Fields: map[string]string{"template": no.Error()}}
}
