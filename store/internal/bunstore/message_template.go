package bunstore

import (
	"github.com/uptrace/bun"

	"github.com/gohelpdesk/helpdesk"
)

type messageTemplateRow struct {
	bun.BaseModel `bun:"table:helpdesk_message_templates,alias:t"`

	AccountID  helpdesk.AccountID                 `bun:"account_id,pk"`
	ID         helpdesk.MessageTemplateID         `bun:"id,pk,autoincrement"`
	Owner      string                             `bun:"owner"`
	ExternalID string                             `bun:"external_id"`
	Name       string                             `bun:"name"`
	Language   string                             `bun:"language"`
	Category   string                             `bun:"category"`
	Status     helpdesk.TemplateStatus            `bun:"status"`
	Quality    string                             `bun:"quality"`
	Reason     string                             `bun:"reason"`
	Content    document[helpdesk.TemplateContent] `bun:"content"`
	CreatedAt  int64                              `bun:"created_at"`
	UpdatedAt  int64                              `bun:"updated_at"`
	Version    int64                              `bun:"version"`
}

func newMessageTemplates(t *tx) *repo[helpdesk.MessageTemplateID, helpdesk.MessageTemplate, helpdesk.MessageTemplateFilter, messageTemplateRow] {
	return &repo[helpdesk.MessageTemplateID, helpdesk.MessageTemplate, helpdesk.MessageTemplateFilter, messageTemplateRow]{t, &noun[helpdesk.MessageTemplateID, helpdesk.MessageTemplate, helpdesk.MessageTemplateFilter, messageTemplateRow]{
		name: "message template", table: "@helpdesk_message_templates", alias: "t",
		pack: func(v *helpdesk.MessageTemplate) *messageTemplateRow {
			return &messageTemplateRow{
				AccountID: v.Account, ID: v.ID, Owner: v.Owner, ExternalID: v.ProviderTemplate.ID, Name: v.Name, Language: v.Language,
				Category: v.Category, Status: v.Status, Quality: v.Quality, Reason: v.Reason, Content: doc(v.TemplateContent),
				CreatedAt: micros(v.CreatedAt), UpdatedAt: micros(v.UpdatedAt), Version: v.Version,
			}
		},
		unpack: func(r *messageTemplateRow) *helpdesk.MessageTemplate {
			return &helpdesk.MessageTemplate{
				Account: r.AccountID, ID: r.ID, Owner: r.Owner,
				ProviderTemplate: helpdesk.ProviderTemplate{
					ID: r.ExternalID, Name: r.Name, Language: r.Language, Category: r.Category, Status: r.Status,
					Quality: r.Quality, Reason: r.Reason, TemplateContent: r.Content.v,
				},
				CreatedAt: moment(r.CreatedAt), UpdatedAt: moment(r.UpdatedAt), Version: r.Version,
			}
		},
		key: func(v *helpdesk.MessageTemplate) (*helpdesk.AccountID, *helpdesk.MessageTemplateID, *int64) {
			return &v.Account, &v.ID, &v.Version
		},
		filter: func(q *bun.SelectQuery, f helpdesk.MessageTemplateFilter) *bun.SelectQuery {
			for column, value := range map[string]string{
				"owner": f.Owner, "name": f.Name, "language": f.Language, "status": string(f.Status), "category": f.Category,
			} {
				if value != "" {
					q = q.Where("t.? = ?", bun.Ident(column), value)
				}
			}
			if f.Owners != nil {
				q = q.Where("t.owner IN (?)", in(f.Owners))
			}
			if f.Names != nil {
				q = q.Where("t.name IN (?)", in(f.Names))
			}
			if f.Query != "" { // names are lower case
				q = q.Where("t.name LIKE ? ESCAPE '!'", containing(f.Query))
			}
			return q
		},
	}}
}
