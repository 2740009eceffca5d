package dashboard_test

import (
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// words are all texts, as the files hold them.
func words(t *testing.T) map[string]map[string]string {
	t.Helper()
	out := map[string]map[string]string{}
	files, err := filepath.Glob("words/*.json")
	require.NoError(t, err)
	for _, file := range files {
		raw, err := os.ReadFile(file)
		require.NoError(t, err)
		var texts map[string]map[string]string
		require.NoError(t, json.Unmarshal(raw, &texts), file)
		for key, text := range texts {
			out[strings.TrimSuffix(filepath.Base(file), ".json")+"."+key] = text
		}
	}
	return out
}

// Every text stands in every language, with the same {values} in it.
func TestEveryWordInEveryLanguage(t *testing.T) {
	t.Parallel()
	value := regexp.MustCompile(`\{\w+\}`)
	for key, text := range words(t) {
		require.Len(t, text, 3, key)
		set := func(lang string) map[string]bool {
			out := map[string]bool{}
			for _, v := range value.FindAllString(text[lang], -1) {
				out[v] = true
			}
			return out
		}
		for _, lang := range []string{"en", "pt", "es"} {
			require.NotEmpty(t, text[lang], "%s in %s", key, lang)
			require.Equal(t, set("en"), set(lang), "%s in %s", key, lang)
		}
	}
}

// Every text that a page, a handler or a module asks for is there.
func TestNoWordIsMissing(t *testing.T) {
	t.Parallel()
	known := words(t)
	asks := []*regexp.Regexp{
		regexp.MustCompile(`\bt "([a-z_]+\.[\w ']+)"`),                  // templates
		regexp.MustCompile(`\.T\("([a-z_]+\.[\w ']+)"[,)]`),             // handlers
		regexp.MustCompile(`(?:done|tell)\([^)]*?"([a-z_]+\.[a-z_]+)"`), // what was done
		regexp.MustCompile(`Columns: \[\]string\{(.*?)\}`),
	}
	phrase := regexp.MustCompile(`phrase\('(\w+)'`)
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.HasSuffix(path, "_test.go") {
			return err
		}
		raw, err := os.ReadFile(path)
		switch filepath.Ext(path) {
		case ".html", ".go":
			for i, re := range asks {
				for _, m := range re.FindAllStringSubmatch(string(raw), -1) {
					if i == 3 {
						for _, q := range regexp.MustCompile(`"([^"]+)"`).FindAllStringSubmatch(m[1], -1) {
							require.True(t, known[q[1]] != nil, "%s in %s", q[1], path)
						}
						continue
					}
					require.True(t, known[m[1]] != nil, "%s in %s", m[1], path)
				}
			}
		case ".js":
			for _, m := range phrase.FindAllStringSubmatch(string(raw), -1) {
				require.True(t, known["phrases."+m[1]] != nil, "%s in %s", m[1], path)
			}
		}
		return err
	})
	require.NoError(t, err)
}

// No module is longer than a person reads at once.
func TestModulesAreShort(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("static/js/*.js")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		raw, err := os.ReadFile(file)
		require.NoError(t, err)
		require.LessOrEqual(t, strings.Count(string(raw), "\n"), 300, file)
	}
}

// html/template takes data-onX for a script, and writes what it is given as one.
func TestNoAttributeIsTakenForAScript(t *testing.T) {
	t.Parallel()
	err := filepath.WalkDir("views", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		raw, err := os.ReadFile(path)
		require.NotRegexp(t, `\sdata-on[\w-]*="`, string(raw), path)
		return err
	})
	require.NoError(t, err)
}
