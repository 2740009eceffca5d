package bunstore

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// How texts are searched
//
// Neither database takes a text apart: both are given words, which this file
// makes, so that both find the same. Words are kept in a column, in order and
// with a space between them; the index over it holds each as "7_word", 7 being
// the account, so that no account's search reads another's entries. An index
// finds the rows that hold all words; phrases are then looked up in the column.
//
// Contacts are searched by parts of words. They keep their trigrams in the same
// way: an index finds who has all of a part's trigrams, and LIKE has the last say.

const (
	maxWord  = 64 // characters of a word that count
	maxWords = 32 // words of a question that count
)

// spaceless reports whether r is of a script that puts no spaces between words.
// Each such letter is a word, and what is asked for in them is a phrase.
func spaceless(r rune) bool {
	return r >= 0x0E00 && unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar)
}

// wordsOf takes a text apart: runs of letters, digits and marks, without case.
func wordsOf(text string) []string {
	var words []string
	var word []rune
	end := func() {
		if len(word) > 0 {
			words = append(words, string(word[:min(len(word), maxWord)]))
		}
		word = word[:0]
	}
	alone := false // the word is one letter of a spaceless script
	for _, r := range norm.NFC.String(fold(text)) {
		switch {
		case unicode.IsMark(r):
			if len(word) > 0 {
				word = append(word, r)
			}
		case !unicode.IsLetter(r) && !unicode.IsNumber(r):
			end()
		default:
			if single := spaceless(r); single || alone {
				end()
				alone = single
			}
			word = append(word, r)
		}
	}
	end()
	return words
}

// question is a search that was taken apart.
type question struct {
	words   []string // all must be there
	prefix  string   // the beginning of a word that must be there; "" = none
	phrases []string // LIKE patterns over " " + words + " "
}

// parseQuestion reads what a person typed: words and "phrases". A piece such as
// an e-mail address is a phrase too. The last word may be the beginning of one,
// unless it is quoted or a single character.
func parseQuestion(text string) question {
	var q question
	text = strings.NewReplacer("“", `"`, "”", `"`, "„", `"`).Replace(text)
	parts := strings.Split(text, `"`)
	for i, part := range parts {
		if quoted := i%2 == 1; quoted {
			q.add(wordsOf(part), false)
			continue
		}
		pieces := strings.Fields(part)
		for j, piece := range pieces {
			q.add(wordsOf(piece), i == len(parts)-1 && j == len(pieces)-1)
		}
	}
	slices.Sort(q.words)
	q.words = slices.Compact(q.words)
	return q
}

// add wants the words in a row; open says that the last is only begun.
func (q *question) add(words []string, open bool) {
	words = words[:min(len(words), max(0, maxWords-len(q.words)))]
	if len(words) == 0 {
		return
	}
	last := words[len(words)-1]
	open = open && utf8.RuneCountInString(last) > 1
	if len(words) > 1 {
		pattern := "% " + strings.Join(words, " ")
		if !open {
			pattern += " "
		}
		q.phrases = append(q.phrases, pattern+"%")
	}
	if open {
		q.prefix, words = last, words[:len(words)-1]
	}
	q.words = append(q.words, words...)
}

// patterns are LIKE patterns over " " + words + " " that say the whole question.
func (q *question) patterns() []string {
	all := slices.Clone(q.phrases)
	for _, w := range q.words {
		all = append(all, "% "+w+" %")
	}
	if q.prefix != "" {
		all = append(all, "% "+q.prefix+"%")
	}
	return all
}

// none says that nothing can be found: no word was asked for.
func (q *question) none() bool { return len(q.words) == 0 && q.prefix == "" }

// grams are the trigrams of texts, each once, with a space between them.
func grams(texts ...string) string {
	var all []string
	for _, text := range texts {
		all = append(all, gramsOf(text)...)
	}
	slices.Sort(all)
	return strings.Join(slices.Compact(all), " ")
}

// gramsOf are a text's trigrams of nothing but letters, digits and marks, in order.
func gramsOf(text string) []string {
	var out []string
	runes := []rune(fold(text))
	for i := range len(runes) - 2 {
		gram := runes[i : i+3]
		if !slices.ContainsFunc(gram, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsNumber(r) && !unicode.IsMark(r) }) {
			out = append(out, string(gram))
		}
	}
	return out
}
