package chatwoot

import (
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/gohelpdesk/helpdesk"
)

// readTime reads a time as clients send it: epoch seconds or ISO 8601.
func readTime(s string) (time.Time, error) {
	if n, err := strconv.ParseInt(s, 10, 64); err == nil {
		return time.Unix(n, 0).UTC(), nil
	}
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05", time.DateTime, time.DateOnly} {
		if t, err := time.Parse(layout, s); err == nil {
			return t.UTC(), nil
		}
	}
	return time.Time{}, helpdesk.Errorf(helpdesk.Invalid, "%q is not a time", s)
}

// messageInput is a message as agents, bots and clients send it.
type messageInput struct {
	Content      string             `in:"content"`
	Type         string             `in:"message_type"`
	Private      bool               `in:"private"`
	ContentType  string             `in:"content_type"`
	ContentAttrs map[string]any     `in:"content_attributes"`
	EchoID       string             `in:"echo_id"`
	SourceID     string             `in:"source_id"`
	ExternalAt   any                `in:"external_created_at"`
	CampaignID   any                `in:"campaign_id"`
	Template     map[string]any     `in:"template_params"`
	CC           string             `in:"cc_emails"`
	BCC          string             `in:"bcc_emails"`
	To           string             `in:"to_emails"`
	AsOf         helpdesk.MessageID `in:"as_of"`       // additions: refuse when the conversation moved on,
	OwnerEpoch   int64              `in:"owner_epoch"` // or changed hands
	SenderType   string             `in:"sender_type"` // "AgentBot": in the name of a bot,
	SenderID     any                `in:"sender_id"`   // this one
	Files        []any              `in:"attachments"` // files, and ids of uploads
}

// reply is the engine's form of an outgoing message. The caller calls close once
// it is stored.
func (in messageInput) reply() (r helpdesk.Reply, closeFiles func(), err error) {
	given, uploads, err := in.attachments()
	if err != nil {
		return r, nil, err
	}
	files, closeFiles, err := openFiles(given)
	if err != nil {
		return r, nil, err
	}
	return helpdesk.Reply{
		Content: in.Content, Private: in.Private, ContentType: in.ContentType, ContentAttrs: in.contentAttributes(), Extra: in.extra(),
		Files: files, Uploads: uploads, EchoID: in.EchoID, ExternalID: in.SourceID, AsOf: in.AsOf, OwnerEpoch: in.OwnerEpoch,
		Bot: senderBot(in.SenderType, in.SenderID),
	}, closeFiles, nil
}

// contentAttributes collects what Chatwoot keeps beside a message's text.
func (in messageInput) contentAttributes() map[string]any {
	out := object(in.ContentAttrs)
	for key, mails := range map[string]string{"cc_emails": in.CC, "bcc_emails": in.BCC, "to_emails": in.To} {
		if mails != "" {
			out[key] = strings.Split(strings.ReplaceAll(mails, " ", ""), ",")
		}
	}
	if in.ExternalAt != nil {
		out["external_created_at"] = in.ExternalAt
	}
	return out
}

func (in messageInput) extra() map[string]any {
	out := make(map[string]any)
	if in.CampaignID != nil {
		out["campaign_id"] = in.CampaignID
	}
	if in.Template != nil {
		out["template_params"] = in.Template
	}
	return out
}

// inbound is the engine's form of a customer's message.
func (in messageInput) inbound(source string, display helpdesk.DisplayID) (helpdesk.Inbound, error) {
	out := helpdesk.Inbound{
		ExternalID: in.SourceID, From: helpdesk.Person{Source: source}, Content: in.Content, ContentType: in.ContentType,
		ContentAttrs: in.contentAttributes(), Extra: in.extra(), EchoID: in.EchoID, Conversation: display,
	}
	given, uploads, err := in.attachments()
	if err != nil {
		return out, err
	}
	for _, token := range uploads {
		out.Attachments = append(out.Attachments, helpdesk.InboundFile{Upload: token})
	}
	for _, f := range given {
		content, err := readFile(f)
		if err != nil {
			return out, err
		}
		out.Attachments = append(out.Attachments, helpdesk.InboundFile{Name: f.Filename, ContentType: f.Header.Get("Content-Type"), Data: content})
	}
	return out, nil
}

// attachments tells the files of a request from the ids of those uploaded before.
func (in messageInput) attachments() (files []*multipart.FileHeader, uploads []string, err error) {
	for _, item := range in.Files {
		switch v := item.(type) {
		case *multipart.FileHeader:
			files = append(files, v)
		case string:
			uploads = append(uploads, v)
		default:
			return nil, nil, &helpdesk.Error{Code: helpdesk.Invalid, Fields: map[string]string{"attachments": "must be files"}}
		}
	}
	return files, uploads, nil
}

// openFile opens a file that may be given; nil when it is not. The caller calls
// close.
func openFile(h *multipart.FileHeader) (f *helpdesk.File, closeFile func(), err error) {
	if h == nil {
		return nil, func() {}, nil
	}
	files, closeFile, err := openFiles([]*multipart.FileHeader{h})
	if err != nil {
		return nil, nil, err
	}
	return &files[0], closeFile, nil
}

func openFiles(headers []*multipart.FileHeader) ([]helpdesk.File, func(), error) {
	var open []multipart.File
	closeAll := func() {
		for _, f := range open {
			_ = f.Close() // read-only
		}
	}
	files := make([]helpdesk.File, 0, len(headers))
	for _, h := range headers {
		f, err := h.Open()
		if err != nil {
			closeAll()
			return nil, nil, err
		}
		open = append(open, f)
		files = append(files, helpdesk.File{Name: h.Filename, ContentType: h.Header.Get("Content-Type"), Data: f})
	}
	return files, closeAll, nil
}

func readFile(h *multipart.FileHeader) ([]byte, error) {
	f, err := h.Open()
	if err != nil {
		return nil, err
	}
	content, err := io.ReadAll(f)
	return content, errors.Join(err, f.Close())
}

// errSwitchedOff is the answer to a customer's message in an inbox that keeps
// what it is sent and makes no message of it.
func errSwitchedOff() error {
	return refused(http.StatusUnprocessableEntity, "This inbox is switched off")
}
