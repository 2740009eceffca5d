package channeltest

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/gohelpdesk/helpdesk"
)

// FakeKind is the kind of Fake's inboxes.
const FakeKind helpdesk.ChannelKind = "fake"

// Fake is a channel for tests of hosts. It records what is sent, answers as it
// was told to, and understands a webhook of its own (see Post), so that a whole
// scenario runs offline. The zero value accepts everything. It is safe for
// concurrent use, and must not be copied.
//
// Its settings, all optional:
//
//	{"secret": "s3cret", "address": "+5511999990000", "repeatable": true, "reply_window_hours": 24, "max_length": 100, "per_minute": 60, "opt_out_words": true}
//
// secret signs webhook calls, "fake" when it is left out; address is the
// provider's name of the inbox; repeatable says that the provider recognises a repeated message;
// longer texts than max_length do not fit, more messages than per_minute wait, and
// its customers expect words like STOP to be heeded when opt_out_words says so.
type Fake struct {
	mu     sync.Mutex
	sent   []*helpdesk.Outbound
	known  map[helpdesk.MessageID]string // external ids, for repeats
	script []Outcome
	moved  chan struct{} // closed at the next Send
	files  map[string][]byte
	told   []string
	health helpdesk.Health
}

// Outcome is what comes of one Send.
type Outcome func(ctx context.Context, out *helpdesk.Outbound) (helpdesk.Receipt, error)

// Accept is a provider that takes the message and calls it id; "" gives it none.
func Accept(id string) Outcome {
	return func(context.Context, *helpdesk.Outbound) (helpdesk.Receipt, error) {
		return helpdesk.Receipt{ExternalID: id, State: helpdesk.StateSent}, nil
	}
}

// Refuse is a provider that will never take the message.
func Refuse(code, reason string) Outcome {
	return func(context.Context, *helpdesk.Outbound) (helpdesk.Receipt, error) {
		return helpdesk.Receipt{Code: code, Reason: reason}, helpdesk.Permanent(helpdesk.Errorf(helpdesk.Invalid, "%s", reason))
	}
}

// Retry is a provider that is busy and says for how long; 0 = it does not say.
// Nothing was sent.
func Retry(after time.Duration) Outcome {
	return func(context.Context, *helpdesk.Outbound) (helpdesk.Receipt, error) {
		err := helpdesk.Errorf(helpdesk.Unavailable, "the provider is busy")
		if after > 0 {
			return helpdesk.Receipt{}, helpdesk.RetryAfter(err, after)
		}
		return helpdesk.Receipt{}, err
	}
}

// SlowDown is a provider that asks for a pause of everything.
func SlowDown(after time.Duration) Outcome {
	return func(context.Context, *helpdesk.Outbound) (helpdesk.Receipt, error) {
		return helpdesk.Receipt{}, helpdesk.SlowDown(helpdesk.Errorf(helpdesk.Limited, "too much at once"), after)
	}
}

// Lose is a connection that broke after the request was written: nobody knows
// whether the provider took the message.
func Lose() Outcome {
	return func(context.Context, *helpdesk.Outbound) (helpdesk.Receipt, error) {
		return helpdesk.Receipt{}, helpdesk.Ambiguous(helpdesk.Errorf(helpdesk.Unavailable, "the connection broke"))
	}
}

// Revoke is a provider that takes nothing more from the inbox.
func Revoke(reason string) Outcome {
	return func(context.Context, *helpdesk.Outbound) (helpdesk.Receipt, error) {
		return helpdesk.Receipt{}, helpdesk.Revoked(helpdesk.Errorf(helpdesk.Unauthenticated, "%s", reason))
	}
}

// Unwanted is a provider whom the customer has told to stop.
func Unwanted(code, reason string) Outcome {
	return func(context.Context, *helpdesk.Outbound) (helpdesk.Receipt, error) {
		return helpdesk.Receipt{Code: code, Reason: reason}, helpdesk.Unwanted(helpdesk.Errorf(helpdesk.Forbidden, "%s", reason))
	}
}

// AcceptAs is Accept by a provider that writes the customer's address otherwise.
func AcceptAs(id, source string) Outcome {
	return func(context.Context, *helpdesk.Outbound) (helpdesk.Receipt, error) {
		return helpdesk.Receipt{ExternalID: id, State: helpdesk.StateSent, Source: source}, nil
	}
}

// Hold is a provider that does not answer until released is closed, and then as
// in then. When the caller's context ends first, it is lost.
func Hold(released <-chan struct{}, then Outcome) Outcome {
	return func(ctx context.Context, out *helpdesk.Outbound) (helpdesk.Receipt, error) {
		select {
		case <-released:
			return then(ctx, out)
		case <-ctx.Done():
			return helpdesk.Receipt{}, helpdesk.Ambiguous(ctx.Err())
		}
	}
}

// Then tells the fake what comes of the next Sends, one outcome each. When all
// are used up it accepts again, under ids of its own ("fake-1", "fake-2"…).
func (f *Fake) Then(outcomes ...Outcome) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.script = append(f.script, outcomes...)
}

