package dashboard

import (
	"bytes"
	"html/template"
	"reflect"
	"slices"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/renderer/html"
	gmtext "github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// writing turns messages into HTML. Raw HTML in them stays text, for
// what somebody wrote is to be read; dangerous links lose their address, which is
// goldmark's default, pictures become links: nothing
// of another server is loaded, and links open beside the desk without telling where
// they were followed.
func writing() goldmark.Markdown {
	return goldmark.New(
		goldmark.WithParser(parser.NewParser(
			parser.WithBlockParsers(without(parser.DefaultBlockParsers(), parser.NewHTMLBlockParser())...),
			parser.WithInlineParsers(without(parser.DefaultInlineParsers(), parser.NewRawHTMLParser())...),
			parser.WithParagraphTransformers(parser.DefaultParagraphTransformers()...),
			parser.WithASTTransformers(util.Prioritized(outward{}, 100)),
		)),
		goldmark.WithExtensions(extension.Linkify, extension.Strikethrough),
		goldmark.WithRendererOptions(html.WithHardWraps()),
	)
}

// without leaves out the parser of one kind.
func without(all []util.PrioritizedValue, parser any) []util.PrioritizedValue {
	return slices.DeleteFunc(all, func(p util.PrioritizedValue) bool { return reflect.TypeOf(p.Value) == reflect.TypeOf(parser) })
}

// outward marks links and unloads pictures.
type outward struct{}

func (outward) Transform(doc *ast.Document, reader gmtext.Reader, _ parser.Context) {
	var pictures []*ast.Image
	_ = ast.Walk(doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) { // the walker has no errors
		switch v := n.(type) {
		case *ast.Link:
			outside(v)
		case *ast.AutoLink:
			outside(v)
		case *ast.Image:
			if entering {
				pictures = append(pictures, v)
			}
		case *ast.Heading:
			v.Level = min(v.Level+3, 6) // the page's own headings stand above
		}
		return ast.WalkContinue, nil
	})
	for _, p := range pictures {
		link := ast.NewLink()
		link.Destination = p.Destination
		outside(link)
		for c := p.FirstChild(); c != nil; {
			next := c.NextSibling()
			link.AppendChild(link, c)
			c = next
		}
		if link.ChildCount() == 0 {
			link.AppendChild(link, ast.NewString(p.Destination))
		}
		p.Parent().ReplaceChild(p.Parent(), p, link)
	}
}

func outside(n ast.Node) {
	n.SetAttributeString("target", []byte("_blank"))
	n.SetAttributeString("rel", []byte("noopener noreferrer nofollow"))
}

// markdown is a text that anybody may have written, as HTML that is safe to show.
func (h *Handler) markdown(text string) template.HTML {
	var b bytes.Buffer
	if err := h.writing.Convert([]byte(text), &b); err != nil {
		return template.HTML(template.HTMLEscapeString(text))
	}
	return template.HTML(b.String())
}
