package chatwoot

import (
	"context"
	"io"
	"maps"
	"mime/multipart"
	"strings"

	"github.com/gohelpdesk/helpdesk"
)

// The templates of a channel's provider, as an inbox's clients manage them: an
// addition. Chatwoot only shows them, in the inbox and in the provider's form.

type templateID struct {
	Inbox helpdesk.InboxID           `in:"id"`
	ID    helpdesk.MessageTemplateID `in:"template_id"`
}

type templatesOf struct {
	pageInput
	ID       helpdesk.InboxID        `in:"id"`
	Status   helpdesk.TemplateStatus `in:"status"`
	Category string                  `in:"category"`
	Language string                  `in:"language"`
	Search   string                  `in:"search"`
}

type templateHeader struct {
	Kind    string `in:"kind" json:"kind"`
	Text    string `in:"text" json:"text,omitempty"`
	Example string `in:"example" json:"example,omitempty"`
}

type templateButton struct {
	Kind    string `in:"kind" json:"kind"`
	Text    string `in:"text" json:"text,omitempty"`
	URL     string `in:"url" json:"url,omitempty"`
	Phone   string `in:"phone_number" json:"phone_number,omitempty"`
	Example string `in:"example" json:"example,omitempty"`
}

type templateInput struct {
	Inbox    helpdesk.InboxID        `in:"id"`
	Name     string                  `in:"name"`
	Language string                  `in:"language"`
	Category string                  `in:"category"`
	Format   helpdesk.TemplateFormat `in:"parameter_format"`
	Header   templateHeader          `in:"header"`
	Body     string                  `in:"body"`
	Footer   string                  `in:"footer"`
	Buttons  []templateButton        `in:"buttons"`
	Examples map[string]any          `in:"examples"`
}

func (in templateInput) input() helpdesk.MessageTemplateInput {
	out := helpdesk.MessageTemplateInput{Name: in.Name, Language: in.Language, Category: in.Category, TemplateContent: helpdesk.TemplateContent{
		Header: helpdesk.TemplateHeader(in.Header), Body: in.Body, Footer: in.Footer, Format: in.Format, Examples: map[string]string{},
	}}
	for _, b := range in.Buttons {
		out.Buttons = append(out.Buttons, helpdesk.TemplateButton{Kind: b.Kind, Text: b.Text, URL: b.URL, Phone: b.Phone, Example: b.Example})
	}
	for name, v := range in.Examples {
		if s, ok := v.(string); ok {
			out.Examples[name] = s
		}
	}
	return out
}

type templateChange struct {
	TemplateID helpdesk.MessageTemplateID `in:"template_id"`
	templateInput
}

type templateDelete struct {
	templateID
	Name string `in:"name"` // once more
}

type templateView struct {
	ID         helpdesk.MessageTemplateID `json:"id"`
	ExternalID string                     `json:"external_id"`
	Name       string                     `json:"name"`
	Language   string                     `json:"language"`
	Category   string                     `json:"category"`
	Status     helpdesk.TemplateStatus    `json:"status"`
	Quality    string                     `json:"quality"`
	Reason     string                     `json:"rejected_reason"`
	Format     helpdesk.TemplateFormat    `json:"parameter_format"`
	Header     *templateHeader            `json:"header"`
	Body       string                     `json:"body"`
	Footer     string                     `json:"footer"`
	Buttons    []templateButton           `json:"buttons"`
	Variables  []string                   `json:"variables"` // of the body
	Examples   map[string]string          `json:"examples"`
	CreatedAt  epoch                      `json:"created_at"`
	UpdatedAt  epoch                      `json:"updated_at"`
}

func viewTemplate(t *helpdesk.MessageTemplate) templateView {
	out := templateView{
		ID: t.ID, ExternalID: t.ProviderTemplate.ID, Name: t.Name, Language: t.Language, Category: t.Category, Status: t.Status,
		Quality: t.Quality, Reason: t.Reason, Format: t.Format, Body: t.Body, Footer: t.Footer, Examples: map[string]string{},
		Buttons: []templateButton{}, Variables: append([]string{}, helpdesk.TemplateVariables(t.Body)...),
		CreatedAt: epoch{t.CreatedAt}, UpdatedAt: epoch{t.UpdatedAt},
	}
	if t.Header.Kind != "" {
		h := templateHeader(t.Header)
		out.Header = &h
	}
	for _, b := range t.Buttons {
		out.Buttons = append(out.Buttons, templateButton{b.Kind, b.Text, b.URL, b.Phone, b.Example})
	}
	if t.Examples != nil {
		out.Examples = t.Examples
	}
	return out
}

