package dashboard

import (
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"strings"
	"sync"
)

//go:embed words
var wordFiles embed.FS

// languages are those the dashboard speaks. Each text stands in all of them; a
// test keeps it so.
func languages() []string { return []string{"en", "pt", "es"} }

// catalogue holds every text: by key, then by language. The file of a text is the
// first part of its key: "labels.title" is "title" in words/labels.json.
var catalogue = sync.OnceValue(func() map[string]map[string]string {
	out := map[string]map[string]string{}
	files, err := fs.Glob(wordFiles, "words/*.json")
	for _, file := range files {
		var raw []byte
		var texts map[string]map[string]string
		if raw, err = wordFiles.ReadFile(file); err == nil {
			err = json.Unmarshal(raw, &texts)
		}
		if err != nil {
			break
		}
		area := strings.TrimSuffix(strings.TrimPrefix(file, "words/"), ".json")
		for key, text := range texts {
			out[area+"."+key] = text
		}
	}
	if err != nil {
		panic("dashboard: " + err.Error()) // they are part of the program
	}
	return out
})

// say is a text with its {names} filled in: args are names and values by turns.
// With a name "n", a text of two halves split by " | " speaks of one and of many.
// A key that nobody wrote stands for itself.
func say(lang, key string, args ...any) string {
	out, ok := catalogue()[key][lang]
	if !ok {
		return key
	}
	if len(args) == 0 {
		return out
	}
	pairs := make([]string, 0, len(args))
	for i := 0; i+1 < len(args); i += 2 {
		name, value := fmt.Sprint(args[i]), text(args[i+1])
		pairs = append(pairs, "{"+name+"}", value)
		if one, many, two := strings.Cut(out, " | "); two && name == "n" {
			if out = many; value == "1" {
				out = one
			}
		}
	}
	return strings.NewReplacer(pairs...).Replace(out)
}

func text(v any) string {
	if s, ok := v.(string); ok {
		return s
	}
	return fmt.Sprint(v)
}

// language is the catalogue of a locale like pt_BR, or of the first that it knows
// in an Accept-Language; English is the default.
func language(locale string) string {
	for _, part := range strings.Split(locale, ",") {
		part = strings.ToLower(strings.TrimSpace(part))
		if i := strings.IndexAny(part, "_-;"); i >= 0 {
			part = part[:i]
		}
		for _, known := range languages() {
			if part == known {
				return known
			}
		}
	}
	return "en"
}

// chooseLanguage is what the person chose in their profile, or the account's.
func (c *call) chooseLanguage() string {
	if own, ok := c.user.UISettings["locale"].(string); ok && own != "" {
		return language(own)
	}
	if c.account.Locale != "" {
		return language(c.account.Locale)
	}
	return c.lang
}
