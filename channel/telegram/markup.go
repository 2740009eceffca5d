package telegram

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

var link = regexp.MustCompile(`^\[([^\]\[\n]+)\]\((https?://[^\s()<>"]+)\)`)

var escapeHTML = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;")

// pairs are Markdown's signs and Telegram's tags, the longer ones first.
func pairs() [][2]string {
	return [][2]string{{"**", "b"}, {"__", "b"}, {"~~", "s"}, {"*", "i"}, {"_", "i"}}
}

// markup turns the simple parts of Markdown into the HTML that Telegram knows:
// bold, italics, struck text, code and links. Everything else stays as it was
// typed. marked says whether there was any: a text without goes as it is.
func markup(s string) (html string, marked bool) {
	var b strings.Builder
	for i := 0; i < len(s); {
		tagged, used := markupAt(s, i)
		if used > 0 {
			b.WriteString(tagged)
			i, marked = i+used, true
			continue
		}
		_, size := utf8.DecodeRuneInString(s[i:])
		b.WriteString(escapeHTML.Replace(s[i : i+size]))
		i += size
	}
	return b.String(), marked
}

// markupAt reads a marked stretch that begins at i, and says how many bytes of it
// are used: 0 = there is none.
func markupAt(s string, i int) (html string, used int) {
	rest := s[i:]
	if code, ok := strings.CutPrefix(rest, "```"); ok {
		if end := strings.Index(code, "```"); end > 0 {
			return "<pre>" + escapeHTML.Replace(strings.Trim(code[:end], "\n")) + "</pre>", end + 6
		}
		return "", 0
	}
	line, _, _ := strings.Cut(rest, "\n")
	if code, ok := strings.CutPrefix(line, "`"); ok {
		if end := strings.IndexByte(code, '`'); end > 0 {
			return "<code>" + escapeHTML.Replace(code[:end]) + "</code>", end + 2
		}
	}
	if m := link.FindStringSubmatch(line); m != nil {
		return `<a href="` + escapeHTML.Replace(m[2]) + `">` + escapeHTML.Replace(m[1]) + "</a>", len(m[0])
	}
	before, _ := utf8.DecodeLastRuneInString(s[:i])
	for _, p := range pairs() {
		inner, ok := strings.CutPrefix(line, p[0])
		if !ok {
			continue
		}
		end := closing(inner, p[0])
		if end < 1 || i > 0 && wordy(before) {
			return "", 0
		}
		html, _ = markup(inner[:end])
		return "<" + p[1] + ">" + html + "</" + p[1] + ">", end + 2*len(p[0])
	}
	return "", 0
}

// closing finds where the sign ends what it began: after no space, and before no
// letter, so that 2*3*4 and snake_case stay what they are.
func closing(inner, sign string) int {
	if first, _ := utf8.DecodeRuneInString(inner); unicode.IsSpace(first) || strings.HasPrefix(inner, sign[:1]) {
		return -1
	}
	for at := 0; ; at++ {
		next := strings.Index(inner[at:], sign)
		if next < 0 {
			return -1
		}
		at += next
		last, _ := utf8.DecodeLastRuneInString(inner[:at])
		after, size := utf8.DecodeRuneInString(inner[at+len(sign):])
		longer := len(sign) == 1 && strings.HasPrefix(inner[at+1:], sign) // the end of a bold one
		if !unicode.IsSpace(last) && !longer && (size == 0 || !wordy(after)) {
			return at
		}
		if longer {
			at++
		}
	}
}

func wordy(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) || r == '_' || r == '*' }
