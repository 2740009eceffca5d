package survey

import (
	"maps"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestEveryWordInEveryLanguage(t *testing.T) {
	t.Parallel()
	keys := slices.Sorted(maps.Keys(words()["en"]))
	for lang, texts := range words() {
		require.Equal(t, keys, slices.Sorted(maps.Keys(texts)), lang)
		for key, text := range texts {
			require.NotEmpty(t, text, "%s in %s", key, lang)
		}
	}
	for _, key := range []string{"title", "legend", "comment", "optional", "send", "thanks", "choose", "long", "closed", "missing", "later"} {
		require.Contains(t, keys, key)
	}
}
