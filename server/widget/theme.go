package widget

import (
	"fmt"
	"math"
	"net/http"
	"regexp"
	"strconv"
)

// theme is what becomes of the colour that somebody chose for their window.
type theme struct {
	Fill string // the colour itself, or a little darker
	Ink  string // what is written on it: contrast of 4.5 or more
}

const (
	defaultColor = "#1f93ff"
	minContrast  = 4.5
)

var hexColor = regexp.MustCompile(`^#[0-9a-fA-F]{6}$`)

// themeOf darkens a colour on which white is nearly legible until it is, which
// nobody notices; on a bright one it writes in black.
func themeOf(color string) theme {
	if !hexColor.MatchString(color) {
		color = defaultColor
	}
	n, err := strconv.ParseUint(color[1:], 16, 32)
	if err != nil {
		return theme{"#0b65bd", "#ffffff"}
	}
	rgb := [3]float64{float64(n >> 16 & 255), float64(n >> 8 & 255), float64(n & 255)}
	if contrast(rgb, 1) < 2.4 {
		return theme{color, "#111111"}
	}
	for contrast(rgb, 1) < minContrast {
		for i := range rgb {
			rgb[i] *= 0.97
		}
	}
	return theme{fmt.Sprintf("#%02x%02x%02x", int(rgb[0]), int(rgb[1]), int(rgb[2])), "#ffffff"}
}

// contrast is WCAG's, with a grey of the luminance.
func contrast(rgb [3]float64, other float64) float64 {
	weights, l := [3]float64{0.2126, 0.7152, 0.0722}, 0.0
	for i, v := range rgb {
		v = math.Floor(v) / 255
		if v <= 0.04045 {
			v /= 12.92
		} else {
			v = math.Pow((v+0.055)/1.055, 2.4)
		}
		l += weights[i] * v
	}
	return (math.Max(l, other) + 0.05) / (math.Min(l, other) + 0.05)
}

// theme is a style sheet of two colours: the policy allows none in the page.
func (h *handler) theme(w http.ResponseWriter, r *http.Request) {
	t := themeOf("#" + r.URL.Query().Get("color"))
	w.Header().Set("Content-Type", "text/css; charset=utf-8")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Header().Set("Cache-Control", "public, max-age=86400")
	fmt.Fprintf(w, ":root { --brand: %s; --on-brand: %s; }\n", t.Fill, t.Ink)
}
