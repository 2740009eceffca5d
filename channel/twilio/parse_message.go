package twilio

import (
	"encoding/json"
	"fmt"
	"mime"
	"regexp"
	"strconv"
	"strings"

	"github.com/gohelpdesk/helpdesk"
	"github.com/gohelpdesk/helpdesk/channel/internal/wire"
)

// What the engine takes of one message.
const (
	maxContent     = 150_000 // characters
	maxAttachments = 15
	maxName        = 255
)

// inbound is a message of a customer, and what it says of what they allow.
func (c call) inbound() (item helpdesk.BatchItem) {
	in := helpdesk.Inbound{
		ExternalID: c.sid(), From: c.person("From"), Content: wire.Clip(c.get("Body"), maxContent), ReplyTo: wire.Clip(c.get("OriginalRepliedMessageSid"), 200),
		ContentAttrs: map[string]any{}, Extra: map[string]any{}, Attachments: c.files(),
	}
	if zip, state, country := c.get("FromZip"), c.get("FromState"), c.get("FromCountry"); zip+state+country != "" {
		in.Start.Extra = map[string]any{"from_zip_code": zip, "from_country": country, "from_state": state}
	}
	c.choice(&in)
	c.place(&in)
	c.around(&in)
	if in.Content == "" && len(in.Attachments) == 0 {
		kind := c.get("MessageType")
		if kind == "" || kind == "text" {
			kind = "empty"
		}
		in.Content, in.ContentAttrs["is_unsupported"] = "["+wire.Clip(kind, 60)+"]", true
	}
	item.Messages = []helpdesk.Inbound{in}
	switch strings.ToUpper(c.get("OptOutType")) {
	case "STOP":
		item.Preferences = []helpdesk.Preference{{From: in.From, Category: helpdesk.ConsentAll, Stop: true}}
	case "START":
		item.Preferences = []helpdesk.Preference{{From: in.From, Category: helpdesk.ConsentAll}}
	}
	return item
}

// userID is the id of a person on WhatsApp who hides their number.
var userID = regexp.MustCompile(`^[A-Z]{2}\.[A-Za-z0-9_.]{1,125}$`)

// person is who stands in a parameter.
func (c call) person(in string) helpdesk.Person {
	p := helpdesk.Person{Source: wire.Clip(strings.TrimSpace(c.get(in)), 200)}
	bare := strings.TrimPrefix(p.Source, whatsAppPrefix)
	if number.MatchString(bare) {
		p.Phone, p.Attested = bare, bare != p.Source // WhatsApp has verified it; an SMS may come from anybody
	}
	if in != "From" {
		return p
	}
	p.Name = wire.Clip(c.get("ProfileName"), maxName)
	if bare == p.Source {
		return p
	}
	if id := c.get("ExternalUserId"); userID.MatchString(id) && whatsAppPrefix+id != p.Source {
		p.Also = []string{whatsAppPrefix + id}
	}
	digits := "+" + c.get("WaId")
	if !number.MatchString(digits) {
		return p
	}
	if p.Phone == "" {
		p.Phone, p.Attested = digits, true
	}
	if digits != bare { // the number as WhatsApp writes it, with or without a digit that its country added
		p.Also = append(p.Also, whatsAppPrefix+digits)
	}
	return p
}

// files are those that Twilio keeps, and names one by one: it counts them too, and
// some counts are wrong.
func (c call) files() (list []helpdesk.InboundFile) {
	for i := range maxAttachments {
		n := strconv.Itoa(i)
		address := wire.Clip(strings.TrimSpace(c.get("MediaUrl"+n)), 2048)
		if address == "" {
			break
		}
		f := helpdesk.InboundFile{ContentType: wire.Clip(c.get("MediaContentType"+n), 100)}
		if plain, _, err := mime.ParseMediaType(f.ContentType); err == nil {
			f.ContentType = plain
		}
		if path := mediaPath.FindString(address); path != "" {
			f.Ref = path
		} else {
			f.URL = address // nobody shall get the account's token for it
		}
		f.Type = fileType(f.ContentType)
		if c.get("MessageType") == "sticker" {
			f.Meta = map[string]any{"sticker": true}
		}
		list = append(list, f)
	}
	return list
}

