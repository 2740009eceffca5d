// Package telegramsim plays Telegram, in the process: a Bot API that checks what
// the real one checks and answers as it does, with people who write to the bots
// and see what they are sent. A test of a host reads like a story:
//
//	telegram := telegramsim.New(telegramsim.Options{})
//	defer telegram.Close()
//	bot := telegram.NewBot("Shop")
//	bot.DeliverTo(hooks.New(engine, hooks.Options{}))
//	maria := bot.Person("Maria", "Silva")
//	maria.Writes("Where is my parcel?")
//	…
//	maria.Sees() // with the answer at its end
//
// The channel under test is opened with the server's URL as its base and the bot's
// Token; its Connect registers the webhook, as with the real one, except that a
// plain http address will do.
//
// Everything that may go wrong can be made to: see Fail, and Bot.Twice, Hold,
// Release, WrongSecret, Revoke. The package uses nothing but the standard library.
package telegramsim

import (
	"encoding/json"
	"io"
	"mime"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Options configure a Server. The zero value works.
type Options struct {
	// Now is what time it is at Telegram's. nil = a clock that begins with the year
	// 2026 and moves on by a second with everything that happens.
	Now func() time.Time
}

// Server is a Bot API on a port of the loopback. It is safe for concurrent use.
type Server struct {
	URL string // without a slash at its end

	http *httptest.Server
	now  func() time.Time

	mu       sync.Mutex
	bots     map[string]*Bot // by token
	files    map[string]*File
	requests []Request
	faults   []pending
	serial   int64 // of people, files and tokens
	ticks    int
}

// Request is a call that was made, refused or not.
type Request struct {
	Token  string
	Method string
	Params map[string]any    // of a form, all texts
	Files  map[string][]byte // by their field
	Status int               // what it was answered
}

// New starts a server. Close it.
func New(o Options) *Server {
	s := &Server{bots: map[string]*Bot{}, files: map[string]*File{}, now: o.Now, serial: 5_000_000_000} // beyond 32 bits, as real ones are
	s.http = httptest.NewServer(http.HandlerFunc(s.serve))
	s.URL = s.http.URL
	return s
}

// Close stops the server.
func (s *Server) Close() {
	s.http.CloseClientConnections()
	s.http.Close()
}

// Requests returns the calls so far of a method; "" = of all. File downloads are
// of the method "file".
func (s *Server) Requests(method string) []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	var list []Request
	for _, r := range s.requests {
		if method == "" || r.Method == method {
			list = append(list, r)
		}
	}
	return list
}

// time is the moment, in seconds. The caller holds mu.
func (s *Server) time() int64 {
	if s.now != nil {
		return s.now().Unix()
	}
	s.ticks++
	return time.Date(2026, 1, 1, 0, 0, s.ticks, 0, time.UTC).Unix()
}

// next is a number that was not given yet. The caller holds mu.
func (s *Server) next() int64 {
	s.serial++
	return s.serial
}

// apiError is an answer that says no.
type apiError struct {
	code  int
	text  string
	after int
	chat  int64
}

func bad(text string) *apiError {
	return &apiError{code: http.StatusBadRequest, text: "Bad Request: " + text}
}

func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	if rest, ok := strings.CutPrefix(r.URL.Path, "/file/bot"); ok {
		s.download(w, r, rest)
		return
	}
	token, method, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/bot"), "/")
	call := Request{Token: token, Method: method}
	var no *apiError
	if call.Params, call.Files, no = read(r); no == nil {
		no = s.knows(token)
	}
	fault := s.fault(method)
	if fault.wait != nil {
		select {
		case <-fault.wait:
		case <-r.Context().Done():
		}
	}
	var result any
	if no == nil && fault.refuse != nil {
		no = fault.refuse
	}
	if no == nil {
		s.mu.Lock()
		result, no = s.do(s.bots[token], call)
		s.mu.Unlock()
	}
	call.Status = http.StatusOK
	if no != nil {
		call.Status = no.code
	}
	s.mu.Lock()
	s.requests = append(s.requests, call)
	s.mu.Unlock()
	answer(w, result, no, fault)
}

// knows refuses the token of no bot.
func (s *Server) knows(token string) *apiError {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch b := s.bots[token]; {
	case b == nil:
		return &apiError{code: http.StatusNotFound, text: "Not Found"}
	case b.revoked:
		return &apiError{code: http.StatusUnauthorized, text: "Unauthorized"}
	}
	return nil
}