func listTemplates(ctx context.Context, c *call, in templatesOf) (payload[[]templateView], error) {
	f := helpdesk.MessageTemplateFilter{Status: in.Status, Category: in.Category, Language: in.Language, Query: in.Search}
	list, err := c.desk.MessageTemplates.List(ctx, in.ID, f, in.page(100))
	return wrap(each(list, viewTemplate)), err
}

func showTemplate(ctx context.Context, c *call, in templateID) (payload[templateView], error) {
	t, err := c.desk.MessageTemplates.Get(ctx, in.Inbox, in.ID)
	return oneTemplate(t, err)
}

func oneTemplate(t *helpdesk.MessageTemplate, err error) (payload[templateView], error) {
	if err != nil {
		return payload[templateView]{}, err
	}
	return wrap(viewTemplate(t)), nil
}

func createTemplate(ctx context.Context, c *call, in templateInput) (payload[templateView], error) {
	t, err := c.desk.MessageTemplates.Create(ctx, in.Inbox, in.input())
	return oneTemplate(t, err)
}

func updateTemplate(ctx context.Context, c *call, in templateChange) (payload[templateView], error) {
	t, err := c.desk.MessageTemplates.Update(ctx, in.Inbox, in.TemplateID, in.input())
	return oneTemplate(t, err)
}

func deleteTemplate(ctx context.Context, c *call, in templateDelete) (empty, error) {
	return empty{}, c.desk.MessageTemplates.Delete(ctx, in.Inbox, in.ID, in.Name)
}

type sampleInput struct {
	ID   helpdesk.InboxID      `in:"id"`
	File *multipart.FileHeader `in:"file"`
}

type sampleView struct {
	Handle string `json:"handle"` // what a header's example says then
}

func uploadTemplateSample(ctx context.Context, c *call, in sampleInput) (sampleView, error) {
	if in.File == nil {
		return sampleView{}, &helpdesk.Error{Code: helpdesk.Invalid, Fields: map[string]string{"file": "can't be blank"}}
	}
	handle, err := c.desk.MessageTemplates.UploadSample(ctx, in.ID, helpdesk.OutboundFile{
		Name: in.File.Filename, ContentType: in.File.Header.Get("Content-Type"), Size: in.File.Size,
		Open: func(context.Context) (io.ReadCloser, error) { return in.File.Open() },
	})
	return sampleView{handle}, err
}

// syncTemplates is Chatwoot's, which does it later.
func syncTemplates(ctx context.Context, c *call, in inboxID) (messageOnly, error) {
	_, err := c.desk.MessageTemplates.Sync(ctx, in.ID)
	if helpdesk.CodeOf(err) == helpdesk.Unsupported {
		err = &helpdesk.Error{Code: helpdesk.Unsupported, Message: "Template sync is only available for WhatsApp channels"}
	}
	return messageOnly{"Template sync initiated successfully"}, err
}

// wireTemplate is a template in the provider's form, which Chatwoot's clients read
// in an inbox's message_templates.
type wireTemplate struct {
	ID         string                  `json:"id"`
	Name       string                  `json:"name"`
	Language   string                  `json:"language"`
	Category   string                  `json:"category"`
	Status     helpdesk.TemplateStatus `json:"status"`
	Format     helpdesk.TemplateFormat `json:"parameter_format"`
	Components []map[string]any        `json:"components"`
}