func fileType(contentType string) string {
	switch kind, _, _ := strings.Cut(contentType, "/"); kind {
	case "image", "video", "audio":
		return kind
	}
	return "file"
}

// choice is the press of a button, or the row of a list.
func (c call) choice(in *helpdesk.Inbound) {
	title, id := c.get("ButtonText"), c.get("ButtonPayload")
	switch {
	case c.get("ListId")+c.get("ListTitle") != "":
		title, id = c.get("ListTitle"), c.get("ListId")
		in.ContentAttrs["interactive_reply"] = map[string]any{
			"type": "list_reply", "id": id, "title": title, "description": c.get("ListDescription"),
		}
	case title+id != "":
		in.ContentAttrs["button_reply"] = map[string]any{"payload": id, "text": title}
	}
	for _, text := range []string{title, id} {
		if in.Content == "" {
			in.Content = wire.Clip(text, maxContent)
		}
	}
	for name, key := range map[string]string{"InteractiveData": "interactive_data", "FlowData": "flow_data"} {
		if data := c.get(name); data != "" && len(data) <= 64<<10 {
			if o := wire.Object(json.RawMessage(data)); o != nil {
				in.Extra[key] = o
			} else {
				in.Extra[key] = data
			}
		}
	}
	if in.Content == "" && (in.Extra["flow_data"] != nil || in.Extra["interactive_data"] != nil) {
		in.Content = "[" + c.kind("interactive") + "]"
	}
}

func (c call) kind(otherwise string) string {
	if kind := c.get("MessageType"); kind != "" {
		return wire.Clip(kind, 60)
	}
	return otherwise
}

// place is a location.
func (c call) place(in *helpdesk.Inbound) {
	meta := map[string]any{}
	for name, key := range map[string]string{"Latitude": "coordinates_lat", "Longitude": "coordinates_long"} {
		n, err := strconv.ParseFloat(strings.TrimSpace(c.get(name)), 64)
		if err != nil || n < -180 || n > 180 || n != n {
			return
		}
		meta[key] = n
	}
	if len(in.Attachments) == maxAttachments {
		return
	}
	in.Attachments = append(in.Attachments, helpdesk.InboundFile{
		Type: "location", Name: wire.Clip(joined(", ", c.get("Label"), c.get("Address")), maxName), Meta: meta,
	})
}

// around is what else is told of a message.
func (c call) around(in *helpdesk.Inbound) {
	if c.get("Forwarded") == "true" || c.get("FrequentlyForwarded") == "true" {
		in.ContentAttrs["forwarded"] = true
	}
	referral := map[string]any{}
	for name, key := range map[string]string{
		"ReferralBody": "body", "ReferralHeadline": "headline", "ReferralSourceId": "source_id", "ReferralSourceType": "source_type",
		"ReferralSourceUrl": "source_url", "ReferralMediaId": "media_id", "ReferralMediaContentType": "media_type",
		"ReferralMediaUrl": "media_url", "ReferralCtwaClid": "ctwa_clid",
	} {
		if value := c.get(name); value != "" {
			referral[key] = wire.Clip(value, 2048)
		}
	}
	if len(referral) > 0 {
		in.Extra["referral"] = referral
	}
	if kind := c.get("OptOutType"); kind != "" {
		in.Extra["opt_out_type"] = wire.Clip(kind, 20)
	}
	if segments := c.get("NumSegments"); segments != "" && segments != "1" {
		in.Extra["num_segments"] = wire.Clip(segments, 10)
	}
}

// mediaPath is where Twilio keeps the files of messages.
var mediaPath = regexp.MustCompile(fmt.Sprintf(`%sAC[0-9a-fA-F]{32}/Messages/[A-Za-z0-9]{1,64}/Media/[A-Za-z0-9]{1,64}$`, regexp.QuoteMeta(accountsPath)))
