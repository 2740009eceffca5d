package chatwoot

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"maps"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/gohelpdesk/helpdesk"
)

// params is what a request says: the union of query, body and path, the later
// ones winning. Values are strings, booleans, json.Numbers, nil, lists, maps and
// uploaded files.
type params struct {
	values map[string]any
	path   []string // names that came from the path
	json   bool     // the body was JSON: root keys may be left out
	raw    []byte   // the body, unless it was multipart
	form   *multipart.Form
}

// errBody is any body that cannot be read.
var errBody = &refusal{http.StatusBadRequest, unknownPath{http.StatusBadRequest, "Bad Request"}}

// read takes a request apart. pattern names what stands in the path.
func (p *params) read(r *http.Request, pattern string) error {
	p.values = make(map[string]any)
	query, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return errBody
	}
	p.putForm(query)
	if err := p.readBody(r); err != nil {
		return err
	}
	for _, part := range strings.Split(pattern, "/") {
		if name, ok := strings.CutPrefix(part, "{"); ok {
			name = strings.TrimSuffix(name, "}")
			p.values[name] = r.PathValue(name)
			p.path = append(p.path, name)
		}
	}
	return nil
}

func (p *params) readBody(r *http.Request) (err error) {
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if kind == "multipart/form-data" {
		return p.readMultipart(r)
	}
	if p.raw, err = io.ReadAll(r.Body); err != nil {
		return bodyError(err)
	}
	if len(bytes.TrimSpace(p.raw)) == 0 {
		return nil
	}
	if kind == "application/x-www-form-urlencoded" {
		form, err := url.ParseQuery(string(p.raw))
		if err != nil {
			return errBody
		}
		p.putForm(form)
		return nil
	}
	p.json = true
	d := json.NewDecoder(bytes.NewReader(p.raw))
	d.UseNumber()
	var body map[string]any
	if err := d.Decode(&body); err != nil {
		return errBody
	}
	maps.Copy(p.values, body)
	return nil
}

// maxMemory is how much of a request's files is kept in memory; the rest goes to
// temporary files.
const maxMemory = 1 << 20

func (p *params) readMultipart(r *http.Request) error {
	if err := r.ParseMultipartForm(maxMemory); err != nil {
		return bodyError(err)
	}
	p.form = r.MultipartForm
	p.putForm(p.form.Value)
	for name, files := range p.form.File {
		for _, f := range files {
			place(p.values, segments(name), f)
		}
	}
	return nil
}

func bodyError(err error) error {
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return err
	}
	return errBody
}

// discard removes temporary files.
func (p *params) discard() {
	if p.form != nil {
		_ = p.form.RemoveAll() // the system's own clean-up gets what is left
	}
}

func (p *params) putForm(form map[string][]string) {
	for _, name := range slices.Sorted(maps.Keys(form)) {
		for _, v := range form[name] {
			place(p.values, segments(name), v)
		}
	}
}

// segments splits "a[b][]" into a, b and "".
func segments(name string) []string {
	base, rest, nested := strings.Cut(name, "[")
	if !nested || !strings.HasSuffix(rest, "]") || strings.Count(rest, "[") > 4 {
		return []string{name}
	}
	return append([]string{base}, strings.Split(strings.TrimSuffix(rest, "]"), "][")...)
}

func place(m map[string]any, path []string, v any) {
	switch key := path[0]; {
	case len(path) == 1:
		m[key] = v
	case path[1] == "":
		list, _ := m[key].([]any)
		m[key] = append(list, v)
	default:
		sub, ok := m[key].(map[string]any)
		if !ok {
			sub = make(map[string]any)
			m[key] = sub
		}
		place(sub, path[1:], v)
	}
}

// lift brings what stands under the root key to the top. Without the key a JSON
// body counts as it is, when it holds at least one of the known fields.
func (p *params) lift(root string, known []string) error {
	if inner, ok := p.values[root].(map[string]any); ok && len(inner) > 0 {
		for k, v := range inner {
			if !slices.Contains(p.path, k) {
				p.values[k] = v
			}
		}
		return nil
	}
	given := func(name string) bool { _, ok := p.values[name]; return ok && !slices.Contains(p.path, name) }
	if p.json && slices.ContainsFunc(known, given) {
		return nil
	}
	return refused(http.StatusUnprocessableEntity, "param is missing or the value is empty: "+root)
}

// fingerprint is what an Idempotency-Key stands for: method, path, query and
// body. Files count by content, so that another boundary is the same request.
func (p *params) fingerprint(r *http.Request) ([]byte, error) {
	sum := sha256.New()
	fmt.Fprintf(sum, "%s\n%s\n%s\n", r.Method, r.URL.EscapedPath(), r.URL.RawQuery)
	if p.form == nil {
		sum.Write(p.raw)
		return sum.Sum(nil), nil
	}
	for _, name := range slices.Sorted(maps.Keys(p.form.Value)) {
		fmt.Fprintf(sum, "%q=%q\n", name, p.form.Value[name])
	}
	for _, name := range slices.Sorted(maps.Keys(p.form.File)) {
		for _, f := range p.form.File[name] {
			fmt.Fprintf(sum, "%q %q %d\n", name, f.Filename, f.Size)
			if err := hashFile(sum, f); err != nil {
				return nil, err
			}
		}
	}
	return sum.Sum(nil), nil
}

func hashFile(sum hash.Hash, f *multipart.FileHeader) error {
	src, err := f.Open()
	if err != nil {
		return &helpdesk.Error{Code: helpdesk.Internal, Err: err}
	}
	defer src.Close()
	_, err = io.Copy(sum, src)
	return err
}
