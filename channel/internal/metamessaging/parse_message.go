package metamessaging

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gohelpdesk/helpdesk"
	"github.com/gohelpdesk/helpdesk/channel/internal/wire"
)

// What the engine takes of one message.
const (
	maxContent     = 150_000 // characters
	maxAttachments = 15
	maxLink        = 2048 // bytes of an address that is kept
)

type message struct {
	MID         string          `json:"mid"`
	Text        string          `json:"text"`
	QuickReply  *quickReply     `json:"quick_reply"`
	ReplyTo     replyTo         `json:"reply_to"`
	Attachments json.RawMessage `json:"attachments"`
	IsEcho      bool            `json:"is_echo"`
	AppID       wire.Text       `json:"app_id"`
	Metadata    string          `json:"metadata"`
	IsDeleted   bool            `json:"is_deleted"`
	Unsupported bool            `json:"is_unsupported"`
	IsSelf      bool            `json:"is_self"`
	Referral    json.RawMessage `json:"referral"`
	StickerID   wire.Text       `json:"sticker_id"`
}

type quickReply struct {
	Payload string `json:"payload"`
}

type replyTo struct {
	MID   string `json:"mid"`
	Story *struct {
		ID  wire.Text `json:"id"`
		URL string    `json:"url"`
	} `json:"story"`
}

type attachment struct {
	Type    string          `json:"type"`
	Title   string          `json:"title"`
	URL     string          `json:"url"`
	Payload json.RawMessage `json:"payload"`
}

// payload is whatever an attachment holds, of any type.
type payload struct {
	URL         string    `json:"url"`
	Title       string    `json:"title"`
	StickerID   wire.Text `json:"sticker_id"`
	StoryURL    string    `json:"story_media_url"`
	StoryID     wire.Text `json:"story_media_id"`
	ReelID      wire.Text `json:"reel_video_id"`
	PostID      wire.Text `json:"ig_post_media_id"`
	Coordinates struct {
		Lat  *float64 `json:"lat"`
		Long *float64 `json:"long"`
	} `json:"coordinates"`
	Elements json.RawMessage `json:"elements"`
	Text     string          `json:"text"`
}

// message adds what a message is: one of the customer's, an echo of the business's, or
// that one was taken back.
func (p *parser) message(m message, who helpdesk.Person, echo bool, at time.Time) {
	switch {
	case m.IsDeleted:
		if m.MID != "" {
			p.item().Edits = append(p.item().Edits, helpdesk.Edit{ExternalID: m.MID, At: at, Deleted: true})
		}
		return
	case m.IsSelf:
		return
	}
	if echo {
		if id, last, ours := p.b.readMark(m.Metadata); ours {
			if last && m.MID != "" {
				p.item().Receipts = append(p.item().Receipts, helpdesk.Receipt{ExternalID: m.MID, State: helpdesk.StateSent, Message: id, At: at})
			}
			return
		}
	}
	in := helpdesk.Inbound{ExternalID: m.MID, From: who, At: at, ReplyTo: m.ReplyTo.MID, Echo: echo}
	if p.content(&in, m) {
		p.item().Messages = append(p.item().Messages, in)
	}
}

// content fills in what a message says; false = nothing that is for the desk.
func (p *parser) content(in *helpdesk.Inbound, m message) bool {
	attrs, extra := map[string]any{}, map[string]any{}
	in.Content = m.Text
	mentions, unknown := false, ""
	for i, a := range wire.Each[attachment](m.Attachments) {
		if a.Type == "story_mention" {
			mentions = true
			continue
		}
		if kind := p.attach(in, attrs, a, m.MID, i); kind != "" {
			unknown = kind
		}
	}
	if sign := thumbs[string(m.StickerID)]; sign != "" && in.Content == "" {
		in.Content, in.Attachments = sign, nil
	}
	if m.QuickReply != nil {
		attrs["quick_reply"] = map[string]any{"payload": wire.Clean(m.QuickReply.Payload)}
	}
	if story := m.ReplyTo.Story; story != nil {
		attrs["story_id"], attrs["image_type"] = wire.Clean(string(story.ID)), "ig_story_reply"
		if link := webLink(story.URL); link != "" {
			attrs["story_url"] = link
		}
	}
	if o := wire.Object(m.Referral); len(o) > 0 {
		extra["referral"] = o
	}
	if m.AppID != "" && in.Echo {
		extra["app_id"] = string(m.AppID)
	}
	in.Content = wire.Clip(wire.Clean(in.Content), maxContent)
	if in.Content == "" && len(in.Attachments) == 0 {
		if mentions {
			return false
		}
		if unknown == "" {
			unknown = "unsupported"
		}
		in.Content, attrs["is_unsupported"] = "["+unknown+"]", true
	}
	if m.Unsupported {
		attrs["is_unsupported"] = true
	}
	if len(attrs) > 0 {
		in.ContentAttrs = attrs
	}
	if len(extra) > 0 {
		in.Extra = extra
	}
	return true
}

// thumbs are the stickers that stand for a thumb, in its three sizes.
var thumbs = map[string]string{"369239263222822": "👍", "369239343222814": "👍", "369239383222810": "👍"}

