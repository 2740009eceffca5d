package telegram

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/gohelpdesk/helpdesk"
	"github.com/gohelpdesk/helpdesk/channel/internal/wire"
)

// bot calls the Bot API. Its token is part of every address, so that no address
// may reach a log or an error.
type bot struct {
	http  *http.Client
	base  string
	token string
}

func (b bot) url(method string) string { return b.base + "/bot" + b.token + "/" + method }

// refusal is an answer that says no.
type refusal struct {
	code  int
	text  string
	after time.Duration // what it asks to wait; 0 = it does not say
	chat  string        // what the chat is called since it became a supergroup
}

func (r *refusal) Error() string { return fmt.Sprintf("%d: %s", r.code, r.text) }

// says reports whether the refusal is one of these. Telegram has no codes for
// them, and changes their case.
func (r *refusal) says(any ...string) bool {
	text := strings.ToLower(r.text)
	for _, one := range any {
		if strings.Contains(text, one) {
			return true
		}
	}
	return false
}

// callPatience is how long a call without files may take.
const callPatience = 30 * time.Second

// errCutOff is an answer that said nothing.
var errCutOff = errors.New("the answer is cut off, or no answer of Telegram's")

// call makes one call and reads its result into out; nil = it does not matter. The
// error is a *wire.BrokenError, a *refusal, or errCutOff.
func (b bot) call(ctx context.Context, method string, params map[string]any, out any) error {
	body, err := json.Marshal(params)
	if err != nil {
		return helpdesk.Permanent(err)
	}
	ctx, cancel := context.WithTimeout(ctx, callPatience)
	defer cancel()
	r, err := wire.Request(ctx, http.MethodPost, b.url(method), "application/json", body)
	if err != nil {
		return helpdesk.Permanent(err)
	}
	return b.do(r, out)
}

func (b bot) do(r *http.Request, out any) error {
	res, err := wire.Open(b.http, r)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	body, err := io.ReadAll(io.LimitReader(res.Body, wire.MaxAnswer))
	if err != nil {
		return errCutOff
	}
	var a struct {
		OK          bool            `json:"ok"`
		Result      json.RawMessage `json:"result"`
		Code        wire.Text       `json:"error_code"`
		Description string          `json:"description"`
		Parameters  struct {
			After wire.Text `json:"retry_after"`
			Chat  wire.Text `json:"migrate_to_chat_id"`
		} `json:"parameters"`
	}
	junk := wire.Decode(body, &a) != nil
	switch {
	case !junk && a.OK && res.StatusCode/100 == 2:
		if out != nil && wire.Decode(a.Result, out) != nil {
			return errCutOff
		}
		return nil
	case res.StatusCode/100 == 2 && (junk || a.Code == "" && a.Description == ""):
		return errCutOff
	}
	no := &refusal{code: a.Code.Int(), text: wire.Ellipsis(wire.Clean(a.Description), 300), chat: string(a.Parameters.Chat)}
	if no.code == 0 {
		no.code = res.StatusCode
	}
	if no.text == "" {
		no.text = http.StatusText(no.code)
	}
	if no.after = time.Duration(a.Parameters.After.Int()) * time.Second; no.after <= 0 {
		no.after = wire.RetryAfter(res.Header)
	}
	no.after = min(no.after, 24*time.Hour)
	return no
}

// fail turns what a call came to into what the engine understands.
func fail(err error) error {
	if err == nil {
		return nil
	}
	if broken, ok := errors.AsType[*wire.BrokenError](err); ok {
		if broken.Written {
			return helpdesk.Ambiguous(unavailable("the connection broke before Telegram answered", err))
		}
		return unavailable("Telegram cannot be reached", err)
	}
	if errors.Is(err, errCutOff) {
		return helpdesk.Ambiguous(unavailable("Telegram's answer is cut off", err))
	}
	no, ok := errors.AsType[*refusal](err)
	if !ok {
		return err
	}
	plain := &helpdesk.Error{Code: helpdesk.Invalid, Message: no.Error()}
	switch {
	case no.code == http.StatusUnauthorized, no.code == http.StatusNotFound: // 404 is a token of no bot
		plain.Code = helpdesk.Unauthenticated
		return helpdesk.Revoked(plain)
	case no.code == http.StatusTooManyRequests: // it does not say whether the chat or the bot is too quick
		plain.Code = helpdesk.Limited
		return helpdesk.SlowDown(plain, max(no.after, time.Second))
	case no.code == http.StatusConflict, no.code >= http.StatusInternalServerError:
		plain.Code = helpdesk.Unavailable
		if no.after > 0 {
			return helpdesk.RetryAfter(plain, no.after)
		}
		return plain
	case no.code == http.StatusForbidden:
		plain.Code = helpdesk.Forbidden
	}
	return helpdesk.Permanent(plain)
}

func unavailable(text string, err error) error {
	return &helpdesk.Error{Code: helpdesk.Unavailable, Message: text, Err: err}
}
