package widget

import (
	"fmt"
	"io/fs"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestWords has every text in every language, with the same places to fill in, and
// every text that is asked for in the catalogue.
func TestWords(t *testing.T) {
	t.Parallel()
	place := regexp.MustCompile(`\{\w+\}`)
	all := words()
	for lang, catalogue := range all {
		require.Len(t, catalogue, len(all["en"]), lang)
		for key, text := range all["en"] {
			require.NotEmpty(t, catalogue[key], "%s: %s", lang, key)
			require.ElementsMatch(t, place.FindAllString(text, -1), place.FindAllString(catalogue[key], -1), "%s: %s", lang, key)
		}
	}
	asked := regexp.MustCompile(`\bt\("(\w+)"|\.T\.(\w+)`)
	require.NoError(t, fs.WalkDir(files, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		raw, err := files.ReadFile(name)
		require.NoError(t, err)
		for _, m := range asked.FindAllStringSubmatch(string(raw), -1) {
			key := m[1] + m[2]
			if key == "rating" {
				continue // with its number
			}
			require.NotEmpty(t, all["en"][key], "%s asks for %q", name, key)
		}
		if strings.HasSuffix(name, ".js") {
			require.LessOrEqual(t, strings.Count(string(raw), "\n"), 300, name)
		}
		return nil
	}))
}

func TestThemeIsLegible(t *testing.T) {
	t.Parallel()
	for color, ink := range map[string]string{
		"#1f93ff": "#ffffff", "#ffffff": "#111111", "#000000": "#ffffff", "#ffe600": "#111111", "#2457d6": "#ffffff", "#7bd389": "#111111", "red": "#ffffff", "": "#ffffff",
	} {
		got := themeOf(color)
		require.Equal(t, ink, got.Ink, color)
		var fill [3]float64
		for i := range fill {
			var v int
			_, err := fmt.Sscanf(got.Fill[1+2*i:3+2*i], "%02x", &v)
			require.NoError(t, err)
			fill[i] = float64(v)
		}
		on := 1.0
		if got.Ink == "#111111" {
			on = 0.0056
		}
		require.GreaterOrEqual(t, contrast(fill, on), minContrast, color)
	}
}
