package whatsapp

import (
	"context"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/gohelpdesk/helpdesk"
)

// template fills in an approved template: named and positional variables, a header
// of every kind, and what its buttons need.
func (w *sender) template(ctx context.Context, out *helpdesk.Outbound) (object, error) {
	t := out.Template
	var components []object
	header, err := w.templateHeader(ctx, out)
	if err != nil {
		return nil, err
	}
	if header != nil {
		components = append(components, object{"type": "header", "parameters": []object{header}})
	}
	if body := bodyParameters(t); len(body) > 0 {
		components = append(components, object{"type": "body", "parameters": body})
	}
	components = append(components, buttonParameters(t)...)
	part := object{"name": t.Name, "language": object{"code": t.Language, "policy": "deterministic"}}
	if len(components) > 0 {
		part["components"] = components
	}
	return object{"type": "template", "template": part}, nil
}

func (w *sender) templateHeader(ctx context.Context, out *helpdesk.Outbound) (object, error) {
	t := out.Template
	switch kind := t.TemplateContent.Header.Kind; kind {
	case "TEXT":
		names := helpdesk.TemplateVariables(t.TemplateContent.Header.Text)
		if len(names) == 0 {
			return nil, nil
		}
		p := object{"type": "text", "text": t.Header}
		if t.Format == helpdesk.NamedParameters {
			p["parameter_name"] = names[0]
		}
		return p, nil
	case "IMAGE", "VIDEO", "DOCUMENT":
		file := object{"link": t.Header}
		if t.Header == "" && len(out.Attachments) > 0 {
			_, contentType := mediaKind(out.Attachments[0])
			id, err := w.upload(ctx, out.Attachments[0], contentType)
			if err != nil {
				return nil, err
			}
			file = object{"id": id}
			if kind == "DOCUMENT" && out.Attachments[0].Name != "" {
				file["filename"] = out.Attachments[0].Name
			}
		}
		low := strings.ToLower(kind)
		return object{"type": low, low: file}, nil
	case "LOCATION":
		return object{"type": "location", "location": out.ContentAttrs["location"]}, nil
	}
	return nil, nil
}

func bodyParameters(t *helpdesk.TemplateUse) []object {
	names := helpdesk.TemplateVariables(t.Body)
	if t.Format != helpdesk.NamedParameters { // by number, whatever the order in the text
		slices.SortFunc(names, func(a, b string) int {
			x, _ := strconv.Atoi(a)
			y, _ := strconv.Atoi(b)
			return x - y
		})
	}
	var parameters []object
	for _, name := range names {
		p := object{"type": "text", "text": t.Params[name]}
		if t.Format == helpdesk.NamedParameters {
			p["parameter_name"] = name
		}
		parameters = append(parameters, p)
	}
	if t.Body == "" && t.Category == "AUTHENTICATION" { // its text is Meta's; the code is the only variable
		for _, name := range slices.Sorted(maps.Keys(t.Params)) {
			parameters = append(parameters, object{"type": "text", "text": t.Params[name]})
		}
	}
	return parameters
}

// buttonParameters are what the buttons need: those without a variable need none.
func buttonParameters(t *helpdesk.TemplateUse) []object {
	var out []object
	for i, b := range t.TemplateContent.Buttons {
		given, has := t.Buttons[i]
		var p object
		kind := strings.ToLower(b.Kind)
		switch b.Kind {
		case "QUICK_REPLY":
			p = object{"type": "payload", "payload": given}
		case "URL":
			p = object{"type": "text", "text": given}
			has = has && len(helpdesk.TemplateVariables(b.URL)) > 0
		case "OTP": // a code is pressed as an address is
			kind, p = "url", object{"type": "text", "text": given}
			if !has {
				given, has = t.Params["1"]
				p["text"] = given
			}
		case "COPY_CODE":
			p = object{"type": "coupon_code", "coupon_code": given}
		case "FLOW", "CATALOG", "MPM":
			has = has || b.Kind == "FLOW"
			action := object{}
			if b.Kind == "FLOW" && given != "" {
				action["flow_token"] = given
			} else if given != "" {
				action["thumbnail_product_retailer_id"] = given
			}
			p = object{"type": "action", "action": action}
		default:
			has = false
		}
		if has {
			out = append(out, object{"type": "button", "sub_type": kind, "index": strconv.Itoa(i), "parameters": []object{p}})
		}
	}
	return out
}
