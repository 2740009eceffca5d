package bunstore

import (
	"context"
	"fmt"

	"github.com/uptrace/bun"

	"github.com/gohelpdesk/helpdesk"
)

type labelRow struct {
	bun.BaseModel `bun:"table:helpdesk_labels,alias:l"`

	AccountID   helpdesk.AccountID `bun:"account_id,pk"`
	ID          helpdesk.LabelID   `bun:"id,pk,autoincrement"`
	Title       string             `bun:"title"`
	TitleFold   string             `bun:"title_fold"`
	Description string             `bun:"description"`
	Color       string             `bun:"color"`
	Sidebar     bool               `bun:"sidebar"`
	Adhoc       bool               `bun:"adhoc"`
	CreatedAt   int64              `bun:"created_at"`
	UpdatedAt   int64              `bun:"updated_at"`
	Version     int64              `bun:"version"`
}

type labels struct {
	repo[helpdesk.LabelID, helpdesk.Label, helpdesk.LabelFilter, labelRow]
}

func newLabels(t *tx) *labels {
	return &labels{repo[helpdesk.LabelID, helpdesk.Label, helpdesk.LabelFilter, labelRow]{t, &noun[helpdesk.LabelID, helpdesk.Label, helpdesk.LabelFilter, labelRow]{
		name: "label", table: "@helpdesk_labels", alias: "l", config: true,
		pack: func(v *helpdesk.Label) *labelRow {
			return &labelRow{
				AccountID: v.Account, ID: v.ID, Title: v.Title, TitleFold: fold(v.Title), Description: v.Description,
				Color: v.Color, Sidebar: v.Sidebar, Adhoc: v.Adhoc,
				CreatedAt: micros(v.CreatedAt), UpdatedAt: micros(v.UpdatedAt), Version: v.Version,
			}
		},
		unpack: func(r *labelRow) *helpdesk.Label {
			return &helpdesk.Label{
				Account: r.AccountID, ID: r.ID, Title: r.Title, Description: r.Description,
				Color: r.Color, Sidebar: r.Sidebar, Adhoc: r.Adhoc,
				CreatedAt: moment(r.CreatedAt), UpdatedAt: moment(r.UpdatedAt), Version: r.Version,
			}
		},
		key: func(v *helpdesk.Label) (*helpdesk.AccountID, *helpdesk.LabelID, *int64) {
			return &v.Account, &v.ID, &v.Version
		},
		filter: func(q *bun.SelectQuery, f helpdesk.LabelFilter) *bun.SelectQuery {
			if f.Titles != nil {
				q = q.Where("l.title_fold IN (?)", in(foldAll(f.Titles)))
			}
			if f.IDs != nil {
				q = q.Where("l.id IN (?)", in(f.IDs))
			}
			if f.Defined {
				q = q.Where("NOT l.adhoc")
			}
			return q
		},
	}}}
}

// Delete implements helpdesk.Repo: the label comes off everything that carries it.
func (r *labels) Delete(ctx context.Context, id helpdesk.LabelID) error {
	if err := r.repo.Delete(ctx, id); err != nil {
		return err
	}
	mark := fmt.Sprintf(",%d,", id)
	for _, owner := range []string{"conversation", "contact"} {
		joins := "@helpdesk_" + owner + "_labels"
		_, err := r.exec(ctx, "UPDATE @helpdesk_"+owner+"s SET labels = replace(labels, ?, ',') WHERE account_id = ? AND id IN (SELECT "+
			owner+"_id FROM "+joins+" WHERE account_id = ? AND label_id = ?)", mark, r.account, r.account, id)
		if err != nil {
			return err
		}
		if _, err := r.exec(ctx, "DELETE FROM "+joins+" WHERE account_id = ? AND label_id = ?", r.account, id); err != nil {
			return err
		}
	}
	_, err := r.exec(ctx, "DELETE FROM @helpdesk_conversation_counts WHERE account_id = ? AND facet = ?", r.account, id)
	return err
}

// setLabels replaces the labels of a conversation or contact beside its row.
func (t *tx) setLabels(ctx context.Context, owner string, id int64, labels []helpdesk.LabelID) error {
	joins := "@helpdesk_" + owner + "_labels"
	if _, err := t.exec(ctx, "DELETE FROM "+joins+" WHERE account_id = ? AND "+owner+"_id = ?", t.account, id); err != nil {
		return err
	}
	return t.addLabels(ctx, owner, id, labels)
}

func (t *tx) addLabels(ctx context.Context, owner string, id int64, labels []helpdesk.LabelID) error {
	if len(labels) == 0 {
		return nil
	}
	_, err := t.exec(ctx, "INSERT INTO @helpdesk_"+owner+"_labels (account_id, "+owner+"_id, label_id) VALUES ? ON CONFLICT DO NOTHING",
		pairs(int64(t.account), id, labels))
	return err
}

// labelled is the condition that a row carries any of the titles.
func (t *tx) labelled(q *bun.SelectQuery, owner, alias string, titles []string) *bun.SelectQuery {
	return q.Where(t.d.qualify("EXISTS (SELECT 1 FROM @helpdesk_"+owner+"_labels AS x JOIN @helpdesk_labels AS l ON l.account_id = x.account_id AND l.id = x.label_id"+
		" WHERE x.account_id = "+alias+".account_id AND x."+owner+"_id = "+alias+".id AND l.title_fold IN (?))"), in(foldAll(titles)))
}

func foldAll(texts []string) []string {
	folded := make([]string, len(texts))
	for i, s := range texts {
		folded[i] = fold(s)
	}
	return folded
}
