package helpdesk

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// Code says what kind of failure an Error is. A Code is itself an error, so
// errors.Is(err, helpdesk.NotFound) works without a helper.
type Code string

const (
	Invalid         Code = "invalid"         // the input is wrong; Fields says where
	Unauthenticated Code = "unauthenticated" // nobody, or the wrong secret
	Forbidden       Code = "forbidden"       // visible, but not allowed to this actor
	NotFound        Code = "not_found"       // missing, or not visible to this actor: the two are never told apart
	Conflict        Code = "conflict"        // somebody was faster, or the view was stale; read again and decide
	Limited         Code = "limited"         // too much or too many; later may work
	Unsupported     Code = "unsupported"     // this channel or store cannot do it
	Unavailable     Code = "unavailable"     // a dependency is down; retry
	Internal        Code = "internal"        // a defect, or a store that broke its promise
)

func (c Code) Error() string { return string(c) }

// Error is the only error type the engine returns of its own making.
type Error struct {
	Code    Code
	Message string            // one sentence for a person; never holds internals or another tenant's data
	Fields  map[string]string // for Invalid: field name to what is wrong with it, all problems at once
	Err     error             // the cause, for operators; may be nil
}

func (e *Error) Error() string {
	s := e.Message
	if s == "" {
		s = string(e.Code)
	}
	for _, k := range slices.Sorted(maps.Keys(e.Fields)) {
		s += "; " + k + " " + e.Fields[k]
	}
	if e.Err != nil {
		s += ": " + e.Err.Error()
	}
	return s
}

// Unwrap gives both the code and the cause, so errors.Is finds either.
func (e *Error) Unwrap() []error {
	if e.Err == nil {
		return []error{e.Code}
	}
	return []error{e.Code, e.Err}
}

// CodeOf returns the code of err: Internal when it carries none, "" for nil.
func CodeOf(err error) Code {
	if err == nil {
		return ""
	}
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Code
	}
	if c, ok := errors.AsType[Code](err); ok {
		return c
	}
	return Internal
}

// Errorf makes an Error whose message is fit for a person. It takes no %w: put
// a cause into Err, where operators see it and people do not.
func Errorf(code Code, format string, args ...any) *Error {
	return &Error{Code: code, Message: fmt.Sprintf(format, args...)}
}

func notFound(noun string) *Error {
	return &Error{Code: NotFound, Message: noun + " not found"}
}

func forbidden(a Action) *Error {
	return &Error{Code: Forbidden, Message: "you are not authorized to do this", Fields: map[string]string{"action": string(a)}}
}

// problems collects what is wrong with an input, field by field.
type problems map[string]string

func (p problems) add(bad bool, field, what string) {
	if _, seen := p[field]; bad && !seen {
		p[field] = what
	}
}

// merge adds the problems of an input's part; any other error is none.
func (p problems) merge(err error) {
	if e, ok := errors.AsType[*Error](err); ok {
		for field, what := range e.Fields {
			p.add(true, field, what)
		}
	}
}

// err returns nil when nothing was added.
func (p problems) err() error {
	if len(p) == 0 {
		return nil
	}
	fields := slices.Sorted(maps.Keys(p))
	return &Error{Code: Invalid, Message: "invalid " + strings.Join(fields, ", "), Fields: p}
}

type permanentError struct{ err error }

func (e *permanentError) Error() string { return e.err.Error() }
func (e *permanentError) Unwrap() error { return e.err }

// Permanent marks err as one that no retry can mend. A channel returns it when
// the provider refused the message; a job that fails with it is dead at once.
func Permanent(err error) error { return &permanentError{err} }

type retryError struct {
	err   error
	after time.Duration
}

func (e *retryError) Error() string { return e.err.Error() }
func (e *retryError) Unwrap() error { return e.err }

// RetryAfter marks err as one that may pass, and says how long to wait first.
func RetryAfter(err error, after time.Duration) error { return &retryError{err, after} }

type ambiguousError struct{ err error }

func (e *ambiguousError) Error() string { return e.err.Error() }
func (e *ambiguousError) Unwrap() error { return e.err }

// Ambiguous marks a failure after which nobody knows whether the provider took
// the message: a time-out or a broken connection once the request was written.
// The engine settles such an attempt as unknown and never repeats it by itself.
func Ambiguous(err error) error { return &ambiguousError{err} }

type slowError struct {
	err        error
	after      time.Duration
	complained bool
}

func (e *slowError) Error() string { return e.err.Error() }
func (e *slowError) Unwrap() error { return e.err }

// SlowDown is RetryAfter for everything that the inbox sends: the provider counts
// them together.
func SlowDown(err error, after time.Duration) error { return &slowError{err: err, after: after} }

// Complained is SlowDown where the reason is that people complain of what the inbox
// sends them: for a day it begins no conversation (NumberPaused), and its health says so.
func Complained(err error, after time.Duration) error { return &slowError{err, after, true} }

type revokedError struct{ err error }

func (e *revokedError) Error() string { return e.err.Error() }
func (e *revokedError) Unwrap() error { return e.err }

// Revoked marks a refusal that every send of the inbox meets until somebody
// connects it again: a token taken back, an account locked. The message fails, the
// inbox is marked, and nothing more is sent over it.
func Revoked(err error) error { return &revokedError{err} }

type unwantedError struct{ err error }

func (e *unwantedError) Error() string { return e.err.Error() }
func (e *unwantedError) Unwrap() error { return e.err }

// Unwanted is Permanent for a refusal that says that the customer wants nothing
// more: they have told the provider to stop. It is kept as a Preference is.
func Unwanted(err error) error { return &permanentError{&unwantedError{err}} }

func isPermanent(err error) bool { _, ok := errors.AsType[*permanentError](err); return ok }
func isAmbiguous(err error) bool { _, ok := errors.AsType[*ambiguousError](err); return ok }
func isUnwanted(err error) bool  { _, ok := errors.AsType[*unwantedError](err); return ok }
func isRevoked(err error) bool   { _, ok := errors.AsType[*revokedError](err); return ok }

func isComplained(err error) bool {
	e, ok := errors.AsType[*slowError](err)
	return ok && e.complained
}

func retryDelay(err error) (time.Duration, bool) {
	if e, ok := errors.AsType[*retryError](err); ok {
		return e.after, true
	}
	if e, ok := errors.AsType[*slowError](err); ok {
		return e.after, true
	}
	return 0, false
}
