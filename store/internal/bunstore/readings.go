package bunstore

import (
	"strings"

	"github.com/gohelpdesk/helpdesk"
)

// readings is a column beside attributes: each value in every way it can be
// read, so that conditions compare alike on every database, and no statement
// fails on a value that is not what its definition says. Keys are keyName's.
type readings struct {
	Text   map[string]string  `json:"t,omitempty"` // folded
	Number map[string]float64 `json:"n,omitempty"`
	Day    map[string]string  `json:"d,omitempty"`
	Check  map[string]bool    `json:"b,omitempty"`
	// Fields are texts of built-in fields that have no folded column of their own.
	Fields map[string]string `json:"f,omitempty"`
	// Campaign is the campaign that the conversation came from.
	Campaign *float64 `json:"c,omitempty"`
}

func readingsOf(attributes map[string]any, fields map[string]string) *readings {
	var r readings
	for k, v := range attributes {
		k, read := keyName(k), helpdesk.ReadingsOf(v)
		if read.Text != "" {
			put(&r.Text, k, read.Text)
		}
		if read.Number != nil {
			put(&r.Number, k, *read.Number)
		}
		if read.Day != "" {
			put(&r.Day, k, read.Day)
		}
		if read.Check != nil {
			put(&r.Check, k, *read.Check)
		}
	}
	for k, v := range fields {
		if v != "" {
			put(&r.Fields, k, fold(v))
		}
	}
	return &r
}

func put[V any](m *map[string]V, k string, v V) {
	if *m == nil {
		*m = make(map[string]V)
	}
	(*m)[k] = v
}

// orNone is NULL where nothing can be read.
func (r *readings) orNone() document[*readings] {
	if r.Text == nil && r.Number == nil && r.Day == nil && r.Check == nil && r.Fields == nil && r.Campaign == nil {
		return doc[*readings](nil)
	}
	return doc(r)
}

func conversationReadings(c *helpdesk.Conversation) document[*readings] {
	if len(c.Attributes)+len(c.Extra) == 0 {
		return doc[*readings](nil)
	}
	fields := make(map[string]string, 4)
	for _, k := range []string{"browser_language", "conversation_language", "referer", "mail_subject"} {
		fields[k], _ = c.Extra[k].(string)
	}
	r := readingsOf(c.Attributes, fields)
	r.Campaign = helpdesk.ReadingsOf(c.Extra["campaign_id"]).Number
	return r.orNone()
}

func contactReadings(c *helpdesk.Contact) document[*readings] {
	return readingsOf(c.Attributes, map[string]string{"identifier": c.Identifier, "city": c.City, "country_code": c.Country}).orNone()
}

// keyName writes a key so that it can stand in a JSON path of any database:
// whatever is not a plain character becomes % and its code.
func keyName(key string) string {
	const hex = "0123456789abcdef"
	var b strings.Builder
	for i := range len(key) {
		c := key[i]
		if c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_' || c == '-' {
			b.WriteByte(c)
			continue
		}
		b.WriteByte('%')
		b.WriteByte(hex[c>>4])
		b.WriteByte(hex[c&15])
	}
	return b.String()
}
