package whatsapp

import (
	"encoding/json"
	"fmt"
	"mime"
	"strings"
	"time"

	"github.com/gohelpdesk/helpdesk"
	"github.com/gohelpdesk/helpdesk/channel/internal/wire"
)

// What the engine takes of one message.
const (
	maxContent     = 150_000 // characters
	maxAttachments = 15
)

type message struct {
	ID           string          `json:"id"`
	From         wire.Text       `json:"from"`
	FromUser     wire.Text       `json:"from_user_id"`
	FromParent   wire.Text       `json:"from_parent_user_id"`
	To           wire.Text       `json:"to"` // of echoes
	ToUser       wire.Text       `json:"to_user_id"`
	Timestamp    wire.Text       `json:"timestamp"`
	Type         string          `json:"type"`
	Context      msgContext      `json:"context"`
	Referral     json.RawMessage `json:"referral"`
	Errors       json.RawMessage `json:"errors"`
	History      historyContext  `json:"history_context"`
	Group        wire.Text       `json:"group_id"`
	Text         textBody        `json:"text"`
	Image        *media          `json:"image"`
	Video        *media          `json:"video"`
	Audio        *media          `json:"audio"`
	Voice        *media          `json:"voice"`
	Document     *media          `json:"document"`
	Sticker      *media          `json:"sticker"`
	Location     *location       `json:"location"`
	Contacts     json.RawMessage `json:"contacts"`
	Button       button          `json:"button"`
	Interactive  json.RawMessage `json:"interactive"`
	Reaction     reaction        `json:"reaction"`
	Order        json.RawMessage `json:"order"`
	System       system          `json:"system"`
	Edit         edited          `json:"edit"`
	Revoke       edited          `json:"revoke"`
	Unsupported  typed           `json:"unsupported"`
	historyPhone string
}

type (
	textBody struct {
		Body string `json:"body"`
	}
	typed struct {
		Type string `json:"type"`
	}
	msgContext struct {
		ID         string          `json:"id"`
		Forwarded  bool            `json:"forwarded"`
		Frequently bool            `json:"frequently_forwarded"`
		Product    json.RawMessage `json:"referred_product"`
	}
	media struct {
		ID       wire.Text `json:"id"`
		MimeType string    `json:"mime_type"`
		Caption  string    `json:"caption"`
		Filename string    `json:"filename"`
		Voice    bool      `json:"voice"`
		Animated bool      `json:"animated"`
	}
	location struct {
		Latitude  wire.Text `json:"latitude"`
		Longitude wire.Text `json:"longitude"`
		Name      string    `json:"name"`
		Address   string    `json:"address"`
		URL       string    `json:"url"`
	}
	button struct {
		Payload string `json:"payload"`
		Text    string `json:"text"`
	}
	reaction struct {
		MessageID string `json:"message_id"`
		Emoji     string `json:"emoji"`
	}
	system struct {
		Body    string    `json:"body"`
		Type    string    `json:"type"`
		WaID    wire.Text `json:"wa_id"`
		NewWaID wire.Text `json:"new_wa_id"`
		UserID  wire.Text `json:"user_id"`
		Parent  wire.Text `json:"parent_user_id"`
		Whose   wire.Text `json:"customer"`
	}
	edited struct {
		Original string          `json:"original_message_id"`
		Message  json.RawMessage `json:"message"`
	}
)

// direction is whose message it is, and when it was written.
type direction int

const (
	received    direction = iota
	sentByUs              // on the business's phone
	oldReceived           // before the inbox was connected
	oldSentByUs
)

// message adds what one message is: a message, or a change of another one.
func (p *parser) message(item *helpdesk.BatchItem, v value, m message, d direction) {
	echo, history := d == sentByUs || d == oldSentByUs, d == oldReceived || d == oldSentByUs
	from := p.person(v, m.From, m.FromUser, m.FromParent)
	if echo {
		from = p.person(v, m.To, m.ToUser, "")
	}
	if m.historyPhone != "" {
		from = p.person(v, wire.Text(m.historyPhone), "", "")
	}
	at := m.Timestamp.Time()
	switch m.Type {
	case "reaction":
		if m.Reaction.MessageID != "" && from.Source != "" {
			r := helpdesk.Reaction{ExternalID: m.Reaction.MessageID, From: from.Source, Emoji: wire.Clip(wire.Clean(m.Reaction.Emoji), 32), At: at}
			if echo {
				r.From = ""
			}
			item.Reactions = append(item.Reactions, r)
		}
		return
	case "edit":
		if m.Edit.Original != "" {
			item.Edits = append(item.Edits, helpdesk.Edit{ExternalID: m.Edit.Original, At: at, Content: editedText(m.Edit.Message)})
		}
		return
	case "revoke":
		if m.Revoke.Original != "" {
			item.Edits = append(item.Edits, helpdesk.Edit{ExternalID: m.Revoke.Original, At: at, Deleted: true})
		}
		return
	case "system":
		p.system(item, v, m, at)
		return
	case "request_welcome": // the customer only opened the chat
		return
	}
	if from.Source == "" {
		return // nobody could answer it
	}
	in := helpdesk.Inbound{ExternalID: m.ID, From: from, At: at, ReplyTo: m.Context.ID, Echo: echo, History: history}
	if history && m.Type == "media_placeholder" {
		in.ExternalID += ":placeholder" // the file may come later, under the message's own id
	}
	p.content(&in, m)
	item.Messages = append(item.Messages, in)
}

