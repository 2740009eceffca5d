package helpdesk

import (
	"encoding/json"
	"math"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/cases"
)

// clean makes a stranger's text storable everywhere: valid UTF-8, no NUL.
func clean(s string) string {
	if utf8.ValidString(s) && strings.IndexByte(s, 0) < 0 {
		return s
	}
	return strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "")
}

// maxDepth is how deep a stranger's document may be nested; databases give up at
// depths that encoding/json still reads. What lies deeper is dropped.
const maxDepth = 32

// cleanMap makes a document storable: keys and strings clean at every depth, and
// nothing but what JSON knows. The result is a map of its own.
func cleanMap(m map[string]any) map[string]any {
	if m == nil {
		return nil
	}
	out, _ := cleanAt(m, maxDepth).(map[string]any)
	return out
}

func cleanValue(v any) any { return cleanAt(v, maxDepth) }

func cleanAt(v any, depth int) any {
	if depth == 0 {
		return nil
	}
	switch v := v.(type) {
	case nil, bool, int, int64:
		return v
	case string:
		return clean(v)
	case float64:
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return nil
		}
		return v
	case json.Number:
		if n, err := v.Int64(); err == nil {
			return n
		}
		return plain(v)
	case map[string]any:
		out := make(map[string]any, len(v))
		for k, inner := range v {
			out[clean(k)] = cleanAt(inner, depth-1)
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i := range v {
			out[i] = cleanAt(v[i], depth-1)
		}
		return out
	default:
		return cleanAt(plain(v), depth)
	}
}

// plain is any other value of Go as JSON reads it back; nil when JSON has no
// form for it.
func plain(v any) any {
	var out any
	text, err := json.Marshal(v)
	if err != nil || json.Unmarshal(text, &out) != nil {
		return nil
	}
	return out
}

// fold is the form in which texts are compared without case, the same on every
// store: É and é are equal.
func fold(s string) string { return cases.Fold().String(s) }

// clip cuts a text to a number of characters.
func clip(s string, runes int) string {
	if !tooLong(s, runes) {
		return s
	}
	return string([]rune(s)[:runes])
}

func tooLong(s string, runes int) bool {
	return len(s) > runes && utf8.RuneCountInString(s) > runes
}
