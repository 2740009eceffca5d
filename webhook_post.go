package helpdesk

import (
	"bytes"
	"cmp"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	"code.dny.dev/ssrf"
)

// How webhooks are tried: the times between tries, with a spread, until three
// days after the event. An endpoint that fails many times in a row is paused as
// a whole, so that it costs one try an interval instead of one per event.
const (
	deliverFor      = 72 * time.Hour
	deliverTimeout  = 15 * time.Second
	breakerAfter    = 10              // failures in a row
	breakerPause    = 5 * time.Minute // doubled with each further failure
	breakerPauseMax = time.Hour
	fanBatch        = 100 // events one run of webhook.fan reads
)

// deliverAgain is when a delivery is tried again after its nth failure.
func deliverAgain(n int, id DeliveryID) time.Duration {
	steps := []time.Duration{5 * time.Second, 30 * time.Second, 2 * time.Minute, 10 * time.Minute, 30 * time.Minute, 2 * time.Hour, 5 * time.Hour, 10 * time.Hour}
	d := steps[min(max(n, 1), len(steps))-1]
	return d + d*time.Duration(int64(id)%20)/100
}

type webhookArgs struct {
	Webhook  WebhookID  `json:"webhook,omitempty"`
	Delivery DeliveryID `json:"delivery,omitempty"`
}

