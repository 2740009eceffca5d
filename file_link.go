package helpdesk

import (
	"context"
	"io"
	"net/url"
	"strings"
	"time"
)

// SentFilePath is where handlers serve the files of messages to providers that
// fetch them, the token and a slash and a name behind it: OutboundFile.Link leads
// there, below Options.PublicURL.
const SentFilePath = "/hooks/files/"

const (
	sentFiles    = "sent file"
	sentFileLife = 24 * time.Hour // some providers queue for hours before they fetch
)

type sentFileTicket struct {
	Account    AccountID    `json:"a"`
	Attachment AttachmentID `json:"f"`
}

// linkFile makes the address at which a provider fetches an attachment.
func (e *Engine) linkFile(a *Attachment) (string, error) {
	switch {
	case a.Blob == "" && a.URL != "":
		return a.URL, nil
	case e.opts.PublicURL == "":
		return "", Errorf(Unsupported, "the desk has no public address at which the provider could fetch the file")
	}
	token, err := e.SealToken(sentFiles, sentFileTicket{a.Account, a.ID}, e.now().Add(sentFileLife))
	if err != nil {
		return "", err
	}
	name := a.Name
	if name == "" {
		name = "file"
	}
	return strings.TrimSuffix(e.opts.PublicURL, "/") + SentFilePath + token + "/" + url.PathEscape(name), nil
}

// OpenSentFile returns the file behind an OutboundFile.Link; the caller closes it.
// A forged link, one that is over, and one whose message has gone are the same
// NotFound.
func (e *Engine) OpenSentFile(ctx context.Context, token string) (*Attachment, io.ReadSeekCloser, error) {
	var t sentFileTicket
	if err := e.OpenToken(sentFiles, token, &t); err != nil {
		return nil, nil, err
	}
	d := e.As(e.System(t.Account))
	a, err := d.Messages.Attachment(ctx, t.Attachment)
	if err != nil {
		return nil, nil, err
	}
	content, err := d.Messages.OpenFile(ctx, a)
	return a, content, err
}
