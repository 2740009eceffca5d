package twiliosim

import (
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Fault is what becomes of one message that is sent. The zero Fault is none.
type Fault struct {
	Status     int           // of HTTP; 0 = as usual
	Code       int           // Twilio's; 0 = a page of a gateway in between
	Message    string        // for people
	RetryAfter time.Duration // a hint, in whole seconds; 0 = none

	// Accept says that the message is taken all the same, and the caller does not
	// hear of it: with Drop the connection breaks, with Cut the answer ends half way.
	Accept, Drop, Cut bool
	// Early posts the receipts "queued" and "delivered" before the answer.
	Early bool
	// Padding is so many bytes more in the answer.
	Padding int
	// Hold keeps the answer back until it is closed, or the caller goes.
	Hold <-chan struct{}
}

// Refuse is a refusal with a code of Twilio's.
func Refuse(code int, message string) Fault {
	return Fault{Status: http.StatusBadRequest, Code: code, Message: message}
}

// TooMany is a 429; after is the hint, 0 = none.
func TooMany(after time.Duration) Fault {
	return Fault{Status: http.StatusTooManyRequests, Code: 20429, Message: "Too Many Requests", RetryAfter: after}
}

// Broken is a 500.
func Broken() Fault {
	return Fault{Status: http.StatusInternalServerError, Code: 20500, Message: "An internal server error has occurred"}
}

// Gateway is the page of a gateway in between.
func Gateway(status int) Fault { return Fault{Status: status} }

// LostAnswer takes the message and breaks the connection.
func LostAnswer() Fault { return Fault{Accept: true, Drop: true} }

// CutAnswer takes the message and ends the answer half way.
func CutAnswer() Fault { return Fault{Accept: true, Cut: true} }

// EarlyReceipt tells of the message before the answer does.
func EarlyReceipt() Fault { return Fault{Early: true} }

// LongAnswer answers with so many bytes more than it should.
func LongAnswer(bytes int) Fault { return Fault{Padding: bytes} }

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

// MissingMedia answers the next requests for files with 404, as where they have not
// been copied to yet.
func (s *Sim) MissingMedia(requests int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.missing = requests
}

// broken does what a fault says before the message is looked at; true = that was all.
func (c *call) broken(f Fault) bool {
	if f.Hold != nil {
		select {
		case <-f.Hold:
		case <-c.r.Context().Done():
		}
	}
	if f.Status == 0 || f.Accept {
		return false
	}
	if f.RetryAfter > 0 {
		c.w.Header().Set("Retry-After", strconv.Itoa(int(f.RetryAfter.Seconds())))
	}
	if f.Code == 0 {
		c.status = f.Status
		http.Error(c.w, "<html>"+http.StatusText(f.Status)+"</html>", f.Status)
		return true
	}
	c.refuse(f.Status, f.Code, f.Message)
	return true
}

// taken answers for a message that was taken, as far as a fault lets it.
func (c *call) taken(f Fault, shown map[string]any) {
	if f.Padding > 0 {
		shown["padding"] = strings.Repeat("x", f.Padding)
	}
	if !f.Drop && !f.Cut {
		c.answer(http.StatusCreated, shown)
		return
	}
	if f.Cut {
		raw := `{"account_sid": "` + c.account.SID + `", "sid": "SM`
		c.w.Header().Set("Content-Length", strconv.Itoa(len(raw)*2))
		c.w.WriteHeader(http.StatusCreated)
		_, _ = c.w.Write([]byte(raw)) // the rest never comes
		_ = http.NewResponseController(c.w).Flush()
	}
	panic(http.ErrAbortHandler)
}
