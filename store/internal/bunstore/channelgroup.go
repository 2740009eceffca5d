package bunstore

import (
	"context"
	"slices"

	"github.com/uptrace/bun"

	"github.com/gohelpdesk/helpdesk"
)

type channelGroupRow struct {
	bun.BaseModel `bun:"table:helpdesk_channel_groups,alias:g"`

	AccountID   helpdesk.AccountID           `bun:"account_id,pk"`
	ID          helpdesk.ChannelGroupID      `bun:"id,pk,autoincrement"`
	Name        string                       `bun:"name"`
	NameFold    string                       `bun:"name_fold"`
	Description string                       `bun:"description"`
	Inboxes     document[[]helpdesk.InboxID] `bun:"inboxes"`
	CreatedAt   int64                        `bun:"created_at"`
	UpdatedAt   int64                        `bun:"updated_at"`
	Version     int64                        `bun:"version"`
}

func newChannelGroups(t *tx) *repo[helpdesk.ChannelGroupID, helpdesk.ChannelGroup, helpdesk.ChannelGroupFilter, channelGroupRow] {
	return &repo[helpdesk.ChannelGroupID, helpdesk.ChannelGroup, helpdesk.ChannelGroupFilter, channelGroupRow]{t, &noun[helpdesk.ChannelGroupID, helpdesk.ChannelGroup, helpdesk.ChannelGroupFilter, channelGroupRow]{
		name: "channel group", table: "@helpdesk_channel_groups", alias: "g", config: true,
		pack: func(v *helpdesk.ChannelGroup) *channelGroupRow {
			return &channelGroupRow{
				AccountID: v.Account, ID: v.ID, Name: v.Name, NameFold: fold(v.Name), Description: v.Description, Inboxes: doc(v.Inboxes),
				CreatedAt: micros(v.CreatedAt), UpdatedAt: micros(v.UpdatedAt), Version: v.Version,
			}
		},
		unpack: func(r *channelGroupRow) *helpdesk.ChannelGroup {
			return &helpdesk.ChannelGroup{
				Account: r.AccountID, ID: r.ID, Name: r.Name, Description: r.Description, Inboxes: r.Inboxes.v,
				CreatedAt: moment(r.CreatedAt), UpdatedAt: moment(r.UpdatedAt), Version: r.Version,
			}
		},
		key: func(v *helpdesk.ChannelGroup) (*helpdesk.AccountID, *helpdesk.ChannelGroupID, *int64) {
			return &v.Account, &v.ID, &v.Version
		},
	}}
}

// dropGrouped takes an inbox off the groups it is in.
func (t *tx) dropGrouped(ctx context.Context, id helpdesk.InboxID) error {
	groups := newChannelGroups(t)
	for offset := 0; ; offset += helpdesk.MaxPage {
		page, err := groups.List(ctx, helpdesk.ChannelGroupFilter{}, helpdesk.Page{Limit: helpdesk.MaxPage, Offset: offset})
		if err != nil {
			return err
		}
		for _, g := range page {
			i := slices.Index(g.Inboxes, id)
			if i < 0 {
				continue
			}
			g.Inboxes = slices.Delete(g.Inboxes, i, i+1)
			if err := groups.Update(ctx, g); err != nil {
				return err
			}
		}
		if len(page) < helpdesk.MaxPage {
			return nil
		}
	}
}