// Sent returns what was handed to Send so far, refused or not, in order.
func (f *Fake) Sent() []*helpdesk.Outbound {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.sent)
}

// Wait returns once n messages in all were handed to Send; one of them may still
// be held.
func (f *Fake) Wait(ctx context.Context, n int) error {
	for {
		f.mu.Lock()
		enough, moved := len(f.sent) >= n, f.next()
		f.mu.Unlock()
		if enough {
			return nil
		}
		select {
		case <-moved:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// next is closed at the next Send. The caller holds mu.
func (f *Fake) next() chan struct{} {
	if f.moved == nil {
		f.moved = make(chan struct{})
	}
	return f.moved
}

// Keep puts a file where inbound messages can name it: see InboundFile.Ref.
func (f *Fake) Keep(ref string, data []byte) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.files == nil {
		f.files = make(map[string][]byte)
	}
	f.files[ref] = data
}

// Told is what the engine told the provider beside messages, in order: "typing
// ann", "typing off ann", "read ann m1", "connect https://…", "disconnect".
func (f *Fake) Told() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.told)
}

func (f *Fake) tell(words ...string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.told = append(f.told, strings.Join(words, " "))
	return nil
}

// Ails sets what the provider says of the inbox from now on; nothing = all is well.
func (f *Fake) Ails(problems ...helpdesk.HealthProblem) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.health.Problems = problems
}

// Kind implements helpdesk.Channel.
func (f *Fake) Kind() helpdesk.ChannelKind { return FakeKind }

// Open implements helpdesk.Channel.
func (f *Fake) Open(settings json.RawMessage) (helpdesk.Sender, error) {
	var given map[string]json.RawMessage
	if err := json.Unmarshal(settings, &given); err != nil {
		return nil, &helpdesk.Error{Code: helpdesk.Invalid, Message: "the settings must be a JSON object", Err: err}
	}
	s, wrong := &fakeSender{fake: f, secret: defaultSecret}, map[string]string{}
	fields := map[string]any{"secret": &s.secret, "address": &s.address, "repeatable": &s.repeatable, "reply_window_hours": &s.hours, "max_length": &s.maxLength, "per_minute": &s.perMinute, "opt_out_words": &s.optOut}
	for key, value := range given {
		if field := fields[key]; field == nil {
			wrong[key] = "is not a setting of this channel"
		} else if json.Unmarshal(value, field) != nil {
			wrong[key] = "is of the wrong type"
		}
	}
	if len(wrong) > 0 {
		return nil, &helpdesk.Error{Code: helpdesk.Invalid, Message: "the settings are not right", Fields: wrong}
	}
	return s, nil
}

func (f *Fake) send(ctx context.Context, out *helpdesk.Outbound, repeatable bool) (helpdesk.Receipt, error) {
	if err := ctx.Err(); err != nil {
		return helpdesk.Receipt{}, err
	}
	f.mu.Lock()
	kept := *out
	f.sent = append(f.sent, &kept)
	close(f.next())
	f.moved = nil
	outcome := Accept(fmt.Sprintf("fake-%d", len(f.sent)))
	if id, seen := f.known[out.Message]; seen && repeatable {
		outcome = Accept(id)
	} else if len(f.script) > 0 {
		outcome, f.script = f.script[0], f.script[1:]
	}
	f.mu.Unlock()
	receipt, err := outcome(ctx, out)
	if err == nil {
		f.mu.Lock()
		defer f.mu.Unlock()
		if f.known == nil {
			f.known = make(map[helpdesk.MessageID]string)
		}
		f.known[out.Message] = receipt.ExternalID
	}
	return receipt, err
}

// fakeSender is an opened inbox. It never changes.
type fakeSender struct {
	fake       *Fake
	secret     string
	address    string
	repeatable bool
	hours      uint16
	maxLength  uint16
	perMinute  uint16
	optOut     bool
}

func (s *fakeSender) Send(ctx context.Context, out *helpdesk.Outbound) (helpdesk.Receipt, error) {
	return s.fake.send(ctx, out, s.repeatable)
}

// Fetch implements helpdesk.Fetcher. Names that Keep was not told of are refused.
func (s *fakeSender) Fetch(_ context.Context, ref string) (*helpdesk.FetchedFile, error) {
	s.fake.mu.Lock()
	defer s.fake.mu.Unlock()
	data, ok := s.fake.files[ref]
	if !ok {
		return nil, helpdesk.Permanent(helpdesk.Errorf(helpdesk.NotFound, "the provider has no file %q", ref))
	}
	digest := sha256.Sum256(data)
	return &helpdesk.FetchedFile{Body: io.NopCloser(bytes.NewReader(data)), Name: ref, SHA256: digest[:]}, nil
}

