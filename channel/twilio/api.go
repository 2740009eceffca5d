package twilio

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/gohelpdesk/helpdesk"
	"github.com/gohelpdesk/helpdesk/channel/internal/wire"
)

// api calls Twilio in an account's name.
type api struct {
	http           *http.Client
	account        string // the path of the account: "https://api.twilio.com/2010-04-01/Accounts/AC…"
	core           string // where that path begins
	messaging      string
	content        string
	user, password string
}

func newAPI(o Options, s Settings) api {
	a := api{
		http: o.HTTPClient, core: "https://api.twilio.com", messaging: "https://messaging.twilio.com", content: "https://content.twilio.com",
		user: s.AccountSID, password: s.AuthToken,
	}
	if o.BaseURL != "" {
		a.core, a.messaging, a.content = o.BaseURL, o.BaseURL, o.BaseURL
	}
	a.account = a.core + accountsPath + s.AccountSID
	if s.APIKeySID != "" {
		a.user, a.password = s.APIKeySID, s.APIKeySecret
	}
	return a
}

const accountsPath = "/2010-04-01/Accounts/"

// refusal is an answer that says no.
type refusal struct {
	status int // of HTTP
	code   int // Twilio's; 0 = it is not Twilio that says so
	text   string
	after  time.Duration // what it asks to wait; 0 = it does not say
}

func (r *refusal) Error() string {
	text := wire.Ellipsis(wire.Clean(r.text), 500)
	if text == "" {
		text = "Twilio answered " + strconv.Itoa(r.status)
	}
	return r.codeText() + ": " + text
}

func (r *refusal) codeText() string {
	if r.code == 0 {
		return strconv.Itoa(r.status)
	}
	return strconv.Itoa(r.code)
}

// errCutOff is an answer that said yes, and then could not be read.
var errCutOff = errors.New("the answer is cut off, or no answer of Twilio's")

func (a api) get(ctx context.Context, address string, out any) error {
	return a.call(ctx, http.MethodGet, address, "", nil, out)
}

func (a api) post(ctx context.Context, address string, form url.Values, out any) error {
	return a.call(ctx, http.MethodPost, address, "application/x-www-form-urlencoded", []byte(form.Encode()), out)
}

func (a api) postJSON(ctx context.Context, address string, in, out any) error {
	body, err := json.Marshal(in)
	if err != nil {
		return helpdesk.Permanent(err)
	}
	return a.call(ctx, http.MethodPost, address, "application/json", body, out)
}

// call makes one call and reads the answer into out; nil = it does not matter. The
// error is a *wire.BrokenError, a *refusal, or errCutOff.
func (a api) call(ctx context.Context, method, address, contentType string, body []byte, out any) error {
	r, err := wire.Request(ctx, method, address, contentType, body)
	if err != nil {
		return helpdesk.Permanent(err)
	}
	r.SetBasicAuth(a.user, a.password)
	answer, err := wire.Do(a.http, r)
	if err != nil {
		return err
	}
	if answer.Status/100 == 2 {
		if out != nil && wire.Decode(answer.Body, out) != nil {
			return errCutOff
		}
		return nil
	}
	var no struct {
		Code    wire.Text `json:"code"`
		Message string    `json:"message"`
	}
	_ = wire.Decode(answer.Body, &no) // gateways write pages
	return &refusal{status: answer.Status, code: no.Code.Int(), text: no.Message, after: wire.RetryAfter(answer.Header)}
}

// fail turns what a send came to into what the engine understands; nil stays nil.
func fail(err error, attempt int) error {
	if err == nil {
		return nil
	}
	if broken, ok := errors.AsType[*wire.BrokenError](err); ok {
		if broken.Written {
			return helpdesk.Ambiguous(unavailable("the connection broke before Twilio answered", err))
		}
		return unavailable("Twilio cannot be reached", err)
	}
	if errors.Is(err, errCutOff) {
		return helpdesk.Ambiguous(unavailable("Twilio's answer is cut off", err))
	}
	no, ok := errors.AsType[*refusal](err)
	if !ok {
		return err
	}
	plain := &helpdesk.Error{Code: helpdesk.Invalid, Message: no.Error()}
	switch class(no) {
	case admin:
		plain.Code = helpdesk.Unauthenticated
		return helpdesk.Revoked(plain)
	case unwanted:
		plain.Code = helpdesk.Forbidden
		return helpdesk.Unwanted(plain)
	case slow:
		plain.Code = helpdesk.Limited
		return helpdesk.SlowDown(plain, waitFor(no.after, attempt))
	case unsure:
		return helpdesk.Ambiguous(unavailable(no.Error(), nil))
	case again:
		plain.Code = helpdesk.Unavailable
		if no.after > 0 {
			return helpdesk.RetryAfter(plain, no.after)
		}
		return plain
	default:
		return helpdesk.Permanent(plain)
	}
}

// harmless is fail for a call that may be made again, whatever became of it.
func harmless(err error) error {
	_, broken := errors.AsType[*wire.BrokenError](err)
	if broken || errors.Is(err, errCutOff) {
		return unavailable("Twilio cannot be reached", err)
	}
	if no, ok := errors.AsType[*refusal](err); ok && class(no) == unsure {
		return unavailable(no.Error(), nil)
	}
	return fail(err, 1)
}

// waitFor is what Twilio asks for, or twice as long with every try.
func waitFor(asked time.Duration, attempt int) time.Duration {
	if asked > 0 {
		return asked
	}
	return time.Second << min(max(attempt-1, 0), 8)
}

func unavailable(text string, err error) error {
	return &helpdesk.Error{Code: helpdesk.Unavailable, Message: text, Err: err}
}

func (s *sender) url(format string, args ...any) string {
	return s.api.account + fmt.Sprintf(format, args...)
}
