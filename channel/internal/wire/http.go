// Package wire is what the channels of different providers share: calls over
// HTTP whose failures say whether anything was sent, values that providers write
// now one way and now another, and text that has to fit.
package wire

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptrace"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
)

// MaxAnswer is how much of a provider's answer is read, in bytes. A longer one
// counts as cut off.
const MaxAnswer = 4 << 20

// patience is how long a provider may take for one call that carries no file.
const patience = 30 * time.Second

// Client is client, or one with sober limits when it is nil. What it is given for
// must keep it from private networks where addresses come from strangers.
func Client(client *http.Client) *http.Client {
	if client == nil {
		transport := http.DefaultTransport.(*http.Transport).Clone()
		transport.ResponseHeaderTimeout = patience
		transport.MaxIdleConnsPerHost = 16
		client = &http.Client{Transport: transport}
	}
	own := *client
	own.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse } // a token goes where it was meant to go
	return &own
}

// Answer is what a provider said, all of it.
type Answer struct {
	Status int
	Header http.Header
	Body   []byte
}

// BrokenError is a call without an answer.
type BrokenError struct {
	Err error
	// Written says that the request, or a part of it, had left: nobody knows what the
	// provider made of it.
	Written bool
}

func (e *BrokenError) Error() string { return e.Err.Error() }

// Unwrap gives the cause.
func (e *BrokenError) Unwrap() error { return e.Err }

// Do makes a call and reads the whole answer. The error is a *BrokenError; an
// answer of whatever status is none.
func Do(client *http.Client, r *http.Request) (*Answer, error) {
	ctx, cancel := context.WithTimeout(r.Context(), patience)
	defer cancel()
	res, written, err := open(client, r.WithContext(ctx))
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	body, err := io.ReadAll(io.LimitReader(res.Body, MaxAnswer+1))
	if err == nil && len(body) > MaxAnswer {
		err = errors.New("the answer is too long")
	}
	if err != nil {
		return nil, &BrokenError{hidden(err), written()}
	}
	return &Answer{Status: res.StatusCode, Header: res.Header, Body: body}, nil
}

// Open makes a call and leaves the body to the caller, who closes it. The error is
// a *BrokenError.
func Open(client *http.Client, r *http.Request) (*http.Response, error) {
	res, _, err := open(client, r)
	return res, err
}

func open(client *http.Client, r *http.Request) (*http.Response, func() bool, error) {
	var wrote atomic.Bool
	trace := &httptrace.ClientTrace{WroteHeaders: func() { wrote.Store(true) }}
	res, err := client.Do(r.WithContext(httptrace.WithClientTrace(r.Context(), trace)))
	if err != nil {
		return nil, nil, &BrokenError{hidden(err), wrote.Load()}
	}
	return res, wrote.Load, nil
}

// hiddenError keeps the address out of what is logged and stored: tokens may be
// part of it.
type hiddenError struct {
	text string
	err  error
}

func (e *hiddenError) Error() string { return e.text }
func (e *hiddenError) Unwrap() error { return e.err }

func hidden(err error) error {
	var u interface{ Unwrap() error }
	text := err.Error()
	if errors.As(err, &u) && strings.Contains(text, "://") {
		if inner := u.Unwrap(); inner != nil {
			text = inner.Error()
		}
	}
	if strings.Contains(text, "://") {
		text = "the call failed"
	}
	return &hiddenError{text, err}
}

// RetryAfter reads the header of that name in seconds; 0 = it says nothing. A date
// is not read: no provider here sends one.
func RetryAfter(h http.Header) time.Duration {
	n, err := strconv.Atoi(strings.TrimSpace(h.Get("Retry-After")))
	if err != nil || n <= 0 {
		return 0
	}
	return min(time.Duration(n)*time.Second, 24*time.Hour)
}

// Request makes a request whose body may be sent again by the transport when
// nothing of it had left.
func Request(ctx context.Context, method, url, contentType string, body []byte) (*http.Request, error) {
	var reader io.Reader
	if body != nil {
		reader = bytes.NewReader(body)
	}
	r, err := http.NewRequestWithContext(ctx, method, url, reader)
	if err != nil {
		return nil, hidden(err)
	}
	if contentType != "" {
		r.Header.Set("Content-Type", contentType)
	}
	return r, nil
}
