package wire

import (
	"bytes"
	"cmp"
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gohelpdesk/helpdesk"
)

// Graph is Meta's API, which WhatsApp, Messenger and Instagram share.
type Graph struct {
	HTTP    *http.Client // of Client
	Base    string       // "https://graph.facebook.com"
	Version string       // "v25.0"; "" = addresses without one
	Token   string
	Proof   string // "appsecret_proof", where the app is known; "" = none. See Proof
}

// Proof is what shows that whoever holds a token holds the app's secret as well.
func Proof(token, secret string) string { return hex.EncodeToString(digest(secret, []byte(token))) }

// URL is the address of a path below the version.
func (g Graph) URL(path string, query url.Values) string {
	address := strings.TrimRight(g.Base, "/") + "/"
	if g.Version != "" {
		address += g.Version + "/"
	}
	address += strings.TrimLeft(path, "/")
	if g.Proof != "" {
		query = maps.Clone(query)
		if query == nil {
			query = url.Values{}
		}
		query.Set("appsecret_proof", g.Proof)
	}
	if len(query) > 0 {
		address += "?" + query.Encode()
	}
	return address
}

// Get reads path into out.
func (g Graph) Get(ctx context.Context, path string, query url.Values, out any) error {
	return g.call(ctx, http.MethodGet, path, query, nil, out)
}

// Post writes in to path and reads the answer into out; nil = it does not matter.
func (g Graph) Post(ctx context.Context, path string, in, out any) error {
	body, err := json.Marshal(in)
	if err != nil {
		return helpdesk.Permanent(err)
	}
	return g.call(ctx, http.MethodPost, path, nil, body, out)
}

// Delete removes what is at path.
func (g Graph) Delete(ctx context.Context, path string, query url.Values) error {
	return g.call(ctx, http.MethodDelete, path, query, nil, nil)
}

func (g Graph) call(ctx context.Context, method, path string, query url.Values, body []byte, out any) error {
	contentType := ""
	if body != nil {
		contentType = "application/json"
	}
	r, err := Request(ctx, method, g.URL(path, query), contentType, body)
	if err != nil {
		return helpdesk.Permanent(err)
	}
	return g.Do(r, out)
}

// Do makes a call of whatever kind with the token, and reads the answer into out.
// The error is a *BrokenError, a *GraphError, or a *JunkError where the answer is
// cut off or no JSON.
func (g Graph) Do(r *http.Request, out any) error {
	if r.Header.Get("Authorization") == "" && g.Token != "" {
		r.Header.Set("Authorization", "Bearer "+g.Token)
	}
	answer, err := Do(g.HTTP, r)
	if err != nil {
		return err
	}
	if failure := readGraphError(answer); failure != nil {
		return failure
	}
	if out == nil {
		return nil
	}
	if err := Decode(answer.Body, out); err != nil {
		return &JunkError{err}
	}
	return nil
}

// JunkError is an answer that said yes and then could not be read.
type JunkError struct{ Err error }

func (e *JunkError) Error() string { return "the answer cannot be read: " + e.Err.Error() }

// Unwrap gives the cause.
func (e *JunkError) Unwrap() error { return e.Err }

// GraphError is a refusal.
type GraphError struct {
	Status    int // of HTTP
	Code      int
	Subcode   int
	Type      string
	Message   string
	Details   string // what is wrong exactly; branch on it and on Code, never on a title
	Text      string // for people
	Transient bool
	After     time.Duration // what the provider asks to wait; 0 = it does not say
}

func (e *GraphError) Error() string {
	text := e.Message
	for _, more := range []string{e.Details, e.Text} {
		if more != "" && !strings.Contains(text, more) {
			text += ": " + more
		}
	}
	if text == "" {
		text = fmt.Sprint("the provider answered ", e.Status)
	}
	return Ellipsis(Clean(text), 500)
}

// CodeText is the code as receipts carry it.
func (e *GraphError) CodeText() string {
	if e.Code == 0 && e.Type == "" {
		return strconv.Itoa(e.Status)
	}
	return strconv.Itoa(e.Code)
}

type graphErrorBody struct {
	Message   string          `json:"message"`
	Type      string          `json:"type"`
	Code      Text            `json:"code"`
	Subcode   Text            `json:"error_subcode"`
	Data      json.RawMessage `json:"error_data"`
	Transient bool            `json:"is_transient"`
	Text      string          `json:"error_user_msg"`
}

func readGraphError(a *Answer) *GraphError {
	var body struct {
		Error json.RawMessage `json:"error"`
	}
	junk := Decode(a.Body, &body) != nil
	if a.Status/100 == 2 && (junk || len(body.Error) == 0 || string(body.Error) == "null") {
		return nil
	}
	e := &GraphError{Status: a.Status, After: RetryAfter(a.Header)}
	var b graphErrorBody
	if Decode(body.Error, &b) == nil {
		e.Message, e.Type, e.Code, e.Subcode = b.Message, b.Type, b.Code.Int(), b.Subcode.Int()
		e.Transient, e.Text, e.Details = b.Transient, b.Text, ErrorDetails(b.Data)
		if e.Message == "" {
			_ = Decode(body.Error, &e.Message) // gateways write a plain text
		}
	}
	return e
}

