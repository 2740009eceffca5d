package bunstore

import (
	"context"

	"github.com/uptrace/bun"

	"github.com/gohelpdesk/helpdesk"
)

type campaignRow struct {
	bun.BaseModel `bun:"table:helpdesk_campaigns,alias:c"`

	AccountID   helpdesk.AccountID       `bun:"account_id,pk"`
	ID          helpdesk.CampaignID      `bun:"id,pk,autoincrement"`
	Number      helpdesk.CampaignNumber  `bun:"number"`
	Title       string                   `bun:"title"`
	Description string                   `bun:"description"`
	Message     string                   `bun:"message"`
	Inbox       helpdesk.InboxID         `bun:"inbox_id"`
	Kind        helpdesk.CampaignKind    `bun:"kind"`
	Status      helpdesk.CampaignStatus  `bun:"status"`
	Sender      helpdesk.AgentID         `bun:"sender_id"`
	Enabled     bool                     `bun:"enabled"`
	HoursOnly   bool                     `bun:"hours_only"`
	URL         string                   `bun:"url"`
	TimeOnPage  int                      `bun:"time_on_page"`
	ScheduledAt stamp                    `bun:"scheduled_at"`
	Audience    idList                   `bun:"audience"`
	Template    document[map[string]any] `bun:"template"`
	CreatedAt   int64                    `bun:"created_at"`
	UpdatedAt   int64                    `bun:"updated_at"`
	Version     int64                    `bun:"version"`
}

func packCampaign(v *helpdesk.Campaign) *campaignRow {
	return &campaignRow{
		AccountID: v.Account, ID: v.ID, Number: v.Number, Title: v.Title, Description: v.Description, Message: v.Message,
		Inbox: v.Inbox, Kind: v.Kind, Status: v.Status, Sender: v.Sender, Enabled: v.Enabled, HoursOnly: v.HoursOnly,
		URL: v.URL, TimeOnPage: v.TimeOnPage, ScheduledAt: at(v.ScheduledAt), Audience: packIDs(v.Audience), Template: doc(v.Template),
		CreatedAt: micros(v.CreatedAt), UpdatedAt: micros(v.UpdatedAt), Version: v.Version,
	}
}

func (r *campaignRow) unpack() *helpdesk.Campaign {
	return &helpdesk.Campaign{
		Account: r.AccountID, ID: r.ID, Number: r.Number, Title: r.Title, Description: r.Description, Message: r.Message,
		Inbox: r.Inbox, Kind: r.Kind, Status: r.Status, Sender: r.Sender, Enabled: r.Enabled, HoursOnly: r.HoursOnly,
		URL: r.URL, TimeOnPage: r.TimeOnPage, ScheduledAt: r.ScheduledAt.time(), Audience: unpackIDs[helpdesk.LabelID](r.Audience), Template: r.Template.v,
		CreatedAt: moment(r.CreatedAt), UpdatedAt: moment(r.UpdatedAt), Version: r.Version,
	}
}

type campaigns struct {
	repo[helpdesk.CampaignID, helpdesk.Campaign, helpdesk.CampaignFilter, campaignRow]
}

func newCampaigns(t *tx) *campaigns {
	return &campaigns{repo[helpdesk.CampaignID, helpdesk.Campaign, helpdesk.CampaignFilter, campaignRow]{t, &noun[helpdesk.CampaignID, helpdesk.Campaign, helpdesk.CampaignFilter, campaignRow]{
		name: "campaign", table: "@helpdesk_campaigns", alias: "c", newest: true,
		pack: packCampaign, unpack: (*campaignRow).unpack,
		key: func(v *helpdesk.Campaign) (*helpdesk.AccountID, *helpdesk.CampaignID, *int64) {
			return &v.Account, &v.ID, &v.Version
		},
		filter: func(q *bun.SelectQuery, f helpdesk.CampaignFilter) *bun.SelectQuery {
			if f.Inbox != 0 {
				q = q.Where("c.inbox_id = ?", f.Inbox)
			}
			return q
		},
		keep:  []string{"number"},
		owned: []string{"DELETE FROM @helpdesk_campaign_recipients WHERE account_id = ? AND campaign_id = ?"},
	}}}
}

// Insert implements helpdesk.CampaignRepo.
func (r *campaigns) Insert(ctx context.Context, v *helpdesk.Campaign) error {
	err := r.scan(ctx, &v.Number, `INSERT INTO @helpdesk_campaign_numbers AS d (account_id, last) VALUES (?, 1)
		ON CONFLICT (account_id) DO UPDATE SET last = d.last + 1 RETURNING last`, r.account)
	if err != nil {
		return err
	}
	return r.repo.Insert(ctx, v)
}

// ByNumber implements helpdesk.CampaignRepo.
func (r *campaigns) ByNumber(ctx context.Context, n helpdesk.CampaignNumber) (*helpdesk.Campaign, error) {
	return r.one(ctx, "c.number = ?", n)
}

// dropCampaigns deletes an inbox's campaigns.
func (t *tx) dropCampaigns(ctx context.Context, inbox helpdesk.InboxID) error {
	_, err := t.exec(ctx, `DELETE FROM @helpdesk_campaign_recipients WHERE account_id = ? AND campaign_id IN
		(SELECT id FROM @helpdesk_campaigns WHERE account_id = ? AND inbox_id = ?)`, t.account, t.account, inbox)
	if err != nil {
		return err
	}
	_, err = t.exec(ctx, "DELETE FROM @helpdesk_campaigns WHERE account_id = ? AND inbox_id = ?", t.account, inbox)
	return err
}
