package dashboard

import (
	"fmt"
	"html/template"
	"strings"

	"github.com/boombuler/barcode/qr"
)

// qrCode draws a text as a QR code in SVG, black on white whatever the theme: what
// reads it is a camera. "" = the text does not fit into one.
func qrCode(text, label string) template.HTML {
	code, err := qr.Encode(text, qr.M, qr.Auto)
	if err != nil {
		return ""
	}
	const edge = 4 // modules of white around it, as readers want
	size := code.Bounds().Dx()
	var dark strings.Builder
	for y := range size {
		for x := range size {
			if r, _, _, _ := code.At(x, y).RGBA(); r == 0 {
				fmt.Fprintf(&dark, "M%d %dh1v1h-1z", x+edge, y+edge)
			}
		}
	}
	return template.HTML(fmt.Sprintf(`<svg class="qr" role="img" aria-label="%s" viewBox="0 0 %d %d" shape-rendering="crispEdges"><path fill="#fff" d="M0 0h%[2]dv%[3]dH0z"/><path fill="#000" d="%s"/></svg>`, //nolint:gosec // numbers, and a label that is escaped
		template.HTMLEscapeString(label), size+2*edge, size+2*edge, dark.String()))
}
