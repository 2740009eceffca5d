package telegramsim

import (
	"fmt"
	"html"
	"slices"
	"strings"
)

// plainOf reads the HTML that Telegram knows, as strictly as it does.
func plainOf(s string) (string, *apiError) {
	var out strings.Builder
	var open []string
	known := []string{"b", "strong", "i", "em", "u", "ins", "s", "strike", "del", "code", "pre", "a", "tg-spoiler", "blockquote"}
	for i := 0; i < len(s); {
		if s[i] != '<' {
			next := strings.IndexByte(s[i:], '<')
			if next < 0 {
				next = len(s) - i
			}
			out.WriteString(html.UnescapeString(s[i : i+next]))
			i += next
			continue
		}
		end := strings.IndexByte(s[i:], '>')
		if end < 0 {
			return "", bad(fmt.Sprintf("can't parse entities: Unclosed start tag at byte offset %d", i))
		}
		tag := s[i+1 : i+end]
		name, _, _ := strings.Cut(strings.TrimPrefix(tag, "/"), " ")
		closes := strings.HasPrefix(tag, "/")
		switch {
		case !slices.Contains(known, name):
			return "", bad(fmt.Sprintf("can't parse entities: Unsupported start tag %q at byte offset %d", name, i))
		case closes && (len(open) == 0 || open[len(open)-1] != name):
			return "", bad(fmt.Sprintf("can't parse entities: Unmatched end tag at byte offset %d", i))
		case closes:
			open = open[:len(open)-1]
		default:
			open = append(open, name)
		}
		i += end + 1
	}
	if len(open) > 0 {
		return "", bad(fmt.Sprintf("can't parse entities: Can't find end tag corresponding to start tag %q", open[len(open)-1]))
	}
	return out.String(), nil
}