// Fit implements helpdesk.Fitter.
func (s *fakeSender) Fit(out *helpdesk.Outbound) error {
	if s.maxLength > 0 && utf8.RuneCountInString(out.Content) > int(s.maxLength) {
		return &helpdesk.Error{Code: helpdesk.Invalid, Message: "the text is too long", Fields: map[string]string{"content": "is too long for the channel"}}
	}
	return nil
}

// Pace implements helpdesk.Paced.
func (s *fakeSender) Pace(string) []helpdesk.RateLimit {
	if s.perMinute == 0 {
		return nil
	}
	return []helpdesk.RateLimit{{Key: "fake:" + s.address, Max: int(s.perMinute), Per: time.Minute}}
}

// Typing implements helpdesk.Typer.
func (s *fakeSender) Typing(_ context.Context, to string, on bool) error {
	if on {
		return s.fake.tell("typing", to)
	}
	return s.fake.tell("typing off", to)
}

// MarkRead implements helpdesk.Marker.
func (s *fakeSender) MarkRead(_ context.Context, to, externalID string) error {
	return s.fake.tell("read", to, externalID)
}

// Connect implements helpdesk.Connector.
func (s *fakeSender) Connect(_ context.Context, callback string) error {
	return s.fake.tell("connect", callback)
}

// Disconnect implements helpdesk.Disconnector.
func (s *fakeSender) Disconnect(context.Context) error { return s.fake.tell("disconnect") }

// Check implements helpdesk.Checker.
func (s *fakeSender) Check(context.Context) (*helpdesk.Health, error) {
	s.fake.mu.Lock()
	defer s.fake.mu.Unlock()
	return &helpdesk.Health{Problems: slices.Clone(s.fake.health.Problems), Facts: map[string]any{"address": s.address}}, nil
}

func (s *fakeSender) Repeatable() bool { return s.repeatable }

func (s *fakeSender) ReplyWindow() time.Duration { return time.Duration(s.hours) * time.Hour }

// OptOutWords implements helpdesk.OptOuter.
func (s *fakeSender) OptOutWords() bool { return s.optOut }

func (s *fakeSender) Addresses() []helpdesk.Address {
	if s.address == "" {
		return nil
	}
	return []helpdesk.Address{{Kind: FakeKind, Key: s.address}}
}

// Post is what the fake's provider posts to a webhook, as JSON.
type Post struct {
	Event    string             // "messages", "receipts" or "news"; anything else is an event the channel does not know
	To       string             // the inbox's address; "" = the inbox whose webhook is called
	Shared   bool               // see helpdesk.Batch
	Messages []helpdesk.Inbound // without Data of files
	Receipts []helpdesk.Receipt
	News     helpdesk.BatchItem // without To; whatever else there may be
}

// signature is the header that signs a call: the lower-case hex HMAC-SHA256 of
// the body under the inbox's secret.
const (
	signature     = "X-Fake-Signature"
	defaultSecret = "fake"
)

// Request is a call of the provider with this secret ("" = "fake"), ready for
// Engine.Ingest.
func (p Post) Request(secret string) *http.Request {
	body, err := json.Marshal(p)
	if err != nil {
		panic("channeltest: a Post that JSON cannot hold: " + err.Error())
	}
	r, err := http.NewRequest(http.MethodPost, "http://provider.test/", bytes.NewReader(body))
	if err != nil {
		panic(err) // the address above is one
	}
	r.Header.Set("Content-Type", "application/json")
	Sign(secret)(r, body)
	return r
}

// Sign returns what signs a call as the fake's provider does.
func Sign(secret string) func(r *http.Request, body []byte) {
	if secret == "" {
		secret = defaultSecret
	}
	return func(r *http.Request, body []byte) { r.Header.Set(signature, mac(secret, body)) }
}

func mac(secret string, body []byte) string {
	h := hmac.New(sha256.New, []byte(secret))
	h.Write(body)
	return hex.EncodeToString(h.Sum(nil))
}

// ParseWebhook implements helpdesk.WebhookParser.
func (s *fakeSender) ParseWebhook(r *http.Request, body []byte) (helpdesk.Batch, error) {
	if !hmac.Equal([]byte(mac(s.secret, body)), []byte(r.Header.Get(signature))) {
		return helpdesk.Batch{}, helpdesk.Errorf(helpdesk.Unauthenticated, "the signature does not match")
	}
	var p Post
	if err := json.Unmarshal(body, &p); err != nil {
		return helpdesk.Batch{}, &helpdesk.Error{Code: helpdesk.Invalid, Message: "the call cannot be read", Err: err}
	}
	item := helpdesk.BatchItem{}
	if p.To != "" {
		item.To = helpdesk.Address{Kind: FakeKind, Key: p.To}
	}
	switch p.Event {
	case "messages":
		item.Messages = p.Messages
	case "receipts":
		item.Receipts = p.Receipts
	case "news":
		to := item.To
		item = p.News
		item.To = to
	default:
		return helpdesk.Batch{}, nil
	}
	return helpdesk.Batch{Items: []helpdesk.BatchItem{item}, Shared: p.Shared}, nil
}
