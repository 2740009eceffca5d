package chatwoot_test

import (
	"net/http/httptest"
	"strings"
	"testing"
)

// FuzzBody sends whatever a stranger may: nothing of it is a defect of ours.
func FuzzBody(f *testing.F) {
	for _, seed := range [][2]string{
		{"application/json", `{"source_id":"a","custom_attributes":{"a":[1,{"b":null}]},"email":1e9}`},
		{"application/json", `{"source_id":{"a":1}}`},
		{"application/x-www-form-urlencoded", "source_id=a&custom_attributes[a][][b]=1&custom_attributes[a][c]=2&name[]=x"},
		{"multipart/form-data; boundary=x", "--x\r\nContent-Disposition: form-data; name=\"name\"\r\n\r\nv\r\n--x--\r\n"},
		{"", "\x00\xff{}"},
	} {
		f.Add(seed[0], seed[1])
	}
	w := newWorld(f)
	_, public := w.inbox(nil)
	f.Fuzz(func(t *testing.T, kind, body string) {
		req := httptest.NewRequestWithContext(t.Context(), "POST", public+"/contacts", strings.NewReader(body))
		req.Header.Set("Content-Type", kind)
		rec := httptest.NewRecorder()
		w.h.ServeHTTP(rec, req)
		if rec.Code >= 500 {
			t.Fatal(rec.Code, rec.Body)
		}
	})
}
