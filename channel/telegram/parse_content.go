package telegram

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/gohelpdesk/helpdesk"
	"github.com/gohelpdesk/helpdesk/channel/internal/wire"
)

// reader fills a message with its content.
type reader struct {
	in  *helpdesk.Inbound
	own wire.Text // who sent it
}

// content reads whichever kind is there. "" = nobody said anything.
func (r *reader) content(keys map[string]json.RawMessage) (kind string) {
	for _, k := range contents() {
		if raw := keys[k.key]; len(raw) > 0 && string(raw) != "null" {
			k.read(r, raw)
			return k.key
		}
	}
	if r.in.Content != "" && keys["caption"] == nil {
		return "text"
	}
	rest := false
	for key := range keys {
		if slices.Contains(silent(), key) {
			return ""
		}
		rest = rest || !slices.Contains(around(), key)
	}
	if !rest && keys["text"] == nil && keys["message_id"] == nil {
		return ""
	}
	return unknown
}

type contentKind struct {
	key  string
	read func(r *reader, raw json.RawMessage)
}

// contents are the kinds, those first that come along with a plainer one.
func contents() []contentKind {
	as := func(kind string) func(*reader, json.RawMessage) {
		return func(r *reader, raw json.RawMessage) { r.file(kind, raw) }
	}
	return []contentKind{
		{"photo", (*reader).photo},
		{"animation", as("video")},
		{"video", as("video")},
		{"video_note", as("video")},
		{"audio", as("audio")},
		{"voice", as("audio")},
		{"sticker", (*reader).sticker},
		{"document", as("file")},
		{"venue", (*reader).venue},
		{"location", (*reader).location},
		{"contact", (*reader).contact},
		{"dice", (*reader).dice},
		{"poll", (*reader).poll},
		{"checklist", (*reader).checklist},
		{"web_app_data", (*reader).webApp},
	}
}

// file is what Telegram tells of one.
type file struct {
	ID        string    `json:"file_id"`
	Name      string    `json:"file_name"`
	Type      string    `json:"mime_type"`
	Size      wire.Text `json:"file_size"`
	Width     wire.Text `json:"width"`
	Height    wire.Text `json:"height"`
	Animated  bool      `json:"is_animated"`
	Video     bool      `json:"is_video"`
	Emoji     string    `json:"emoji"`
	Set       string    `json:"set_name"`
	Thumbnail *file     `json:"thumbnail"`
}

func (r *reader) file(kind string, raw json.RawMessage) {
	var f file
	if wire.Decode(raw, &f) != nil || f.ID == "" {
		r.placeholder(kind)
		return
	}
	r.attach(kind, &f)
}

// attach adds a file. One that Telegram will not give is shown by its name.
func (r *reader) attach(kind string, f *file) {
	out := helpdesk.InboundFile{
		Type: kind, Name: wire.Clip(wire.Clean(f.Name), maxName), ContentType: wire.Clip(wire.Clean(f.Type), 100),
		Size: int64(max(f.Size.Int(), 0)), Ref: wire.Clean(f.ID),
	}
	if out.Size > maxDownload {
		name := out.Name
		if name == "" {
			name = kind
		}
		out = helpdesk.InboundFile{
			Type: "fallback", Name: fmt.Sprintf("%s (%d MB)", name, out.Size>>20),
			Meta: map[string]any{"too_large": true, "file_size": out.Size, "content_type": out.ContentType},
		}
	}
	r.in.Attachments = append(r.in.Attachments, out)
}

// photo comes in several sizes, the largest last.
func (r *reader) photo(raw json.RawMessage) {
	sizes := wire.Each[file](raw)
	if len(sizes) == 0 || sizes[len(sizes)-1].ID == "" {
		r.placeholder("photo")
		return
	}
	r.attach("image", &sizes[len(sizes)-1])
}

// sticker is a picture; of one that moves in a way that browsers do not know, the
// still.
func (r *reader) sticker(raw json.RawMessage) {
	var f file
	if wire.Decode(raw, &f) != nil || f.ID == "" {
		r.placeholder("sticker")
		return
	}
	r.in.Extra["sticker"] = map[string]any{"emoji": wire.Clean(f.Emoji), "set_name": wire.Clean(f.Set)}
	switch {
	case f.Video:
		r.attach("video", &f)
	case !f.Animated:
		r.attach("image", &f)
	case f.Thumbnail != nil && f.Thumbnail.ID != "":
		r.attach("image", f.Thumbnail)
	default:
		r.in.Content = wire.Clean(f.Emoji)
	}
}

