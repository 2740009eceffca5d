package whatsapp

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/gohelpdesk/helpdesk"
	"github.com/gohelpdesk/helpdesk/channel/internal/wire"
)

// maxSample is how large the sample of a header may be, in bytes.
const maxSample = 2 << 20

// wireTemplate is a template as Graph has it.
type wireTemplate struct {
	ID         wire.Text         `json:"id,omitempty"`
	Name       string            `json:"name,omitempty"`
	Language   string            `json:"language,omitempty"`
	Category   string            `json:"category,omitempty"`
	Status     string            `json:"status,omitempty"`
	Format     string            `json:"parameter_format,omitempty"`
	Reason     string            `json:"rejected_reason,omitempty"`
	Quality    json.RawMessage   `json:"quality_score,omitempty"`
	Components []json.RawMessage `json:"components,omitempty"`
}

// TemplateOwner implements helpdesk.Templated: the business account has them.
func (w *sender) TemplateOwner() string { return w.s.BusinessAccountID }

// Templates implements helpdesk.Templated.
func (w *sender) Templates(ctx context.Context, emit func([]helpdesk.ProviderTemplate) error) error {
	query := url.Values{
		"limit":  {"100"},
		"fields": {"id,name,status,category,language,components,parameter_format,quality_score,rejected_reason"},
	}
	for {
		var page struct {
			Data   json.RawMessage `json:"data"`
			Paging struct {
				Next    string `json:"next"`
				Cursors struct {
					After string `json:"after"`
				} `json:"cursors"`
			} `json:"paging"`
		}
		if err := w.graph.Get(ctx, w.s.BusinessAccountID+"/message_templates", query, &page); err != nil {
			return wire.Fail(repeatable(err), 1, class)
		}
		var list []helpdesk.ProviderTemplate
		for _, t := range wire.Each[wireTemplate](page.Data) {
			if t.Name != "" && t.Language != "" {
				list = append(list, t.template())
			}
		}
		if len(list) > 0 {
			if err := emit(list); err != nil {
				return err
			}
		}
		after := page.Paging.Cursors.After
		if page.Paging.Next == "" || after == "" || after == query.Get("after") {
			return nil
		}
		query.Set("after", after)
	}
}

// CreateTemplate implements helpdesk.Templated.
func (w *sender) CreateTemplate(ctx context.Context, t *helpdesk.ProviderTemplate) (*helpdesk.TemplateNews, error) {
	if err := checkTemplate(t); err != nil {
		return nil, err
	}
	in := wireTemplate{Name: t.Name, Language: t.Language, Category: t.Category, Format: formatOf(t), Components: components(t)}
	var made wireTemplate
	if err := w.graph.Post(ctx, w.s.BusinessAccountID+"/message_templates", in, &made); err != nil {
		return nil, templateFailure(err)
	}
	news := &helpdesk.TemplateNews{ID: string(made.ID), Name: t.Name, Language: t.Language, Category: made.Category, Status: templateStates[made.Status]}
	if news.Status == "" {
		news.Status = helpdesk.TemplatePending
	}
	return news, nil
}

// EditTemplate implements helpdesk.Templated. An edited template is judged again.
func (w *sender) EditTemplate(ctx context.Context, t *helpdesk.ProviderTemplate) (*helpdesk.TemplateNews, error) {
	if err := checkTemplate(t); err != nil {
		return nil, err
	}
	if !graphID.MatchString(t.ID) {
		return nil, helpdesk.Errorf(helpdesk.NotFound, "template not found")
	}
	in := object{"components": components(t)}
	if t.Status != helpdesk.TemplateApproved { // of an approved one it is fixed
		in["category"] = t.Category
	}
	if err := w.graph.Post(ctx, t.ID, in, nil); err != nil {
		return nil, templateFailure(err)
	}
	return &helpdesk.TemplateNews{ID: t.ID, Name: t.Name, Language: t.Language, Status: helpdesk.TemplatePending}, nil
}

// DeleteTemplate implements helpdesk.Templated, for one language.
func (w *sender) DeleteTemplate(ctx context.Context, t *helpdesk.ProviderTemplate) error {
	query := url.Values{"name": {t.Name}}
	if t.ID != "" {
		query.Set("hsm_id", t.ID)
	}
	err := w.graph.Delete(ctx, w.s.BusinessAccountID+"/message_templates", query)
	if refusal, ok := errors.AsType[*wire.GraphError](err); ok && refusal.Subcode == 2593002 {
		return nil // it has gone already
	}
	return templateFailure(err)
}