// showTemplates puts the templates of their providers into the shapes of inboxes, as
// Chatwoot's clients read those of either provider.
func (c *call) showTemplates(ctx context.Context, boxes []*helpdesk.Inbox, out []inboxView) error {
	var ids []helpdesk.InboxID
	for i, b := range boxes {
		if out[i].providerView != nil {
			ids = append(ids, b.ID)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	known, err := c.desk.MessageTemplates.OfInboxes(ctx, ids...)
	for i, b := range boxes {
		list, has := known[b.ID]
		if !has {
			continue
		}
		shown := each(list, func(t *helpdesk.MessageTemplate) wireTemplate {
			return wireTemplate{t.ProviderTemplate.ID, t.Name, t.Language, t.Category, t.Status, t.Format, components(t)}
		})
		out[i].Templates = &shown
		if v := out[i].twilioView; v != nil {
			v.Content.Templates = each(list, viewContent)
		}
	}
	return err
}

// contentTemplates are those of Twilio as Chatwoot's clients read them.
type contentTemplates struct {
	Templates []contentTemplate `json:"templates,omitempty"`
}

type contentTemplate struct {
	ContentSID   string            `json:"content_sid"`
	FriendlyName string            `json:"friendly_name"`
	Language     string            `json:"language"`
	Status       string            `json:"status"`
	Category     string            `json:"category"`
	TemplateType string            `json:"template_type"` // text, media, quick_reply, call_to_action
	MediaType    *string           `json:"media_type"`    // image, video, document
	Variables    map[string]string `json:"variables"`     // with an example each
	Body         string            `json:"body"`
	Types        map[string]any    `json:"types"`
	CreatedAt    iso               `json:"created_at"`
	UpdatedAt    iso               `json:"updated_at"`
}

func viewContent(t *helpdesk.MessageTemplate) contentTemplate {
	out := contentTemplate{
		ContentSID: t.ProviderTemplate.ID, FriendlyName: t.Name, Language: t.Language, Status: strings.ToLower(string(t.Status)),
		Category: strings.ToLower(t.Category), TemplateType: "text", Body: t.Body, Variables: map[string]string{},
		CreatedAt: iso{t.CreatedAt}, UpdatedAt: iso{t.UpdatedAt},
	}
	maps.Copy(out.Variables, t.Examples)
	content := map[string]any{"body": t.Body}
	for _, b := range t.Buttons {
		if out.TemplateType = "call_to_action"; b.Kind == "QUICK_REPLY" {
			out.TemplateType = "quick_reply"
		}
	}
	if len(t.Buttons) > 0 {
		content["actions"] = each(t.Buttons, func(b helpdesk.TemplateButton) map[string]any {
			return map[string]any{"type": strings.ToLower(b.Kind), "title": b.Text, "url": b.URL, "phone": b.Phone}
		})
	}
	if kind := strings.ToLower(t.Header.Kind); kind == "image" || kind == "video" || kind == "document" {
		out.TemplateType, out.MediaType, content["media"] = "media", &kind, []string{t.Header.Example}
	}
	out.Types = map[string]any{"twilio/" + strings.ReplaceAll(out.TemplateType, "_", "-"): content}
	return out
}

func components(t *helpdesk.MessageTemplate) []map[string]any {
	out := []map[string]any{}
	if h := t.Header; h.Kind != "" {
		c := map[string]any{"type": "HEADER", "format": h.Kind}
		if h.Text != "" {
			c["text"] = h.Text
		}
		out = append(out, c)
	}
	for _, part := range []struct{ kind, text string }{{"BODY", t.Body}, {"FOOTER", t.Footer}} {
		if part.text != "" {
			out = append(out, map[string]any{"type": part.kind, "text": part.text})
		}
	}
	var buttons []templateButtonWire
	for _, b := range t.Buttons {
		buttons = append(buttons, templateButtonWire{b.Kind, b.Text, b.URL, b.Phone})
	}
	if len(buttons) > 0 {
		out = append(out, map[string]any{"type": "BUTTONS", "buttons": buttons})
	}
	return append(out, t.Raw...)
}

type templateButtonWire struct {
	Type  string `json:"type"`
	Text  string `json:"text,omitempty"`
	URL   string `json:"url,omitempty"`
	Phone string `json:"phone_number,omitempty"`
}

// verdictView says whether a message can be sent: an addition.
type verdictView struct {
	Allowed bool               `json:"allowed"`
	Reason  helpdesk.SendBlock `json:"reason"`
	Detail  string             `json:"detail"`
	Until   iso                `json:"until"`             // when the answer may change by itself
	Consent *consentLine       `json:"consent,omitempty"` // what a refusal of the customer's rests on
}

// consentLine is a line of a contact's ledger, by what it is known.
type consentLine struct {
	ID     helpdesk.ConsentID     `json:"id"`
	Source helpdesk.ConsentSource `json:"source"`
	SaidAt epoch                  `json:"said_at"`
}

func canSend(ctx context.Context, c *call, in newMessage) (verdictView, error) {
	row, err := in.find(ctx, c)
	if err != nil {
		return verdictView{}, err
	}
	reply, closeFiles, err := in.reply()
	if err != nil {
		return verdictView{}, err
	}
	defer closeFiles()
	v, err := c.desk.Messages.CanSend(ctx, row.ID, reply)
	out := verdictView{v.Allowed, v.Reason, v.Detail, iso{v.Until}, nil}
	if v.Consent != nil {
		out.Consent = &consentLine{v.Consent.ID, v.Consent.Source, epoch{v.Consent.At}}
	}
	return out, err
}