// fanWebhook is the webhook.fan job of one endpoint: it turns events after the
// endpoint's cursor into deliveries, and moves the cursor in the same commit.
func (e *Engine) fanWebhook(ctx context.Context, j *Job) error {
	var a webhookArgs
	if err := json.Unmarshal(j.Args, &a); err != nil {
		return Permanent(err)
	}
	for more := true; more; {
		err := e.update(ctx, e.System(j.Account), func(u *unit) error {
			w, err := u.tx.Webhooks().Get(u.ctx, a.Webhook)
			if CodeOf(err) == NotFound {
				more = false
				return nil
			}
			if err != nil {
				return err
			}
			events, err := u.tx.Events().Since(u.ctx, w.After, fanBatch)
			if err != nil || len(events) == 0 {
				more = false
				return err
			}
			more = len(events) == fanBatch
			for _, ev := range events {
				if err := u.deliver(w, ev); err != nil {
					return err
				}
			}
			return u.tx.Webhooks().Advance(u.ctx, w.ID, w.After, events[len(events)-1].Seq)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// deliver makes a delivery of an event, if the endpoint wants it.
func (u *unit) deliver(w *Webhook, ev *Event) error {
	if w.Disabled || !w.wants(u.cfg, ev) {
		return nil
	}
	if b := u.cfg.bots[w.Bot]; w.Bot != 0 && (b == nil || b.URL == "") {
		return nil
	}
	d := &Delivery{
		Account: u.actor.account, UID: "msg_" + newToken(), Webhook: w.ID, Seq: ev.Seq, Kind: ev.Kind,
		Conversation: ev.Conversation, Message: ev.Message, State: DeliveryPending, CreatedAt: u.now,
	}
	if err := u.tx.Deliveries().Insert(u.ctx, d); err != nil {
		return err
	}
	u.enqueuePost(d)
	return nil
}

// enqueuePost arms a delivery's job. Jobs of one endpoint and conversation run
// strictly in order; another endpoint's never wait for them.
func (u *unit) enqueuePost(d *Delivery) {
	u.enqueue(&Job{
		Kind: jobWebhookPost, Key: strconv.FormatInt(int64(d.ID), 10), Args: args(webhookArgs{Delivery: d.ID}),
		OrderKey: fmt.Sprintf("hook:%d:%d", d.Webhook, d.Conversation),
	})
}

// postDelivery is the webhook.post job: one try of one delivery.
func (e *Engine) postDelivery(ctx context.Context, j *Job) error {
	var a webhookArgs
	if err := json.Unmarshal(j.Args, &a); err != nil {
		return Permanent(err)
	}
	d, w, ev, err := e.loadDelivery(ctx, j.Account, a.Delivery)
	if CodeOf(err) == NotFound {
		return nil // the endpoint or the delivery was removed
	}
	if err != nil {
		return err
	}
	if d.State != DeliveryPending {
		return nil
	}
	if w.Disabled {
		d.Error = "the endpoint is switched off"
		return e.settleDelivery(ctx, d, w, DeliveryDead, Permanent(Errorf(Unavailable, "%s", d.Error)))
	}
	if w.URL == "" {
		d.Error = "the bot has no address any more"
		return e.settleDelivery(ctx, d, w, DeliveryDead, nil)
	}
	if wait := w.PausedUntil.Sub(e.now()); wait > 0 {
		return RetryAfter(Errorf(Unavailable, "the endpoint is paused"), wait)
	}
	if d.Body == nil {
		if d.Body, err = e.opts.Payloads.Payload(ctx, e.As(e.System(j.Account)), ev); err != nil && CodeOf(err) != NotFound {
			return err
		}
		if d.Body == nil {
			d.Error = "there is nothing to say any more"
			return e.settleDelivery(ctx, d, w, DeliveryDead, nil)
		}
	}
	failure := e.post(ctx, d, w)
	switch {
	case failure == nil:
		return e.settleDelivery(ctx, d, w, DeliveryDelivered, nil)
	case isPermanent(failure) || w.Disabled || e.now().Sub(d.CreatedAt) >= deliverFor:
		return e.settleDelivery(ctx, d, w, DeliveryDead, failure)
	}
	if err := e.settleDelivery(ctx, d, w, DeliveryPending, failure); err != nil {
		return err
	}
	after, asked := retryDelay(failure)
	if !asked {
		after = deliverAgain(d.Attempts, d.ID)
	}
	return RetryAfter(failure, after)
}

func (e *Engine) loadDelivery(ctx context.Context, account AccountID, id DeliveryID) (d *Delivery, w *Webhook, ev *Event, err error) {
	err = e.view(ctx, e.System(account), func(u *unit) error {
		if d, err = u.tx.Deliveries().Get(u.ctx, id); err != nil {
			return err
		}
		if w, err = u.tx.Webhooks().Get(u.ctx, d.Webhook); err != nil {
			return err
		}
		if b := u.cfg.bots[w.Bot]; b != nil {
			w.URL = b.URL
		}
		events, err := u.tx.Events().Since(u.ctx, d.Seq-1, 1)
		if err == nil && (len(events) == 0 || events[0].Seq != d.Seq) {
			return notFound("event")
		}
		if err == nil {
			ev = events[0]
		}
		return err
	})
	return d, w, ev, err
}

// post makes one request. d learns what came of it.
func (e *Engine) post(ctx context.Context, d *Delivery, w *Webhook) error {
	ctx, cancel := context.WithTimeout(ctx, deliverTimeout)
	defer cancel()
	secret, err := e.unseal(w.Secret, sealWebhook)
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, w.URL, bytes.NewReader(d.Body))
	if err != nil {
		return Permanent(err)
	}
	SignWebhook(req.Header, secret, d.UID, e.now(), d.Body)
	d.Attempts, d.TriedAt, d.Status, d.Response, d.Error = d.Attempts+1, e.now(), 0, "", ""
	res, err := e.opts.HTTPClient.Do(req)
	if err != nil {
		d.Error = clean(err.Error())
		return err
	}
	defer res.Body.Close()
	d.Status = res.StatusCode
	head, _ := io.ReadAll(io.LimitReader(res.Body, 1024)) // the answer counts, not its text
	d.Response = clean(string(head))
	return e.judge(d, w, res)
}

// postUnsigned posts a body to an address that nobody shares a secret with. 410
// ends it; anything else but 2xx is tried again.
func (e *Engine) postUnsigned(ctx context.Context, to, id string, body []byte) error {
	ctx, cancel := context.WithTimeout(ctx, deliverTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, to, bytes.NewReader(body))
	if err != nil {
		return Permanent(err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Accept", "application/json")
	req.Header.Set("User-Agent", "helpdesk-webhooks/1")
	req.Header.Set("Webhook-Id", id)
	res, err := e.opts.HTTPClient.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	switch {
	case res.StatusCode/100 == 2:
		return nil
	case res.StatusCode == http.StatusGone:
		return Permanent(Errorf(Unavailable, "the endpoint answered %s", clean(res.Status)))
	default:
		return Errorf(Unavailable, "the endpoint answered %s", clean(res.Status))
	}
}

// maxFlowAnswer is how much of a webhook's answer is read; one that is longer is
// none.
const maxFlowAnswer = 64 << 10

// postForAnswer posts a body and returns what is answered.
func (e *Engine) postForAnswer(ctx context.Context, to, id string, body []byte) (answer []byte, status int, err error) {
	ctx, cancel := context.WithTimeout(ctx, deliverTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, to, bytes.NewReader(body))
	if err != nil {
		return nil, 0, err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Accept", "application/json")
	req.Header.Set("User-Agent", "helpdesk-webhooks/1")
	req.Header.Set("Webhook-Id", id)
	res, err := e.opts.HTTPClient.Do(req)
	if err != nil {
		return nil, 0, err
	}
	defer res.Body.Close()
	answer, err = io.ReadAll(io.LimitReader(res.Body, maxFlowAnswer+1))
	if err == nil && len(answer) > maxFlowAnswer {
		err = Errorf(Invalid, "the answer is longer than %d KiB", maxFlowAnswer>>10)
	}
	return answer, res.StatusCode, err
}

// judge says what an answer means: 2xx is success, 410 switches the endpoint
// off, a wait the endpoint asked for is kept, anything else is tried again.
func (e *Engine) judge(d *Delivery, w *Webhook, res *http.Response) error {
	if res.StatusCode/100 == 2 {
		return nil
	}
	d.Error = "the endpoint answered " + clean(res.Status)
	failure := Errorf(Unavailable, "%s", d.Error)
	switch {
	case res.StatusCode == http.StatusGone:
		w.Disabled = true
		return Permanent(failure)
	case res.Header.Get("Retry-After") != "":
		if s, err := strconv.Atoi(res.Header.Get("Retry-After")); err == nil && s > 0 {
			return RetryAfter(failure, min(time.Duration(s)*time.Second, 24*time.Hour))
		}
	}
	return failure
}

// settleDelivery commits what came of a try, moves the breaker, and fails a
// message whose inbox endpoint never took it.
func (e *Engine) settleDelivery(ctx context.Context, d *Delivery, w *Webhook, to DeliveryState, failure error) error {
	return e.update(ctx, e.System(d.Account), func(u *unit) error {
		done := *d
		if done.State = to; to == DeliveryDelivered {
			done.DeliveredAt = u.now
		}
		if err := u.tx.Deliveries().Update(u.ctx, &done); err != nil {
			return err
		}
		if failure != nil || to == DeliveryDelivered {
			if err := u.breaker(w, failure); err != nil {
				return err
			}
		}
		if w.Bot != 0 {
			if failure == nil {
				return nil
			}
			return u.botFailed(d)
		}
		if to != DeliveryDead || failure == nil || !w.Implicit || d.Kind != MessageCreated {
			return nil
		}
		m, c, err := u.messageAnd(d.Message)
		if CodeOf(err) == NotFound || err == nil && m.Kind == Incoming {
			return nil
		}
		if err != nil {
			return err
		}
		return u.moveMessage(c, m, StateFailed, cmp.Or(d.Error, "the webhook could not be delivered"))
	})
}

func (u *unit) breaker(w *Webhook, failure error) error {
	if failure == nil && w.Failures == 0 && w.PausedUntil.IsZero() {
		return nil
	}
	fresh, err := u.tx.Webhooks().Get(u.ctx, w.ID)
	if err != nil {
		return absent(err)
	}
	failures, until := 0, time.Time{}
	if failure != nil {
		if failures = fresh.Failures + 1; failures >= breakerAfter {
			until = u.now.Add(min(breakerPause<<min(failures-breakerAfter, 5), breakerPauseMax))
		}
	}
	// Another delivery may have switched the endpoint off meanwhile.
	return u.tx.Webhooks().SetBreaker(u.ctx, w.ID, failures, until, fresh.Disabled || w.Disabled)
}

// wantsTyping reports whether the endpoint hears of typing in a conversation: an
// inbox's own endpoint always does, others when they asked.
func (w *Webhook) wantsTyping(c *Conversation, on bool) bool {
	if w.Disabled || w.Bot != 0 || w.Inbox != 0 && w.Inbox != c.Inbox {
		return false
	}
	kind := TypingOff
	if on {
		kind = TypingOn
	}
	return w.Implicit || slices.Contains(w.Events, kind)
}

// typing tells endpoints once, beside the caller.
func (e *Engine) typing(ctx context.Context, actor Actor, hooks []*Webhook, t Typing) {
	body, err := e.opts.Payloads.Typing(ctx, e.As(e.System(actor.account)), t)
	if err != nil || body == nil {
		return
	}
	for _, w := range hooks {
		w := copied(w) // posting may mark it, and this one is everybody's
		go func() {
			d := &Delivery{UID: "msg_" + newToken(), Body: body}
			if err := e.post(ctx, d, w); err != nil {
				e.opts.Logger.Debug("telling of typing", "webhook", w.ID, "err", err)
			}
		}()
	}
}

// SignWebhook sets the headers of a delivery: Standard Webhooks 1.0 (webhook-id,
// webhook-timestamp, webhook-signature) and, beside them, the ones Chatwoot's
// receivers check (X-Chatwoot-Signature over "timestamp.body").
func SignWebhook(h http.Header, secret, id string, at time.Time, body []byte) {
	ts := strconv.FormatInt(at.Unix(), 10)
	h.Set("Content-Type", "application/json")
	h.Set("Accept", "application/json")
	h.Set("User-Agent", "helpdesk-webhooks/1")
	h.Set("Webhook-Id", id)
	h.Set("Webhook-Timestamp", ts)
	h.Set("Webhook-Signature", "v1,"+base64.StdEncoding.EncodeToString(webhookMAC(webhookKey(secret), id+"."+ts+".", body)))
	h.Set("X-Chatwoot-Delivery", id)
	h.Set("X-Chatwoot-Timestamp", ts)
	h.Set("X-Chatwoot-Signature", "sha256="+hex.EncodeToString(webhookMAC([]byte(secret), ts+".", body)))
}

// VerifyWebhook checks a delivery's Standard Webhooks signature, for receivers
// written in Go. It allows five minutes of difference between the clocks.
func VerifyWebhook(h http.Header, secret string, now time.Time, body []byte) error {
	id, ts := h.Get("Webhook-Id"), h.Get("Webhook-Timestamp")
	unix, err := strconv.ParseInt(ts, 10, 64)
	if err != nil || id == "" {
		return Errorf(Unauthenticated, "the webhook headers are missing")
	}
	if d := now.Sub(time.Unix(unix, 0)); d > 5*time.Minute || d < -5*time.Minute {
		return Errorf(Unauthenticated, "the webhook is too old or from the future")
	}
	want := webhookMAC(webhookKey(secret), id+"."+ts+".", body)
	for sig := range strings.FieldsSeq(h.Get("Webhook-Signature")) {
		encoded, ok := strings.CutPrefix(sig, "v1,")
		if got, err := base64.StdEncoding.DecodeString(encoded); ok && err == nil && hmac.Equal(got, want) {
			return nil
		}
	}
	return Errorf(Unauthenticated, "the webhook signature does not match")
}

func webhookKey(secret string) []byte {
	if raw, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, "whsec_")); err == nil {
		return raw
	}
	return []byte(secret)
}

func webhookMAC(key []byte, prefix string, body []byte) []byte {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(prefix))
	mac.Write(body)
	return mac.Sum(nil)
}

func guardOptions(allow []netip.Prefix) []ssrf.Option {
	opts := []ssrf.Option{ssrf.WithAnyPort()}
	var v4, v6 []netip.Prefix
	for _, p := range allow {
		if p.Addr().Is4() {
			v4 = append(v4, p)
		} else {
			v6 = append(v6, p)
		}
	}
	return append(opts, ssrf.WithAllowedV4Prefixes(v4...), ssrf.WithAllowedV6Prefixes(v6...))
}

func guardedClient(guard *ssrf.Guardian) *http.Client {
	dialer := &net.Dialer{Timeout: 10 * time.Second, Control: guard.Safe}
	return &http.Client{
		Timeout:       2 * time.Minute,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport: &http.Transport{ // no Proxy: a proxy would dial for us, unguarded
			DialContext: dialer.DialContext, ForceAttemptHTTP2: true, MaxIdleConnsPerHost: 4,
			IdleConnTimeout: time.Minute, TLSHandshakeTimeout: 10 * time.Second, ResponseHeaderTimeout: 30 * time.Second,
		},
	}
}
