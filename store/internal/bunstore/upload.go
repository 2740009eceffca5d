package bunstore

import (
	"github.com/uptrace/bun"

	"github.com/gohelpdesk/helpdesk"
)

type uploadRow struct {
	bun.BaseModel `bun:"table:helpdesk_uploads,alias:up"`

	AccountID   helpdesk.AccountID `bun:"account_id,pk"`
	ID          helpdesk.UploadID  `bun:"id,pk,autoincrement"`
	ByKind      helpdesk.ActorKind `bun:"by_kind"`
	ByID        int64              `bun:"by_id"`
	Name        string             `bun:"name"`
	ContentType string             `bun:"content_type"`
	Size        int64              `bun:"size"`
	Checksum    string             `bun:"checksum"`
	Width       int                `bun:"width"`
	Height      int                `bun:"height"`
	Blob        string             `bun:"blob"`
	Held        bool               `bun:"held"`
	CreatedAt   int64              `bun:"created_at"`
	Version     int64              `bun:"version"`
}

func newUploads(t *tx) *repo[helpdesk.UploadID, helpdesk.Upload, helpdesk.UploadFilter, uploadRow] {
	return &repo[helpdesk.UploadID, helpdesk.Upload, helpdesk.UploadFilter, uploadRow]{t, &noun[helpdesk.UploadID, helpdesk.Upload, helpdesk.UploadFilter, uploadRow]{
		name: "upload", table: "@helpdesk_uploads", alias: "up",
		pack: func(v *helpdesk.Upload) *uploadRow {
			return &uploadRow{
				AccountID: v.Account, ID: v.ID, ByKind: v.By.Kind, ByID: v.By.ID, Name: v.Name, ContentType: v.ContentType,
				Size: v.Size, Checksum: v.Checksum, Width: v.Width, Height: v.Height, Blob: v.Blob, Held: v.Held,
				CreatedAt: micros(v.CreatedAt), Version: v.Version,
			}
		},
		unpack: func(r *uploadRow) *helpdesk.Upload {
			return &helpdesk.Upload{
				Account: r.AccountID, ID: r.ID, By: helpdesk.ActorRef{Kind: r.ByKind, ID: r.ByID}, Name: r.Name, ContentType: r.ContentType,
				Size: r.Size, Checksum: r.Checksum, Width: r.Width, Height: r.Height, Blob: r.Blob, Held: r.Held,
				CreatedAt: moment(r.CreatedAt), Version: r.Version,
			}
		},
		key: func(v *helpdesk.Upload) (*helpdesk.AccountID, *helpdesk.UploadID, *int64) {
			return &v.Account, &v.ID, &v.Version
		},
		filter: func(q *bun.SelectQuery, f helpdesk.UploadFilter) *bun.SelectQuery {
			if !f.Before.IsZero() {
				q = q.Where("NOT up.held AND up.created_at < ?", micros(f.Before))
			}
			return q
		},
	}}
}
