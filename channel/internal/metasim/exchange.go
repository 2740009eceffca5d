package metasim

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Exchange is one request to a simulator of Graph's, and what it was answered.
type Exchange struct {
	TB     TB
	W      http.ResponseWriter
	R      *http.Request
	Body   []byte
	Status int // of the answer
	At     int // among the calls
}

// Answer is a success.
func (x *Exchange) Answer(v any) { x.Write(http.StatusOK, v) }

// Write answers with JSON.
func (x *Exchange) Write(status int, v any) {
	raw, err := json.Marshal(v)
	if err != nil {
		x.TB.Errorf("an answer that JSON cannot hold: %v", err)
	}
	x.Status = status
	x.W.Header().Set("Content-Type", "application/json; charset=UTF-8")
	x.W.WriteHeader(status)
	_, _ = x.W.Write(raw) // the caller may have gone
}

// Refuse is Write with a hint when to come back; 0 = none.
func (x *Exchange) Refuse(status int, after time.Duration, v any) {
	if after > 0 {
		x.W.Header().Set("Retry-After", strconv.Itoa(int(after.Seconds())))
	}
	x.Write(status, v)
}

// Cut writes the first half of an answer, or nothing, and breaks the connection.
func (x *Exchange) Cut(v any, nothing bool) {
	raw, err := json.Marshal(v)
	if err != nil {
		x.TB.Errorf("an answer that JSON cannot hold: %v", err)
	}
	if !nothing {
		x.Status = http.StatusOK
		x.W.Header().Set("Content-Length", strconv.Itoa(len(raw)))
		_, _ = x.W.Write(raw[:len(raw)/2])
	}
	panic(http.ErrAbortHandler)
}

// Read reads a JSON body, numbers as they are written; otherwise it says what is wrong.
func (x *Exchange) Read(to any) (wrong string) {
	if !strings.HasPrefix(x.R.Header.Get("Content-Type"), "application/json") {
		return "the content type is not application/json"
	}
	d := json.NewDecoder(bytes.NewReader(x.Body))
	d.UseNumber()
	if d.Decode(to) != nil {
		return "the body is no JSON"
	}
	return ""
}
