package helpdesk

import (
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

// cleanMap cleans keys and strings at every depth, into a map of its own.
func cleanMap(m map[string]any) map[string]any {
	if m == nil {
		return nil
	}
	out := make(map[string]any, len(m))
	for k, v := range m {
		out[clean(k)] = cleanValue(v)
	}
	return out
}

func cleanValue(v any) any {
	switch v := v.(type) {
	case string:
		return clean(v)
	case map[string]any:
		return cleanMap(v)
	case []any:
		out := make([]any, len(v))
		for i := range v {
			out[i] = cleanValue(v[i])
		}
		return out
	default:
		return v
	}
}

// fold is the form in which texts are compared without case, the same on every
// store: É and é are equal.
func fold(s string) string { return cases.Fold().String(s) }

func tooLong(s string, runes int) bool {
	return len(s) > runes && utf8.RuneCountInString(s) > runes
}
