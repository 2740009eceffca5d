package bunstore

import (
	"github.com/uptrace/bun"

	"github.com/gohelpdesk/helpdesk"
)

type cannedRow struct {
	bun.BaseModel `bun:"table:helpdesk_canned_responses,alias:r"`

	AccountID     helpdesk.AccountID            `bun:"account_id,pk"`
	ID            helpdesk.CannedID             `bun:"id,pk,autoincrement"`
	ShortCode     string                        `bun:"short_code"`
	ShortCodeFold string                        `bun:"short_code_fold"`
	Content       string                        `bun:"content"`
	ContentFold   string                        `bun:"content_fold"`
	Files         document[[]helpdesk.KeptFile] `bun:"files"`
	CreatedAt     int64                         `bun:"created_at"`
	UpdatedAt     int64                         `bun:"updated_at"`
	Version       int64                         `bun:"version"`
}

func newCanned(t *tx) *repo[helpdesk.CannedID, helpdesk.CannedResponse, helpdesk.CannedFilter, cannedRow] {
	return &repo[helpdesk.CannedID, helpdesk.CannedResponse, helpdesk.CannedFilter, cannedRow]{t, &noun[helpdesk.CannedID, helpdesk.CannedResponse, helpdesk.CannedFilter, cannedRow]{
		name: "canned response", table: "@helpdesk_canned_responses", alias: "r",
		pack: func(v *helpdesk.CannedResponse) *cannedRow {
			return &cannedRow{
				AccountID: v.Account, ID: v.ID, ShortCode: v.ShortCode, ShortCodeFold: fold(v.ShortCode), Content: v.Content,
				ContentFold: fold(v.Content), Files: doc(v.Files),
				CreatedAt: micros(v.CreatedAt), UpdatedAt: micros(v.UpdatedAt), Version: v.Version,
			}
		},
		unpack: func(r *cannedRow) *helpdesk.CannedResponse {
			return &helpdesk.CannedResponse{
				Account: r.AccountID, ID: r.ID, ShortCode: r.ShortCode, Content: r.Content, Files: r.Files.v,
				CreatedAt: moment(r.CreatedAt), UpdatedAt: moment(r.UpdatedAt), Version: r.Version,
			}
		},
		key: func(v *helpdesk.CannedResponse) (*helpdesk.AccountID, *helpdesk.CannedID, *int64) {
			return &v.Account, &v.ID, &v.Version
		},
		filter: func(q *bun.SelectQuery, f helpdesk.CannedFilter) *bun.SelectQuery {
			if f.ShortCode != "" {
				q = q.Where("r.short_code_fold = ?", fold(f.ShortCode))
			}
			if f.Query != "" {
				p := containing(f.Query)
				q = q.Where("(r.short_code_fold LIKE ? ESCAPE '!' OR r.content_fold LIKE ? ESCAPE '!')", p, p)
			}
			return q
		},
	}}
}
