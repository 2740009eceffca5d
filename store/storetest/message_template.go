package storetest

import (
	"context"

	"github.com/gohelpdesk/helpdesk"
)

func messageTemplateNoun() noun[helpdesk.MessageTemplateID, helpdesk.MessageTemplate, helpdesk.MessageTemplateFilter] {
	return noun[helpdesk.MessageTemplateID, helpdesk.MessageTemplate, helpdesk.MessageTemplateFilter]{
		name: "MessageTemplate", repo: helpdesk.Tx.MessageTemplates,
		make: func(d *desk) *helpdesk.MessageTemplate {
			return &helpdesk.MessageTemplate{
				Account: d.account, Owner: awkward("owner"),
				ProviderTemplate: helpdesk.ProviderTemplate{
					ID: awkward("1"), Name: d.name("order"), Language: "pt_BR", Category: "UTILITY", Status: helpdesk.TemplateRejected,
					Quality: "RED", Reason: awkward("why"), TemplateContent: helpdesk.TemplateContent{
						Header: helpdesk.TemplateHeader{Kind: "TEXT", Text: awkward("h"), Example: "x"}, Body: awkward("Hello {{name}}!"), Footer: "f",
						Buttons: []helpdesk.TemplateButton{{Kind: "URL", Text: "t", URL: "https://a.test/{{1}}", Phone: "p", Example: "e", Extra: map[string]any{"a": 1.0}}},
						Format:  helpdesk.NamedParameters, Examples: map[string]string{"name": awkward("Ann")}, Raw: []map[string]any{{"type": "CAROUSEL"}},
					},
				},
				CreatedAt: at(1), UpdatedAt: at(2),
			}
		},
		change: func(d *desk, t *helpdesk.MessageTemplate) {
			t.Owner, t.CreatedAt, t.UpdatedAt = "other", at(3), at(4)
			t.ProviderTemplate = helpdesk.ProviderTemplate{Name: d.name("plain")}
		},
		collide: func(v, taken *helpdesk.MessageTemplate) {
			v.Owner, v.Name, v.Language = taken.Owner, taken.Name, taken.Language
		},
	}
}

func testMessageTemplates(s suite) {
	s.test("are found by what they are", func(d *desk) {
		put := func(owner, name, language string, status helpdesk.TemplateStatus, category string) helpdesk.MessageTemplateID {
			return insert(d, helpdesk.Tx.MessageTemplates, &helpdesk.MessageTemplate{
				Owner: owner, ProviderTemplate: helpdesk.ProviderTemplate{Name: name, Language: language, Status: status, Category: category},
				CreatedAt: start, UpdatedAt: start,
			}).ID
		}
		a := put("one", "order_sent", "en", helpdesk.TemplateApproved, "UTILITY")
		b := put("one", "order_sent", "pt_BR", helpdesk.TemplatePaused, "UTILITY")
		c := put("two", "orderXsent", "en", helpdesk.TemplateApproved, "MARKETING")
		for _, row := range []struct {
			f    helpdesk.MessageTemplateFilter
			want []helpdesk.MessageTemplateID
		}{
			{helpdesk.MessageTemplateFilter{}, []helpdesk.MessageTemplateID{a, b, c}},
			{helpdesk.MessageTemplateFilter{Owner: "one"}, []helpdesk.MessageTemplateID{a, b}},
			{helpdesk.MessageTemplateFilter{Name: "order_sent", Language: "en"}, []helpdesk.MessageTemplateID{a}},
			{helpdesk.MessageTemplateFilter{Names: []string{"orderXsent", "no"}}, []helpdesk.MessageTemplateID{c}},
			{helpdesk.MessageTemplateFilter{Names: []string{}}, nil},
			{helpdesk.MessageTemplateFilter{Owners: []string{"two", "three"}}, []helpdesk.MessageTemplateID{c}},
			{helpdesk.MessageTemplateFilter{Owners: []string{}}, nil},
			{helpdesk.MessageTemplateFilter{Status: helpdesk.TemplatePaused}, []helpdesk.MessageTemplateID{b}},
			{helpdesk.MessageTemplateFilter{Category: "MARKETING"}, []helpdesk.MessageTemplateID{c}},
			{helpdesk.MessageTemplateFilter{Query: "R_S"}, []helpdesk.MessageTemplateID{a, b}},
		} {
			var rows []*helpdesk.MessageTemplate
			d.view(func(ctx context.Context, tx helpdesk.Tx) (err error) {
				rows, err = tx.MessageTemplates().List(ctx, row.f, helpdesk.Page{})
				return err
			})
			equal(d, "filtered", ids[helpdesk.MessageTemplateID](rows), row.want)
		}
	})
}