// content fills in what a message says.
func (p *parser) content(in *helpdesk.Inbound, m message) {
	attrs, extra := map[string]any{}, map[string]any{}
	switch file := m.file(); {
	case m.Type == "text":
		in.Content = m.Text.Body
	case file != nil:
		in.Content = file.Caption
		in.Attachments = []helpdesk.InboundFile{file.attachment(m.Type)}
	case m.Type == "location" && m.Location != nil:
		in.Attachments = []helpdesk.InboundFile{m.Location.attachment()}
	case m.Type == "contacts":
		shared(in, m.Contacts)
	case m.Type == "button":
		in.Content = m.Button.Text
		attrs["button_reply"] = map[string]any{"payload": m.Button.Payload, "text": m.Button.Text}
		if in.Content == "" {
			in.Content = m.Button.Payload
		}
	case m.Type == "interactive":
		interactive(in, attrs, m.Interactive)
	case m.Type == "order":
		order(in, attrs, m.Order)
	}
	for key, raw := range map[string]json.RawMessage{"referral": m.Referral, "referred_product": m.Context.Product} {
		if o := wire.Object(raw); len(o) > 0 {
			extra[key] = o
		}
	}
	if m.Context.Forwarded || m.Context.Frequently {
		attrs["forwarded"] = true
	}
	if m.Group != "" {
		extra["whatsapp_group"] = string(m.Group)
	}
	in.Content = wire.Clip(wire.Clean(in.Content), maxContent)
	if in.Content == "" && len(in.Attachments) == 0 {
		in.Content, attrs["is_unsupported"] = m.placeholder(), true
		if errs := wire.Each[webhookError](m.Errors); len(errs) > 0 {
			attrs["external_error"] = errs[0].text()
		}
	}
	if len(attrs) > 0 {
		in.ContentAttrs = attrs
	}
	if len(extra) > 0 {
		in.Extra = extra
	}
}

// placeholder stands for what cannot be shown.
func (m message) placeholder() string {
	kind := m.Type
	if kind == "unsupported" && m.Unsupported.Type != "" {
		kind = m.Unsupported.Type
	}
	if kind == "" {
		kind = "unknown"
	}
	return "[" + wire.Clip(wire.Clean(kind), 60) + "]"
}

func (m message) file() *media {
	f := map[string]*media{
		"image": m.Image, "video": m.Video, "audio": m.Audio, "voice": m.Voice, "document": m.Document, "sticker": m.Sticker,
	}[m.Type]
	if f == nil || f.ID == "" {
		return nil
	}
	return f
}

func (f *media) attachment(kind string) helpdesk.InboundFile {
	out := helpdesk.InboundFile{Ref: string(f.ID), Name: wire.Clip(wire.Clean(f.Filename), 255), ContentType: f.MimeType}
	out.Type = map[string]string{"image": "image", "sticker": "image", "video": "video", "audio": "audio", "voice": "audio"}[kind]
	if out.Type == "" {
		out.Type = "file"
	}
	if plain, _, err := mime.ParseMediaType(f.MimeType); err == nil {
		out.ContentType = plain
	}
	switch {
	case kind == "sticker":
		out.Meta = map[string]any{"sticker": true, "animated": f.Animated}
	case kind == "voice" || f.Voice:
		out.Meta = map[string]any{"is_recorded_audio": true}
	}
	return out
}

func (l *location) attachment() helpdesk.InboundFile {
	name := wire.Clean(strings.Trim(l.Name+", "+l.Address, ", "))
	out := helpdesk.InboundFile{Type: "location", Name: wire.Clip(name, 255), Meta: map[string]any{}}
	for key, n := range map[string]wire.Text{"coordinates_lat": l.Latitude, "coordinates_long": l.Longitude} {
		var f float64
		if json.Unmarshal([]byte(n), &f) == nil {
			out.Meta[key] = f
		}
	}
	if l.URL != "" { // not InboundFile.URL: nobody shall download a map
		out.Meta["url"] = wire.Clip(wire.Clean(l.URL), 2048)
	}
	return out
}

