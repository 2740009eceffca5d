package whatsappsim

import (
	"fmt"
	"net/http"
	"time"
)

// Fault is what becomes of one message that is sent. The zero Fault is none.
type Fault struct {
	Status     int           // of HTTP; 0 = as usual
	Code       int           // of Graph; 0 = a page of a gateway in between
	Message    string        // for people
	Details    string        // error_data.details
	RetryAfter time.Duration // a hint, in whole seconds; 0 = none

	// Accept says that the message is taken all the same, and the caller does not
	// hear of it: with Drop the connection breaks, with Cut the answer ends half way.
	Accept, Drop, Cut bool
	// Early posts the receipts "sent" and "delivered" before the answer.
	Early bool
	// Hold keeps the answer back until it is closed, or the caller goes.
	Hold <-chan struct{}
	// Odd is the status in the answer's message: "held_for_quality_assessment"…
	Odd string
}

// Refuse is a refusal with a code of Graph.
func Refuse(code int, message string) Fault {
	return Fault{Status: http.StatusBadRequest, Code: code, Message: message}
}

// TooMany is a 429; after is the hint, 0 = none.
func TooMany(after time.Duration) Fault {
	return Fault{Status: http.StatusTooManyRequests, Code: 130429, Message: "Rate limit hit", RetryAfter: after}
}

// Broken is a 500 of the kind that passes.
func Broken() Fault {
	return Fault{Status: http.StatusInternalServerError, Code: 131000, Message: "Something went wrong"}
}

// LostAnswer takes the message and breaks the connection.
func LostAnswer() Fault { return Fault{Accept: true, Drop: true} }

// CutAnswer takes the message and ends the answer half way.
func CutAnswer() Fault { return Fault{Accept: true, Cut: true} }

// EarlyReceipt tells of the message before the answer does.
func EarlyReceipt() Fault { return Fault{Early: true} }

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

// SlowMedia keeps every file's bytes back until released is closed, or the caller
// goes.
func (s *Sim) SlowMedia(released <-chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.slow = released
}

// ExpireMedia makes the addresses of files that were given out invalid; new ones
// work.
func (s *Sim) ExpireMedia() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.links)
}

// refusal is an answer in Graph's words.
type refusal struct {
	status     int
	code       int
	subcode    int
	message    string
	details    string
	retryAfter time.Duration
}

func refuse(code int, format string, args ...any) *refusal {
	return &refusal{status: http.StatusBadRequest, code: code, message: titles[code], details: fmt.Sprintf(format, args...)}
}

// titles are what Graph calls its codes.
var titles = map[int]string{
	100: "Invalid parameter", 190: "Invalid OAuth access token", 33: "Object does not exist",
	130429: "Rate limit hit", 131008: "Required parameter is missing", 131009: "Parameter value is not valid",
	131026: "Message undeliverable", 131047: "Re-engagement message", 131051: "Unsupported message type", 131053: "Media upload error",
	131056: "(Business Account, Consumer Account) pair rate limit hit", 132000: "Number of parameters does not match the expected number of params",
	132001: "Template name does not exist in the translation", 132012: "Parameter format does not match format in the created template",
	132015: "Template is paused", 132016: "Template is disabled", 132018: "Template parameter value is invalid", 133005: "Two step verification PIN mismatch",
	133010: "Phone number not registered",
}

func (f *refusal) body(trace int) map[string]any {
	e := map[string]any{
		"message": fmt.Sprintf("(#%d) %s", f.code, f.message), "type": "OAuthException", "code": f.code,
		"error_data": map[string]any{"messaging_product": "whatsapp", "details": f.details}, "fbtrace_id": fmt.Sprint("Sim", trace),
	}
	if f.subcode != 0 {
		e["error_subcode"] = f.subcode
	}
	return map[string]any{"error": e}
}

// bucket lets so many through at once, and one more every so often.
type bucket struct {
	left float64
	at   time.Time
}

// take counts one. The caller holds mu.
func (s *Sim) take(key string, most int, every time.Duration) bool {
	now := s.o.Now()
	b := s.buckets[key]
	if b == nil {
		b = &bucket{left: float64(most), at: now}
		s.buckets[key] = b
	}
	b.left = min(float64(most), b.left+float64(now.Sub(b.at))/float64(every))
	b.at = now
	if b.left < 1 {
		return false
	}
	b.left--
	return true
}
