package main

import wl "github.com/abadojack/whatlanggo"

// sureLanguage is how sure detectLanguage has to be, from 0 to 1.
const sureLanguage = 0.5

// detectLanguage tells a text's language where it is long and plain enough to tell,
// among those that customers are likely to write: with every language of the world
// to choose from, a short text looks like many.
func detectLanguage(text string) string {
	info := wl.DetectWithOptions(text, wl.Options{Whitelist: map[wl.Lang]bool{
		wl.Arb: true, wl.Ben: true, wl.Bul: true, wl.Ces: true, wl.Cmn: true, wl.Dan: true, wl.Deu: true, wl.Ell: true, wl.Eng: true, wl.Fin: true,
		wl.Fra: true, wl.Heb: true, wl.Hin: true, wl.Hrv: true, wl.Hun: true, wl.Ind: true, wl.Ita: true, wl.Jpn: true, wl.Kor: true, wl.Nld: true,
		wl.Nob: true, wl.Pes: true, wl.Pol: true, wl.Por: true, wl.Ron: true, wl.Rus: true, wl.Spa: true, wl.Swe: true, wl.Tha: true, wl.Tur: true,
		wl.Ukr: true, wl.Urd: true, wl.Vie: true,
	}})
	if info.Confidence < sureLanguage {
		return ""
	}
	return info.Lang.Iso6391()
}