// ErrorDetails reads error_data, which is an object or a plain text.
func ErrorDetails(raw json.RawMessage) string {
	var text string
	if Decode(raw, &text) == nil && text != "" {
		return text
	}
	var data struct {
		Details string `json:"details"`
	}
	if Decode(raw, &data) != nil {
		return ""
	}
	return data.Details
}

// Class is what a refusal means for what was to be done.
type Class int

// The classes of refusals.
const (
	ClassPermanent Class = iota // this message never goes
	ClassRetry                  // nothing was sent; later it may work
	ClassPair                   // later, for this recipient
	ClassSlow                   // later, for everything that the inbox sends
	ClassSpam                   // likewise, since people complain
	ClassAdmin                  // nothing goes until somebody mends the inbox
)

// GraphClass is the class of a refusal whose code means the same everywhere in
// Graph, and of one that has none.
func GraphClass(e *GraphError) Class {
	switch code := e.Code; {
	case code == 0 && e.Type == "" && e.Status == http.StatusTooManyRequests:
		return ClassSlow
	case code == 0 && e.Type == "" && e.Status >= 500, code == 1, code == 2, e.Transient:
		return ClassRetry
	case code == 0 && e.Type == "" && e.Status != http.StatusUnauthorized:
		return ClassPermanent
	case code == 0, code == 190, code == 102, code == 3, code == 10, code >= 200 && code <= 299, code == 368:
		return ClassAdmin
	case code == 4, code == 17, code == 32, code == 613:
		return ClassSlow
	case e.Status >= 500:
		return ClassRetry
	}
	return ClassPermanent
}

// Fail turns what a send came to into what the engine understands. class knows the
// provider's own codes; attempt, from 1, makes waits longer where the provider does
// not say how long. nil stays nil.
func Fail(err error, attempt int, class func(*GraphError) Class) error {
	if broken, ok := errors.AsType[*BrokenError](err); ok {
		if broken.Written {
			return helpdesk.Ambiguous(unavailable("the connection broke before the provider answered", err))
		}
		return unavailable("the provider cannot be reached", err)
	}
	if _, ok := errors.AsType[*JunkError](err); ok {
		return helpdesk.Ambiguous(unavailable("the provider's answer is cut off", err))
	}
	refusal, ok := errors.AsType[*GraphError](err)
	if !ok {
		return err
	}
	plain := &helpdesk.Error{Code: helpdesk.Invalid, Message: refusal.CodeText() + ": " + refusal.Error()}
	switch class(refusal) {
	case ClassAdmin:
		return helpdesk.Revoked(plain)
	case ClassSlow:
		plain.Code = helpdesk.Limited
		return helpdesk.SlowDown(plain, waitFor(refusal.After, attempt, 15*time.Second))
	case ClassSpam:
		plain.Code = helpdesk.Limited
		return helpdesk.Complained(plain, waitFor(refusal.After, attempt, 15*time.Second))
	case ClassPair:
		plain.Code = helpdesk.Limited
		return helpdesk.RetryAfter(plain, waitFor(refusal.After, attempt, 4*time.Second))
	case ClassRetry:
		plain.Code = helpdesk.Unavailable
		if refusal.After > 0 {
			return helpdesk.RetryAfter(plain, refusal.After)
		}
		return plain
	default:
		return helpdesk.Permanent(plain)
	}
}

func unavailable(text string, err error) error {
	return &helpdesk.Error{Code: helpdesk.Unavailable, Message: text, Err: err}
}

// waitFor is what the provider asks for, or 4 times as long with every try.
func waitFor(asked time.Duration, attempt int, first time.Duration) time.Duration {
	if asked > 0 {
		return asked
	}
	wait := first
	for range min(max(attempt-1, 0), 6) {
		wait *= 4
	}
	return min(wait, time.Hour)
}

// FormFile is a file on its way to a provider. Size is in bytes; -1 = not known.
type FormFile struct {
	Field       string // of the form; "" = "file"
	Name        string
	ContentType string
	Size        int64
	Body        io.Reader
}

// Multipart posts one file as a form, streamed: it is never held in memory.
func (g Graph) Multipart(ctx context.Context, path string, fields map[string]string, f FormFile, out any) error {
	const boundary = "helpdesk-7d1c4f0a2b9e4c55a1f0"
	var head bytes.Buffer
	for _, key := range slices.Sorted(maps.Keys(fields)) {
		fmt.Fprintf(&head, "--%s\r\nContent-Disposition: form-data; name=\"%s\"\r\n\r\n%s\r\n", boundary, quoted(key), fields[key])
	}
	fmt.Fprintf(&head, "--%s\r\nContent-Disposition: form-data; name=\"%s\"; filename=\"%s\"\r\nContent-Type: %s\r\n\r\n",
		boundary, quoted(cmp.Or(f.Field, "file")), quoted(f.Name), strings.Map(printable, f.ContentType))
	tail := "\r\n--" + boundary + "--\r\n"
	length := int64(head.Len()+len(tail)) + f.Size
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, g.URL(path, nil), io.MultiReader(&head, f.Body, strings.NewReader(tail)))
	if err != nil {
		return helpdesk.Permanent(hidden(err))
	}
	if f.Size >= 0 {
		r.ContentLength = length
	}
	r.Header.Set("Content-Type", "multipart/form-data; boundary="+boundary)
	return g.Do(r, out)
}