// UploadSample implements helpdesk.Templated. It needs the app's id.
func (w *sender) UploadSample(ctx context.Context, f helpdesk.OutboundFile) (string, error) {
	app := w.s.AppID
	if app == "" && w.s.Source == EmbeddedSignUp {
		app = w.o.AppID
	}
	kind, contentType := mediaKind(f)
	switch {
	case app == "":
		return "", &helpdesk.Error{Code: helpdesk.Invalid, Message: "samples need the app's id", Fields: map[string]string{"app_id": "can't be blank"}}
	case f.Size > maxSample || f.Size <= 0:
		return "", &helpdesk.Error{Code: helpdesk.Invalid, Message: "the sample does not fit", Fields: map[string]string{"header": "must have a sample of at most 2 MB"}}
	case kind == "audio" || kind == "sticker" || kind == "document" && contentType != "application/pdf":
		return "", &helpdesk.Error{Code: helpdesk.Invalid, Message: "the sample does not fit", Fields: map[string]string{"header": "must be a JPEG or PNG image, an MP4 video or a PDF"}}
	}
	body, err := f.Open(ctx)
	if err != nil {
		return "", err
	}
	defer body.Close()
	data, err := io.ReadAll(io.LimitReader(body, maxSample+1))
	if err != nil {
		return "", err
	}
	query := url.Values{"file_name": {f.Name}, "file_length": {strconv.Itoa(len(data))}, "file_type": {contentType}}
	begin, err := wire.Request(ctx, http.MethodPost, w.graph.URL(app+"/uploads", query), "", nil)
	if err != nil {
		return "", err
	}
	var session struct {
		ID string `json:"id"`
	}
	if err := w.graph.Do(begin, &session); err != nil {
		return "", templateFailure(repeatable(err))
	}
	send, err := http.NewRequestWithContext(ctx, http.MethodPost, w.graph.URL(session.ID, nil), bytes.NewReader(data))
	if err != nil || !strings.HasPrefix(session.ID, "upload:") {
		return "", helpdesk.Errorf(helpdesk.Unavailable, "the provider opened no upload")
	}
	send.Header.Set("Authorization", "OAuth "+w.s.APIKey)
	send.Header.Set("file_offset", "0")
	var handle struct {
		H string `json:"h"`
	}
	if err := w.graph.Do(send, &handle); err != nil {
		return "", templateFailure(repeatable(err))
	}
	return handle.H, nil
}

// templateFailure names what Graph found wrong with a template.
func templateFailure(err error) error {
	if err == nil {
		return nil
	}
	refusal, ok := errors.AsType[*wire.GraphError](err)
	if !ok {
		return wire.Fail(err, 1, class)
	}
	text := refusal.Error()
	switch code := refusal.Subcode; {
	case code == 2388023 || code == 2388024:
		return &helpdesk.Error{Code: helpdesk.Conflict, Message: "a template of this name exists, or was deleted less than 30 days ago", Err: refusal}
	case code == 2388025 || code == 2388026 || code == 2388027:
		return &helpdesk.Error{Code: helpdesk.Conflict, Message: "the edit limit is reached: once a day and ten times a month", Err: refusal}
	case code == 2388003:
		return &helpdesk.Error{Code: helpdesk.Conflict, Message: "a template cannot be edited while it is judged", Err: refusal}
	case code == 2388015:
		return invalid("name", text)
	case code == 2388016:
		return invalid("category", text)
	case code == 2388047:
		return invalid("header", text)
	case code == 2388073:
		return invalid("footer", text)
	case code >= 2388000 && code < 2389000:
		return invalid("body", text)
	}
	if refusal.Code == 100 || refusal.Code >= 2388000 && refusal.Code < 2389000 {
		return invalid("template", text)
	}
	return wire.Fail(err, 1, class)
}

func invalid(field, what string) error {
	return &helpdesk.Error{Code: helpdesk.Invalid, Message: "WhatsApp refused the template: " + what, Fields: map[string]string{field: what}}
}

func formatOf(t *helpdesk.ProviderTemplate) string {
	if t.Format == "" {
		return string(helpdesk.PositionalParameters)
	}
	return string(t.Format)
}

