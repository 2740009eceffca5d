package wire

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Clip cuts s to at most limit characters, never inside of what a reader sees as
// one: an emoji with its colour, a letter with its accent.
func Clip(s string, limit int) string {
	head, _ := cut(s, limit)
	return head
}

// Ellipsis is Clip that shows that it did something.
func Ellipsis(s string, limit int) string {
	if utf8.RuneCountInString(s) <= limit {
		return s
	}
	return strings.TrimRightFunc(Clip(s, limit-1), unicode.IsSpace) + "…"
}

// Split divides s into parts of at most limit characters, between words where
// there are any in the second half of a part. The parts are s without the space
// between them.
func Split(s string, limit int) []string {
	return split(s, func(s string) int {
		if utf8.RuneCountInString(s) <= limit {
			return -1
		}
		return limit
	})
}

// SplitBytes is Split for a limit in bytes of UTF-8.
func SplitBytes(s string, limit int) []string {
	return split(s, func(s string) int {
		if len(s) <= limit {
			return -1
		}
		n, at := 0, 0
		for at < len(s) {
			_, size := utf8.DecodeRuneInString(s[at:])
			if at+size > limit {
				break
			}
			at, n = at+size, n+1
		}
		return max(n, 1)
	})
}

// split divides s where fits, the number of characters that go into a part, says;
// -1 = all of them.
func split(s string, fits func(string) int) []string {
	var parts []string
	for limit := fits(s); limit >= 0; limit = fits(s) {
		head, tail := cut(s, limit)
		if at := strings.LastIndexFunc(head, unicode.IsSpace); at > len(head)/2 {
			if next, _ := utf8.DecodeRuneInString(tail); !unicode.IsSpace(next) {
				head, tail = head[:at], s[at:]
			}
		}
		if head = strings.TrimRightFunc(head, unicode.IsSpace); head != "" {
			parts = append(parts, head)
		}
		s = strings.TrimLeftFunc(tail, unicode.IsSpace)
	}
	if s != "" || parts == nil {
		parts = append(parts, s)
	}
	return parts
}

// cut divides s after at most limit characters, at least one, between what a
// reader sees as one.
func cut(s string, limit int) (head, tail string) {
	at, count := 0, 0
	for at < len(s) && count < limit {
		_, size := utf8.DecodeRuneInString(s[at:])
		at, count = at+size, count+1
	}
	end := at
	for at > 0 && at < len(s) && joined(s[:at], s[at:]) {
		_, size := utf8.DecodeLastRuneInString(s[:at])
		at -= size
	}
	if at == 0 { // one that is longer than the limit
		at = end
	}
	return s[:at], s[at:]
}

// joined reports whether the end of one text and the beginning of the other make
// one sign: combining marks, joiners, skin colours, flags.
func joined(before, after string) bool {
	last, _ := utf8.DecodeLastRuneInString(before)
	next, _ := utf8.DecodeRuneInString(after)
	const joiner = '\u200d'
	switch {
	case last == joiner || next == joiner || unicode.Is(unicode.M, next):
		return true
	case next >= 0x1F3FB && next <= 0x1F3FF, last == '\r' && next == '\n':
		return true
	case flag(last) && flag(next): // flags are pairs: is the last one open?
		n := 0
		for before != "" {
			r, size := utf8.DecodeLastRuneInString(before)
			if !flag(r) {
				break
			}
			before, n = before[:len(before)-size], n+1
		}
		return n%2 == 1
	}
	return false
}

func flag(r rune) bool { return r >= 0x1F1E6 && r <= 0x1F1FF }

// printable drops what must not stand in a header.
func printable(r rune) rune {
	if r < ' ' || r == 0x7f {
		return -1
	}
	return r
}

// quoted makes s safe between the quotes of a header's value.
func quoted(s string) string {
	return strings.NewReplacer(`\`, `\\`, `"`, "%22").Replace(strings.Map(printable, s))
}
