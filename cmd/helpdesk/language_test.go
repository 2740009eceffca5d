package main

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestDetectLanguage(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"Onde está o meu pedido? Comprei na semana passada e ainda não chegou nada.":      "pt",
		"Where is my parcel? I bought it last week and nothing has arrived yet.":          "en",
		"¿Dónde está mi pedido? Lo compré la semana pasada y todavía no ha llegado nada.": "es",
		"Guten Tag, wo bleibt meine Bestellung? Ich warte schon seit zwei Wochen.":        "de",
		"ok": "", "": "", "12345": "", "👍": "",
	} {
		require.Equal(t, want, detectLanguage(text), text)
	}
}