// template reads what Graph has; what the fields of a template cannot say is kept
// as it came.
func (t wireTemplate) template() helpdesk.ProviderTemplate {
	out := helpdesk.ProviderTemplate{
		ID: string(t.ID), Name: t.Name, Language: t.Language, Category: t.Category, Status: templateStates[t.Status], Quality: quality(t.Quality),
	}
	if out.Status == "" {
		out.Status = helpdesk.TemplatePending
	}
	if t.Reason != "NONE" {
		out.Reason = t.Reason
	}
	out.Format = helpdesk.PositionalParameters
	if t.Format == string(helpdesk.NamedParameters) {
		out.Format = helpdesk.NamedParameters
	}
	for _, raw := range t.Components {
		if !readComponent(&out.TemplateContent, raw) {
			if o := wire.Object(raw); o != nil {
				out.Raw = append(out.Raw, o)
			}
		}
	}
	return out
}

func quality(raw json.RawMessage) string {
	var q struct {
		Score string `json:"score"`
	}
	if wire.Decode(raw, &q) != nil || q.Score == "UNKNOWN" {
		return ""
	}
	return q.Score
}

type component struct {
	Type    string          `json:"type"`
	Format  string          `json:"format"`
	Text    string          `json:"text"`
	Example json.RawMessage `json:"example"`
	Buttons []struct {
		Type    string          `json:"type"`
		Text    string          `json:"text"`
		URL     string          `json:"url"`
		Phone   string          `json:"phone_number"`
		Example json.RawMessage `json:"example"`
	} `json:"buttons"`
}

type named struct {
	Name    string `json:"param_name"`
	Example string `json:"example"`
}

type example struct {
	Body        [][]string `json:"body_text"`
	BodyNamed   []named    `json:"body_text_named_params"`
	Header      []string   `json:"header_text"`
	HeaderNamed []named    `json:"header_text_named_params"`
	Handle      []string   `json:"header_handle"`
}

// readComponent reports false for what the fields cannot say.
func readComponent(t *helpdesk.TemplateContent, raw json.RawMessage) bool {
	var c component
	var e example
	if wire.Decode(raw, &c) != nil {
		return false
	}
	_ = wire.Decode(c.Example, &e) // without one there are no samples
	switch strings.ToUpper(c.Type) {
	case "HEADER":
		t.Header = helpdesk.TemplateHeader{Kind: strings.ToUpper(c.Format), Text: c.Text}
		for _, given := range [][]string{e.Header, e.Handle} {
			if len(given) > 0 {
				t.Header.Example = given[0]
			}
		}
		if len(e.HeaderNamed) > 0 {
			t.Header.Example = e.HeaderNamed[0].Example
		}
		return slices.Contains([]string{"TEXT", "IMAGE", "VIDEO", "DOCUMENT", "LOCATION"}, t.Header.Kind)
	case "BODY":
		t.Body = c.Text
		t.Examples = map[string]string{}
		for _, n := range e.BodyNamed {
			t.Examples[n.Name] = n.Example
		}
		if len(e.Body) > 0 {
			for i, v := range e.Body[0] {
				t.Examples[strconv.Itoa(i+1)] = v
			}
		}
		return c.Text != ""
	case "FOOTER":
		t.Footer = c.Text
		return c.Text != ""
	case "BUTTONS":
		for i, b := range c.Buttons {
			button := helpdesk.TemplateButton{Kind: strings.ToUpper(b.Type), Text: b.Text, URL: b.URL, Phone: b.Phone}
			var list []string
			if wire.Decode(b.Example, &list) == nil && len(list) > 0 {
				button.Example = list[0]
			} else {
				_ = wire.Decode(b.Example, &button.Example)
			}
			button.Extra = extras(raw, i)
			t.Buttons = append(t.Buttons, button)
		}
		return true
	}
	return false
}

// extras is what a button has beside the fields we know.
func extras(raw json.RawMessage, i int) map[string]any {
	list, _ := wire.Object(raw)["buttons"].([]any)
	if i >= len(list) {
		return nil
	}
	b, _ := list[i].(map[string]any)
	rest := maps.Clone(b)
	for _, known := range []string{"type", "text", "url", "phone_number", "example"} {
		delete(rest, known)
	}
	if len(rest) == 0 {
		return nil
	}
	return rest
}