type place struct {
	Lat  *float64 `json:"latitude"`
	Long *float64 `json:"longitude"`
}

func (r *reader) location(raw json.RawMessage) {
	var p place
	if wire.Decode(raw, &p) != nil || p.Lat == nil || p.Long == nil {
		r.placeholder("location")
		return
	}
	r.at(p, "")
}

func (r *reader) venue(raw json.RawMessage) {
	var v struct {
		Location place  `json:"location"`
		Title    string `json:"title"`
		Address  string `json:"address"`
	}
	if wire.Decode(raw, &v) != nil || v.Location.Lat == nil || v.Location.Long == nil {
		r.placeholder("venue")
		return
	}
	r.at(v.Location, joined(", ", wire.Clean(v.Title), wire.Clean(v.Address)))
}

func (r *reader) at(p place, name string) {
	r.in.Attachments = append(r.in.Attachments, helpdesk.InboundFile{
		Type: "location", Name: wire.Clip(name, maxName),
		Meta: map[string]any{"coordinates_lat": *p.Lat, "coordinates_long": *p.Long},
	})
}

// contact is a card. A person's own card gives their number; nobody vouches for
// it, because apps let people write whatever they like.
func (r *reader) contact(raw json.RawMessage) {
	var c struct {
		Phone wire.Text `json:"phone_number"`
		First string    `json:"first_name"`
		Last  string    `json:"last_name"`
		User  wire.Text `json:"user_id"`
	}
	if wire.Decode(raw, &c) != nil {
		r.placeholder("contact")
		return
	}
	phone := wire.Clip(wire.Clean(string(c.Phone)), maxName)
	r.in.Attachments = append(r.in.Attachments, helpdesk.InboundFile{
		Type: "contact", Name: phone, Meta: map[string]any{"firstName": wire.Clean(c.First), "lastName": wire.Clean(c.Last)},
	})
	if c.User != "" && c.User == r.own && !r.in.Echo && phone != "" {
		r.in.From.Phone = "+" + strings.TrimLeft(phone, "+")
	}
}

func (r *reader) dice(raw json.RawMessage) {
	var d struct {
		Emoji string    `json:"emoji"`
		Value wire.Text `json:"value"`
	}
	if wire.Decode(raw, &d) == nil {
		r.in.Content = strings.TrimSpace(wire.Clean(d.Emoji) + " " + string(d.Value))
	}
}

type line struct {
	Text string `json:"text"`
}

func (r *reader) poll(raw json.RawMessage) {
	var p struct {
		Question string          `json:"question"`
		Options  json.RawMessage `json:"options"`
	}
	if wire.Decode(raw, &p) == nil {
		r.list(p.Question, wire.Each[line](p.Options))
	}
}

func (r *reader) checklist(raw json.RawMessage) {
	var c struct {
		Title string          `json:"title"`
		Tasks json.RawMessage `json:"tasks"`
	}
	if wire.Decode(raw, &c) == nil {
		r.list(c.Title, wire.Each[line](c.Tasks))
	}
}

func (r *reader) list(title string, lines []line) {
	all := []string{wire.Clean(title)}
	for _, l := range lines[:min(len(lines), 100)] {
		all = append(all, "- "+wire.Clean(l.Text))
	}
	r.in.Content = wire.Clip(strings.TrimSpace(strings.Join(all, "\n")), maxContent)
}

func (r *reader) webApp(raw json.RawMessage) {
	var d struct {
		Data   string `json:"data"`
		Button string `json:"button_text"`
	}
	if wire.Decode(raw, &d) == nil {
		r.in.Content = wire.Clip(wire.Clean(d.Button), maxContent)
		r.in.Extra["web_app_data"] = wire.Clip(wire.Clean(d.Data), maxContent)
	}
}

// placeholder stands for what cannot be shown, so that nothing is lost unseen.
func (r *reader) placeholder(kind string) {
	if r.in.Content == "" {
		r.in.Content = "[" + kind + "]"
	}
	r.in.ContentAttrs["is_unsupported"], r.in.Extra["unsupported"] = true, kind
}
