package wire

import (
	"bytes"
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// Decode reads JSON as far as it goes: a value of another type than expected is
// left out and the rest is kept. Only what is no JSON at all is an error.
func Decode(raw []byte, to any) error {
	err := json.Unmarshal(raw, to)
	if _, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		return nil
	}
	return err
}

// Each reads a JSON list item by item into T, as Decode does; anything but a list
// is an empty one, and null and scalars among the items are passed over.
func Each[T any](raw json.RawMessage) []T {
	var items []json.RawMessage
	if Decode(raw, &items) != nil {
		return nil
	}
	out := make([]T, 0, len(items))
	for _, item := range items {
		var v T
		if item = bytes.TrimSpace(item); len(item) == 0 || item[0] != '{' || Decode(item, &v) != nil {
			continue
		}
		out = append(out, v)
	}
	return out
}

// Text is a string that some write as a number: ids, times, prices. Whatever else
// comes is "".
type Text string

// UnmarshalJSON implements json.Unmarshaler. It never fails.
func (t *Text) UnmarshalJSON(raw []byte) error {
	*t = ""
	switch c := raw[0]; {
	case c == '"':
		var s string
		if json.Unmarshal(raw, &s) == nil {
			*t = Text(s)
		}
	case c == '-' || c >= '0' && c <= '9':
		*t = Text(raw)
	}
	return nil
}

// Int is the number in a text, or 0.
func (t Text) Int() int {
	n, err := strconv.Atoi(strings.TrimSpace(string(t)))
	if err != nil {
		return 0
	}
	return n
}

// Time is the moment that a text tells in seconds or milliseconds since 1970,
// whichever its size makes likely; the zero time when it tells none, or one that no
// store could keep.
func (t Text) Time() time.Time {
	n, err := strconv.ParseInt(strings.TrimSpace(string(t)), 10, 64)
	const millis = 100_000_000_000 // as seconds the year 5138, as milliseconds 1973
	switch {
	case err != nil || n <= 0 || n >= millis*1000:
		return time.Time{}
	case n >= millis:
		return time.UnixMilli(n).UTC()
	}
	return time.Unix(n, 0).UTC()
}

// Object is any JSON as a map; nil when it is no object.
func Object(raw json.RawMessage) map[string]any {
	var m map[string]any
	if Decode(raw, &m) != nil {
		return nil
	}
	return m
}

// Clean makes a stranger's text valid and takes out what databases refuse.
func Clean(s string) string {
	if !utf8.ValidString(s) {
		s = strings.ToValidUTF8(s, "\uFFFD")
	}
	return strings.ReplaceAll(s, "\x00", "")
}
