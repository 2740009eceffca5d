package metasim

import (
	"fmt"
	"net/http"
	"time"
)

// Fault is what becomes of one message that is sent. The zero Fault is none.
type Fault struct {
	Status     int           // of HTTP; 0 = as usual
	Code       int           // of Graph; 0 = a page of a gateway in between
	Subcode    int           // likewise
	Message    string        // for people
	RetryAfter time.Duration // a hint, in whole seconds; 0 = none

	// Accept says that the message is taken all the same, and the caller does not
	// hear of it: with Drop the connection breaks, with Cut the answer ends half way.
	Accept, Drop, Cut bool
	// Early posts the echo before the answer.
	Early bool
	// Hold keeps the answer back until it is closed, or the caller goes.
	Hold <-chan struct{}
}

// Refuse is a refusal with a code of Graph. Most have 400, even those of limits.
func Refuse(code, subcode int, message string) Fault {
	return Fault{Status: http.StatusBadRequest, Code: code, Subcode: subcode, Message: message}
}

// TooMany is a 429; after is the hint, 0 = none.
func TooMany(after time.Duration) Fault {
	return Fault{Status: http.StatusTooManyRequests, Code: 613, Message: "Calls to this api have exceeded the rate limit.", RetryAfter: after}
}

// Broken is a 500 of the kind that passes.
func Broken() Fault {
	return Fault{Status: http.StatusInternalServerError, Code: 2, Message: "Service temporarily unavailable"}
}

// LostAnswer takes the message and breaks the connection.
func LostAnswer() Fault { return Fault{Accept: true, Drop: true} }

// CutAnswer takes the message and ends the answer half way.
func CutAnswer() Fault { return Fault{Accept: true, Cut: true} }

// EarlyEcho tells of the message before the answer does.
func EarlyEcho() Fault { return Fault{Early: true} }

// Next says what becomes of the messages that are sent next, one fault each; after
// them all goes well again.
func (s *Sim) Next(faults ...Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = append(s.faults, faults...)
}

func (s *Sim) fault() (f Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.faults) > 0 {
		f, s.faults = s.faults[0], s.faults[1:]
	}
	return f
}

// ExpireFiles makes the addresses of files that were told so far invalid; new ones are
// given to who asks, unless erase.
func (s *Sim) ExpireFiles(erase bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, f := range s.files {
		f.gone, f.erased = true, erase
	}
}

// refusal is an answer in Graph's words.
type refusal struct {
	status, code, subcode int
	message               string
	retryAfter            time.Duration
}

func refuse(code, subcode int, format string, args ...any) *refusal {
	return &refusal{status: http.StatusBadRequest, code: code, subcode: subcode, message: fmt.Sprintf(format, args...)}
}

func (f Fault) refusal() *refusal {
	if f.Status == 0 || f.Code == 0 {
		return nil
	}
	return &refusal{f.Status, f.Code, f.Subcode, f.Message, f.RetryAfter}
}

func (r *refusal) body(trace int) object {
	e := object{"message": fmt.Sprintf("(#%d) %s", r.code, r.message), "type": "OAuthException", "code": r.code, "fbtrace_id": fmt.Sprint("Sim", trace)}
	if r.subcode != 0 {
		e["error_subcode"] = r.subcode
	}
	return object{"error": e}
}