func answer(w http.ResponseWriter, result any, no *apiError, f Fault) {
	body, status := map[string]any{"ok": true, "result": result}, http.StatusOK
	if no != nil {
		status = no.code
		body = map[string]any{"ok": false, "error_code": no.code, "description": no.text}
		parameters := map[string]any{}
		if no.after > 0 {
			parameters["retry_after"] = no.after
		}
		if no.chat != 0 {
			parameters["migrate_to_chat_id"] = no.chat
		}
		if len(parameters) > 0 {
			body["parameters"] = parameters
		}
	}
	if f.pad > 0 {
		body["padding"] = strings.Repeat("x", f.pad)
	}
	raw, err := json.Marshal(body)
	if err != nil || f.lose {
		panic(http.ErrAbortHandler) // hangs up
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Length", strconv.Itoa(len(raw)))
	w.WriteHeader(status)
	if f.cut {
		_, _ = w.Write(raw[:len(raw)/2]) // the rest never comes
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	}
	_, _ = w.Write(raw) // who asked may be gone
}

const maxRequest = 60 << 20 // bytes

// read reads the parameters of a call, in any of the forms that Telegram takes.
func read(r *http.Request) (params map[string]any, files map[string][]byte, no *apiError) {
	params, files = map[string]any{}, map[string][]byte{}
	r.Body = http.MaxBytesReader(nil, r.Body, maxRequest)
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	switch {
	case err == nil && kind == "application/json":
		decoder := json.NewDecoder(r.Body)
		decoder.UseNumber()
		if decoder.Decode(&params) != nil {
			return nil, nil, bad("can't parse request body as JSON object")
		}
		return params, files, nil
	case err == nil && kind == "multipart/form-data":
		if r.ParseMultipartForm(maxRequest) != nil {
			return nil, nil, &apiError{code: http.StatusRequestEntityTooLarge, text: "Request Entity Too Large"}
		}
		for name, list := range r.MultipartForm.File {
			f, err := list[0].Open()
			if err != nil {
				return nil, nil, bad("can't read file")
			}
			if files[name], err = io.ReadAll(f); err != nil {
				return nil, nil, bad("can't read file")
			}
			_ = f.Close() // it was only read
			params["name of "+name] = list[0].Filename
		}
	}
	if r.ParseForm() != nil {
		return nil, nil, bad("can't parse form")
	}
	for name, list := range r.Form {
		params[name] = list[0]
	}
	return params, files, nil
}

func (s *Server) download(w http.ResponseWriter, r *http.Request, rest string) {
	token, path, _ := strings.Cut(rest, "/")
	no := s.knows(token)
	s.mu.Lock()
	var data []byte
	found := false
	for _, f := range s.files {
		if f.path() == path {
			data, found = f.Data, true
		}
	}
	s.mu.Unlock()
	fault := s.fault("file")
	if fault.wait != nil {
		select {
		case <-fault.wait:
		case <-r.Context().Done():
		}
	}
	status := http.StatusOK
	switch {
	case no != nil:
		status = no.code
	case fault.refuse != nil:
		status = fault.refuse.code
	case !found:
		status = http.StatusNotFound
	}
	s.mu.Lock()
	s.requests = append(s.requests, Request{Token: token, Method: "file", Status: status})
	s.mu.Unlock()
	if status != http.StatusOK {
		http.Error(w, http.StatusText(status), status)
		return
	}
	w.Header().Set("Content-Type", "application/octet-stream")
	w.Header().Set("Content-Length", strconv.Itoa(len(data)))
	if fault.cut || fault.lose {
		_, _ = w.Write(data[:len(data)/2]) // the rest never comes
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	}
	_, _ = w.Write(data) // who asked may be gone
}

// Fault is something that goes wrong with one call.
type Fault struct {
	refuse *apiError
	lose   bool
	cut    bool
	pad    int
	wait   <-chan struct{}
}

type pending struct {
	method string
	fault  Fault
}

// TooMany refuses with 429, and says after how many seconds to come again.
func TooMany(after int) Fault {
	return Fault{refuse: &apiError{code: http.StatusTooManyRequests, text: "Too Many Requests: retry after " + strconv.Itoa(after), after: after}}
}

// Broken refuses with 500.
func Broken() Fault {
	return Fault{refuse: &apiError{code: http.StatusInternalServerError, text: "Internal Server Error"}}
}

// Refuse refuses with whatever is wanted: Refuse(400, "Bad Request: …").
func Refuse(code int, description string) Fault {
	return Fault{refuse: &apiError{code: code, text: description}}
}

// Lose does what was asked for, and hangs up instead of saying so.
func Lose() Fault { return Fault{lose: true} }

// Cut does what was asked for, and hangs up in the middle of saying so.
func Cut() Fault { return Fault{cut: true} }

// Long does what was asked for, and answers with so many bytes more than it should.
func Long(bytes int) Fault { return Fault{pad: bytes} }

// Slow does what was asked for once released is closed.
func Slow(released <-chan struct{}) Fault { return Fault{wait: released} }

// Fail has the next calls of a method go wrong, one fault each; "file" is the
// download of a file, "" any call.
func (s *Server) Fail(method string, faults ...Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, f := range faults {
		s.faults = append(s.faults, pending{method, f})
	}
}

// fault takes the first that waits for such a call.
func (s *Server) fault(method string) Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := slices.IndexFunc(s.faults, func(p pending) bool { return p.method == "" || p.method == method })
	if i < 0 {
		return Fault{}
	}
	f := s.faults[i].fault
	s.faults = slices.Delete(s.faults, i, i+1)
	return f
}
