package bunstore

import (
	"github.com/uptrace/bun"

	"github.com/gohelpdesk/helpdesk"
)

type attributeRow struct {
	bun.BaseModel `bun:"table:helpdesk_attribute_definitions,alias:d"`

	AccountID   helpdesk.AccountID      `bun:"account_id,pk"`
	ID          helpdesk.AttributeID    `bun:"id,pk,autoincrement"`
	Model       helpdesk.AttributeModel `bun:"model"`
	Key         string                  `bun:"key"`
	Name        string                  `bun:"name"`
	Description string                  `bun:"description"`
	Type        helpdesk.AttributeType  `bun:"type"`
	Choices     document[[]string]      `bun:"choices"`
	Pattern     string                  `bun:"pattern"`
	Hint        string                  `bun:"hint"`
	Default     string                  `bun:"default_value"`
	CreatedAt   int64                   `bun:"created_at"`
	UpdatedAt   int64                   `bun:"updated_at"`
	Version     int64                   `bun:"version"`
}

func newAttributes(t *tx) *repo[helpdesk.AttributeID, helpdesk.AttributeDefinition, helpdesk.AttributeFilter, attributeRow] {
	return &repo[helpdesk.AttributeID, helpdesk.AttributeDefinition, helpdesk.AttributeFilter, attributeRow]{t, &noun[helpdesk.AttributeID, helpdesk.AttributeDefinition, helpdesk.AttributeFilter, attributeRow]{
		name: "attribute", table: "@helpdesk_attribute_definitions", alias: "d", config: true,
		pack: func(v *helpdesk.AttributeDefinition) *attributeRow {
			return &attributeRow{
				AccountID: v.Account, ID: v.ID, Model: v.Model, Key: v.Key, Name: v.Name, Description: v.Description,
				Type: v.Type, Choices: doc(v.Choices), Pattern: v.Pattern, Hint: v.Hint, Default: v.Default,
				CreatedAt: micros(v.CreatedAt), UpdatedAt: micros(v.UpdatedAt), Version: v.Version,
			}
		},
		unpack: func(r *attributeRow) *helpdesk.AttributeDefinition {
			return &helpdesk.AttributeDefinition{
				Account: r.AccountID, ID: r.ID, Model: r.Model, Key: r.Key, Name: r.Name, Description: r.Description,
				Type: r.Type, Choices: r.Choices.v, Pattern: r.Pattern, Hint: r.Hint, Default: r.Default,
				CreatedAt: moment(r.CreatedAt), UpdatedAt: moment(r.UpdatedAt), Version: r.Version,
			}
		},
		key: func(v *helpdesk.AttributeDefinition) (*helpdesk.AccountID, *helpdesk.AttributeID, *int64) {
			return &v.Account, &v.ID, &v.Version
		},
		filter: func(q *bun.SelectQuery, f helpdesk.AttributeFilter) *bun.SelectQuery {
			if f.Model != "" {
				q = q.Where("d.model = ?", f.Model)
			}
			if f.Key != "" {
				q = q.Where("d.key = ?", f.Key)
			}
			return q
		},
	}}
}