// shared are address cards: one attachment for each number, as Chatwoot has it.
func shared(in *helpdesk.Inbound, raw json.RawMessage) {
	type card struct {
		Name struct {
			Formatted string `json:"formatted_name"`
			First     string `json:"first_name"`
			Last      string `json:"last_name"`
		} `json:"name"`
		Phones json.RawMessage `json:"phones"`
	}
	var lines []string
	for _, c := range wire.Each[card](raw) {
		type phone struct {
			Phone wire.Text `json:"phone"`
			WaID  wire.Text `json:"wa_id"`
		}
		phones := wire.Each[phone](c.Phones)
		if len(phones) == 0 {
			phones = []phone{{}}
		}
		for _, n := range phones {
			lines = append(lines, strings.TrimSpace(c.Name.Formatted+" "+string(n.Phone)))
			if len(in.Attachments) == maxAttachments {
				continue
			}
			meta := map[string]any{"firstName": c.Name.First, "lastName": c.Name.Last, "name": c.Name.Formatted}
			in.Attachments = append(in.Attachments, helpdesk.InboundFile{Type: "contact", Name: wire.Clip(wire.Clean(string(n.Phone)), 255), Meta: meta})
		}
	}
	in.Content = strings.Join(lines, "\n")
}

// interactive is an answer to buttons, a list or a form.
func interactive(in *helpdesk.Inbound, attrs map[string]any, raw json.RawMessage) {
	type choice struct {
		ID          string `json:"id"`
		Title       string `json:"title"`
		Description string `json:"description"`
	}
	var answer struct {
		Type   string  `json:"type"`
		Button *choice `json:"button_reply"`
		List   *choice `json:"list_reply"`
		Form   *struct {
			Name     string `json:"name"`
			Body     string `json:"body"`
			Response string `json:"response_json"`
		} `json:"nfm_reply"`
	}
	if wire.Decode(raw, &answer) != nil {
		return
	}
	if answer.Button == nil {
		answer.Button = answer.List
	}
	switch {
	case answer.Button != nil:
		in.Content = answer.Button.Title
		attrs["interactive_reply"] = map[string]any{
			"type": answer.Type, "id": answer.Button.ID, "title": answer.Button.Title, "description": answer.Button.Description,
		}
		if in.Content == "" {
			in.Content = answer.Button.ID
		}
	case answer.Form != nil:
		in.Content = answer.Form.Body
		reply := map[string]any{"type": answer.Type, "name": answer.Form.Name, "response_json": wire.Clean(answer.Form.Response)}
		if values := wire.Object(json.RawMessage(answer.Form.Response)); values != nil {
			reply["response"] = values
		}
		attrs["interactive_reply"] = reply
	default:
		if o := wire.Object(raw); o != nil {
			attrs["interactive_reply"] = o
		}
	}
}

// order is what a customer wants to buy.
func order(in *helpdesk.Inbound, attrs map[string]any, raw json.RawMessage) {
	var o struct {
		Text  string          `json:"text"`
		Items json.RawMessage `json:"product_items"`
	}
	if wire.Decode(raw, &o) != nil {
		return
	}
	type product struct {
		ID       wire.Text `json:"product_retailer_id"`
		Quantity wire.Text `json:"quantity"`
		Price    wire.Text `json:"item_price"`
		Currency string    `json:"currency"`
	}
	lines := []string{o.Text}
	for _, i := range wire.Each[product](o.Items) {
		lines = append(lines, fmt.Sprintf("%s × %s (%s %s)", i.Quantity, i.ID, i.Price, i.Currency))
	}
	in.Content = strings.TrimSpace(strings.Join(lines, "\n"))
	if all := wire.Object(raw); all != nil {
		attrs["order"] = all
	}
}

// editedText is the words of a message after its change.
func editedText(raw json.RawMessage) string {
	var m message
	if wire.Decode(raw, &m) != nil {
		return ""
	}
	if f := m.file(); f != nil {
		return wire.Clip(wire.Clean(f.Caption), maxContent)
	}
	for _, f := range []*media{m.Image, m.Video, m.Document} { // a caption comes without its file
		if f != nil {
			return wire.Clip(wire.Clean(f.Caption), maxContent)
		}
	}
	return wire.Clip(wire.Clean(m.Text.Body), maxContent)
}

// system is news of the customer: another number, another id.
func (p *parser) system(item *helpdesk.BatchItem, v value, m message, at time.Time) {
	old := wire.Clean(string(m.From))
	number, id := m.System.WaID, m.System.UserID
	switch m.System.Type {
	case "user_changed_number", "customer_changed_number":
		if m.System.NewWaID != "" {
			number = m.System.NewWaID
		}
	case "user_changed_user_id":
		if m.FromUser != "" {
			old = wire.Clean(string(m.FromUser))
		}
	default:
		return // a new phone with the same number says nothing to the desk
	}
	if old == "" {
		old = wire.Clean(string(m.System.Whose))
	}
	to := p.person(v, number, id, m.System.Parent)
	if old == "" || to.Source == "" || old == to.Source {
		return
	}
	item.Renames = append(item.Renames, helpdesk.Rename{From: old, To: to, At: at})
}
