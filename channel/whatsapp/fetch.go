package whatsapp

import (
	"context"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"io"
	"net/http"
	"net/url"

	"github.com/gohelpdesk/helpdesk"
	"github.com/gohelpdesk/helpdesk/channel/internal/wire"
)

// Fetch implements helpdesk.Fetcher. A file's address lives for five minutes, so
// it is asked for anew each time, and once more when it has gone meanwhile.
func (w *sender) Fetch(ctx context.Context, ref string) (*helpdesk.FetchedFile, error) {
	var last error
	for range 2 {
		f, gone, err := w.fetch(ctx, ref)
		if !gone {
			return f, err
		}
		last = err
	}
	return nil, last
}

func (w *sender) fetch(ctx context.Context, ref string) (f *helpdesk.FetchedFile, gone bool, err error) {
	var where struct {
		URL      string `json:"url"`
		MimeType string `json:"mime_type"`
		SHA256   string `json:"sha256"`
	}
	query := url.Values{"phone_number_id": {w.s.PhoneNumberID}}
	if err := w.graph.Get(ctx, url.PathEscape(ref), query, &where); err != nil {
		return nil, false, wire.Fail(repeatable(err), 1, class)
	}
	address, err := url.Parse(where.URL)
	if err != nil || address.Scheme != "https" && address.Scheme != "http" || address.Host == "" {
		return nil, false, helpdesk.Permanent(helpdesk.Errorf(helpdesk.Invalid, "the provider names no address of the file"))
	}
	if address.Scheme == "http" && len(w.o.BaseURL) > 5 && w.o.BaseURL[:5] == "https" {
		return nil, false, helpdesk.Permanent(helpdesk.Errorf(helpdesk.Invalid, "the file's address is not safe for the token"))
	}
	r, err := wire.Request(ctx, http.MethodGet, where.URL, "", nil)
	if err != nil {
		return nil, false, helpdesk.Permanent(err)
	}
	r.Header.Set("Authorization", "Bearer "+w.s.APIKey)
	r.Header.Set("User-Agent", "helpdesk/1.0") // without one the file is refused
	res, err := wire.Open(w.o.HTTPClient, r)
	if err != nil {
		return nil, false, wire.Fail(repeatable(err), 1, class)
	}
	switch {
	case res.StatusCode == http.StatusOK:
		return &helpdesk.FetchedFile{Body: res.Body, ContentType: where.MimeType, SHA256: digest(where.SHA256)}, false, nil
	case res.StatusCode == http.StatusUnauthorized, res.StatusCode == http.StatusForbidden, res.StatusCode == http.StatusNotFound:
		gone = true
	}
	_, _ = io.CopyN(io.Discard, res.Body, 4096)
	if err := res.Body.Close(); err != nil {
		return nil, gone, err
	}
	failure := helpdesk.Errorf(helpdesk.Unavailable, "the provider answered %d for the file", res.StatusCode)
	if wait := wire.RetryAfter(res.Header); wait > 0 {
		return nil, gone, helpdesk.RetryAfter(failure, wait)
	}
	return nil, gone, failure
}

// digest reads a SHA-256 in hex or base64; nil = neither.
func digest(s string) []byte {
	for _, decode := range []func(string) ([]byte, error){hex.DecodeString, base64.StdEncoding.DecodeString, base64.URLEncoding.DecodeString} {
		if sum, err := decode(s); err == nil && len(sum) == 32 {
			return sum
		}
	}
	return nil
}

// MarkRead implements helpdesk.Marker. WhatsApp takes all that came before as read
// too.
func (w *sender) MarkRead(ctx context.Context, _, externalID string) error {
	return w.mark(ctx, externalID, false)
}

// TypingReply implements helpdesk.ReplyTyper: WhatsApp shows it for 25 seconds, or
// until the answer comes, and takes the message as read.
func (w *sender) TypingReply(ctx context.Context, _, externalID string) error {
	return w.mark(ctx, externalID, true)
}

func (w *sender) mark(ctx context.Context, externalID string, typing bool) error {
	if externalID == "" {
		return helpdesk.Permanent(errors.New("there is no message to mark"))
	}
	request := object{"messaging_product": "whatsapp", "status": "read", "message_id": externalID}
	if typing {
		request["typing_indicator"] = object{"type": "text"}
	}
	return wire.Fail(repeatable(w.graph.Post(ctx, w.s.PhoneNumberID+"/messages", request, nil)), 1, class)
}
