package twilio

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/gohelpdesk/helpdesk"
	"github.com/gohelpdesk/helpdesk/channel/internal/wire"
)

// maxRedirects is how often a file may be somewhere else.
const maxRedirects = 5

// Fetch implements helpdesk.Fetcher. ref is the path of a file that Twilio keeps:
// the account's credentials go to Twilio alone, and not along to wherever the file
// turns out to be.
func (s *sender) Fetch(ctx context.Context, ref string) (*helpdesk.FetchedFile, error) {
	if ref == "" || mediaPath.FindString(ref) != ref {
		return nil, helpdesk.Permanent(helpdesk.Errorf(helpdesk.Invalid, "the file is none of Twilio's"))
	}
	address := s.api.core + ref
	for hop := range maxRedirects {
		r, err := wire.Request(ctx, http.MethodGet, address, "", nil)
		if err != nil {
			return nil, helpdesk.Permanent(err)
		}
		if hop == 0 {
			r.SetBasicAuth(s.api.user, s.api.password)
		}
		res, err := wire.Open(s.api.http, r)
		if err != nil {
			return nil, harmless(err)
		}
		if res.StatusCode == http.StatusOK {
			return &helpdesk.FetchedFile{Body: res.Body, ContentType: res.Header.Get("Content-Type")}, nil
		}
		_, _ = io.CopyN(io.Discard, res.Body, 4096)
		_ = res.Body.Close() // nobody reads the rest
		next, redirected := redirection(address, res)
		if !redirected {
			return nil, refusedFile(res)
		}
		if next == "" || strings.HasPrefix(address, "https://") && !strings.HasPrefix(next, "https://") {
			return nil, helpdesk.Permanent(helpdesk.Errorf(helpdesk.Invalid, "the file is at an address that is not safe"))
		}
		address = next
	}
	return nil, helpdesk.Permanent(helpdesk.Errorf(helpdesk.Invalid, "the file is moved about"))
}

// redirection is where a file is instead; "" = at no address of the web.
func redirection(from string, res *http.Response) (next string, redirected bool) {
	switch res.StatusCode {
	case http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther, http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
	default:
		return "", false
	}
	base, err := url.Parse(from)
	if err != nil {
		return "", true
	}
	to, err := base.Parse(res.Header.Get("Location"))
	if err != nil || to.Scheme != "https" && to.Scheme != "http" || to.Host == "" {
		return "", true
	}
	return to.String(), true
}

// refusedFile is why there is no file. One that is not there may still come: Twilio
// tells of messages before it has copied their files everywhere.
func refusedFile(res *http.Response) error {
	switch {
	case res.StatusCode == http.StatusUnauthorized, res.StatusCode == http.StatusForbidden:
		return helpdesk.Permanent(helpdesk.Errorf(helpdesk.Unauthenticated, "Twilio does not give the file (%d)", res.StatusCode))
	case res.StatusCode == http.StatusGone:
		return helpdesk.Permanent(helpdesk.Errorf(helpdesk.NotFound, "Twilio has the file no more"))
	}
	failure := helpdesk.Errorf(helpdesk.Unavailable, "Twilio did not give the file (%d)", res.StatusCode)
	if wait := wire.RetryAfter(res.Header); wait > 0 {
		return helpdesk.RetryAfter(failure, wait)
	}
	return failure
}

// TypingReply implements helpdesk.ReplyTyper: WhatsApp shows it for 25 seconds, or
// until the answer comes, and takes the message as read.
func (w *whatsApp) TypingReply(ctx context.Context, _, externalID string) error {
	form := url.Values{"messageId": {externalID}, "channel": {WhatsApp}}
	return harmless(w.api.post(ctx, w.api.messaging+"/v2/Indicators/Typing.json", form, nil))
}