// attach adds an attachment to a message; what it cannot show is returned by its kind.
func (p *parser) attach(in *helpdesk.Inbound, attrs map[string]any, a attachment, mid string, index int) (unknown string) {
	var at payload
	_ = wire.Decode(a.Payload, &at)
	f := helpdesk.InboundFile{Type: a.Type, Name: wire.Clip(wire.Clean(first(at.Title, a.Title)), 255)}
	link := webLink(first(at.URL, at.StoryURL, a.URL))
	switch a.Type {
	case "image", "video", "audio", "file":
		if sign := thumbs[string(at.StickerID)]; sign != "" {
			in.Content = strings.TrimSpace(in.Content + " " + sign)
			return ""
		}
		if link == "" {
			return kindOf(a.Type)
		}
		f.Ref = fileRef(mid, index, link)
		if at.StickerID != "" {
			f.Meta = map[string]any{"sticker": true}
		}
	case "location":
		if at.Coordinates.Lat == nil || at.Coordinates.Long == nil {
			return "location"
		}
		f.Meta = map[string]any{"coordinates_lat": *at.Coordinates.Lat, "coordinates_long": *at.Coordinates.Long}
		if link != "" {
			f.Meta["url"] = link
		}
	case "like_heart":
		in.Content = strings.TrimSpace(in.Content + " ❤️")
		return ""
	case "fallback", "share", "post", "ig_reel", "reel", "ig_post", "ig_story":
		if !p.shared(in, &f, at, link) {
			return kindOf(a.Type)
		}
	case "template":
		return template(in, attrs, a, at)
	default: // what disappears once seen, and what is to come
		return kindOf(a.Type)
	}
	if len(in.Attachments) < maxAttachments {
		in.Attachments = append(in.Attachments, f)
	}
	return ""
}

// shared is somebody else's content: it is linked, never copied.
func (*parser) shared(in *helpdesk.Inbound, f *helpdesk.InboundFile, at payload, link string) bool {
	f.Meta = map[string]any{}
	for key, id := range map[string]wire.Text{"reel_video_id": at.ReelID, "ig_post_media_id": at.PostID, "story_media_id": at.StoryID} {
		if id != "" {
			f.Meta[key] = wire.Clip(wire.Clean(string(id)), 100)
		}
	}
	if link != "" {
		f.Meta["url"] = link
	}
	if f.Type == "reel" {
		f.Type = "ig_reel"
	}
	if f.Type == "post" {
		f.Type = "share"
	}
	if f.Name == "" && len(f.Meta) == 0 {
		return false
	}
	if in.Content == "" && link != "" { // so that it can be opened from every client
		in.Content = link
	}
	return true
}

// template is what an app sent in another form than words: of echoes.
func template(in *helpdesk.Inbound, attrs map[string]any, a attachment, at payload) (unknown string) {
	type element struct {
		Title    string `json:"title"`
		Subtitle string `json:"subtitle"`
	}
	lines := []string{in.Content, first(at.Text, at.Title, a.Title)}
	for _, e := range wire.Each[element](at.Elements) {
		lines = append(lines, e.Title, e.Subtitle)
	}
	in.Content = strings.Join(slices.DeleteFunc(lines, func(s string) bool { return s == "" }), "\n")
	if o := wire.Object(a.Payload); len(o) > 0 {
		attrs["template"] = o
	}
	if in.Content == "" {
		return "template"
	}
	return ""
}

func (p *parser) postback(b postback, who helpdesk.Person, at time.Time, timestamp wire.Text) {
	in := helpdesk.Inbound{ExternalID: b.MID, From: who, At: at, Content: wire.Clip(wire.Clean(first(b.Title, b.Payload)), maxContent)}
	if in.Content == "" {
		return
	}
	if in.ExternalID == "" {
		sum := sha256.Sum256([]byte(who.Source + "\x00" + string(timestamp) + "\x00" + b.Payload + "\x00" + b.Title))
		in.ExternalID = "postback:" + hex.EncodeToString(sum[:16])
	}
	in.ContentAttrs = map[string]any{"postback": map[string]any{"payload": wire.Clean(b.Payload), "title": wire.Clean(b.Title)}}
	if o := wire.Object(b.Referral); len(o) > 0 {
		in.Extra = map[string]any{"referral": o}
	}
	p.item().Messages = append(p.item().Messages, in)
}

func kindOf(kind string) string {
	if kind = wire.Clip(wire.Clean(kind), 60); kind == "" {
		return "unsupported"
	}
	return kind
}

// webLink is an address that a browser can open; "" = it is none: some are paths of
// the sender's own disk, or of Meta's pages.
func webLink(s string) string {
	s = wire.Clean(strings.TrimSpace(s))
	if len(s) > maxLink || !strings.HasPrefix(s, "https://") && !strings.HasPrefix(s, "http://") || strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' }) {
		return ""
	}
	return s
}

// fileRef names a file by where it is now, and by whose it is when that has gone.
func fileRef(mid string, index int, link string) string {
	return strconv.Itoa(index) + " " + mid + " " + link
}

func readRef(ref string) (mid string, index int, link string, ok bool) {
	number, rest, _ := strings.Cut(ref, " ")
	at := strings.LastIndexByte(rest, ' ')
	index, err := strconv.Atoi(number)
	if err != nil || at < 0 {
		return "", 0, "", false
	}
	return rest[:at], index, rest[at+1:], true
}

func first(all ...string) string {
	for _, s := range all {
		if s != "" {
			return s
		}
	}
	return ""
}
