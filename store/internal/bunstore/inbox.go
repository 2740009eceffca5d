package bunstore

import (
	"context"

	"github.com/uptrace/bun"

	"github.com/gohelpdesk/helpdesk"
)

type inboxRow struct {
	bun.BaseModel `bun:"table:helpdesk_inboxes,alias:i"`

	AccountID       helpdesk.AccountID             `bun:"account_id,pk"`
	ID              helpdesk.InboxID               `bun:"id,pk,autoincrement"`
	Name            string                         `bun:"name"`
	Kind            helpdesk.ChannelKind           `bun:"kind"`
	Settings        []byte                         `bun:"settings"`
	Active          bool                           `bun:"active"`
	ActiveContact   bool                           `bun:"active_contact"`
	AutoAssign      bool                           `bun:"auto_assign"`
	OpenLimit       int                            `bun:"open_limit"`
	Single          bool                           `bun:"single"`
	GreetingEnabled bool                           `bun:"greeting_enabled"`
	Greeting        string                         `bun:"greeting"`
	CSATEnabled     bool                           `bun:"csat_enabled"`
	EmailCollect    bool                           `bun:"email_collect"`
	OptOutWords     bool                           `bun:"opt_out_words"`
	KeepAlive       document[helpdesk.KeepAlive]   `bun:"keep_alive"`
	HoursEnabled    bool                           `bun:"hours_enabled"`
	OutOfOffice     string                         `bun:"out_of_office"`
	Timezone        string                         `bun:"timezone"`
	Hours           document[[]helpdesk.OpenHours] `bun:"hours"`
	Holidays        document[[]helpdesk.Holiday]   `bun:"holidays"`
	Identifier      string                         `bun:"identifier"`
	Avatar          string                         `bun:"avatar"`
	HMACToken       []byte                         `bun:"hmac_token"`
	HMACMandatory   bool                           `bun:"hmac_mandatory"`
	WebhookURL      string                         `bun:"webhook_url"`
	Policy          helpdesk.PolicyID              `bun:"policy_id"`
	Bot             helpdesk.AgentID               `bun:"bot_id"`
	EntryFlow       helpdesk.FlowID                `bun:"entry_flow_id"`
	ExitFlow        helpdesk.FlowID                `bun:"exit_flow_id"`
	RevokedAt       stamp                          `bun:"revoked_at"`
	RevokedReason   string                         `bun:"revoked_reason"`
	SilenceAlarm    int                            `bun:"silence_alarm"`
	SilentSince     stamp                          `bun:"silent_since"`
	Extra           document[map[string]any]       `bun:"extra"`
	CreatedAt       int64                          `bun:"created_at"`
	UpdatedAt       int64                          `bun:"updated_at"`
	Version         int64                          `bun:"version"`
}

func packInbox(v *helpdesk.Inbox) *inboxRow {
	return &inboxRow{
		AccountID: v.Account, ID: v.ID, Name: v.Name, Kind: v.Kind, Settings: v.Settings,
		Active: v.Active, ActiveContact: v.ActiveContact, AutoAssign: v.AutoAssign, OpenLimit: v.OpenLimit, Single: v.Single,
		GreetingEnabled: v.GreetingEnabled, Greeting: v.Greeting, CSATEnabled: v.CSATEnabled, EmailCollect: v.EmailCollect, OptOutWords: v.OptOutWords, KeepAlive: doc(v.KeepAlive),
		HoursEnabled: v.HoursEnabled, OutOfOffice: v.OutOfOffice, Timezone: v.Timezone, Hours: doc(v.Hours), Holidays: doc(v.Holidays),
		Identifier: v.Identifier, Avatar: v.Avatar, HMACToken: v.HMACToken, HMACMandatory: v.HMACMandatory, WebhookURL: v.WebhookURL,
		Policy: v.Policy, Bot: v.Bot, EntryFlow: v.EntryFlow, ExitFlow: v.ExitFlow, RevokedAt: at(v.RevokedAt), RevokedReason: v.RevokedReason, Extra: doc(v.Extra),
		SilenceAlarm: v.SilenceAlarm, SilentSince: at(v.SilentSince),
		CreatedAt: micros(v.CreatedAt), UpdatedAt: micros(v.UpdatedAt), Version: v.Version,
	}
}

func (r *inboxRow) unpack() *helpdesk.Inbox {
	return &helpdesk.Inbox{
		Account: r.AccountID, ID: r.ID, Name: r.Name, Kind: r.Kind, Settings: r.Settings,
		Active: r.Active, ActiveContact: r.ActiveContact, AutoAssign: r.AutoAssign, OpenLimit: r.OpenLimit, Single: r.Single,
		GreetingEnabled: r.GreetingEnabled, Greeting: r.Greeting, CSATEnabled: r.CSATEnabled, EmailCollect: r.EmailCollect, OptOutWords: r.OptOutWords, KeepAlive: r.KeepAlive.v,
		WorkingHours: helpdesk.WorkingHours{HoursEnabled: r.HoursEnabled, Timezone: r.Timezone, Hours: r.Hours.v, Holidays: r.Holidays.v},
		OutOfOffice:  r.OutOfOffice,
		Identifier:   r.Identifier, Avatar: r.Avatar, HMACToken: r.HMACToken, HMACMandatory: r.HMACMandatory, WebhookURL: r.WebhookURL,
		Policy: r.Policy, Bot: r.Bot, EntryFlow: r.EntryFlow, ExitFlow: r.ExitFlow, RevokedAt: r.RevokedAt.time(), RevokedReason: r.RevokedReason, Extra: r.Extra.v,
		SilenceAlarm: r.SilenceAlarm, SilentSince: r.SilentSince.time(),
		CreatedAt: moment(r.CreatedAt), UpdatedAt: moment(r.UpdatedAt), Version: r.Version,
	}
}

type inboxes struct {
	repo[helpdesk.InboxID, helpdesk.Inbox, helpdesk.InboxFilter, inboxRow]
}

func newInboxes(t *tx) *inboxes {
	return &inboxes{repo[helpdesk.InboxID, helpdesk.Inbox, helpdesk.InboxFilter, inboxRow]{t, &noun[helpdesk.InboxID, helpdesk.Inbox, helpdesk.InboxFilter, inboxRow]{
		name: "inbox", table: "@helpdesk_inboxes", alias: "i", config: true,
		pack: packInbox, unpack: (*inboxRow).unpack,
		key: func(v *helpdesk.Inbox) (*helpdesk.AccountID, *helpdesk.InboxID, *int64) {
			return &v.Account, &v.ID, &v.Version
		},
		filter: func(q *bun.SelectQuery, f helpdesk.InboxFilter) *bun.SelectQuery {
			if f.IDs != nil {
				q = q.Where("i.id IN (?)", in(f.IDs))
			}
			if f.Kind != "" {
				q = q.Where("i.kind = ?", f.Kind)
			}
			return q
		},
		owned: []string{
			"DELETE FROM @helpdesk_inbox_members WHERE account_id = ? AND inbox_id = ?",
			"DELETE FROM @helpdesk_inbox_turns WHERE account_id = ? AND inbox_id = ?",
			"DELETE FROM @helpdesk_hand_outs WHERE account_id = ? AND inbox_id = ?",
			"DELETE FROM @helpdesk_channel_state WHERE account_id = ? AND inbox_id = ?",
			"DELETE FROM @helpdesk_parked WHERE account_id = ? AND inbox_id = ?",
			"DELETE FROM @helpdesk_contact_inboxes WHERE account_id = ? AND inbox_id = ?",
			"DELETE FROM @helpdesk_routes WHERE kind IN ('inbox', 'provider') AND account_id = ? AND object_id = ?",
		},
	}}}
}

// Delete implements helpdesk.Repo: an inbox takes its conversations and campaigns
// with it, and comes off help centres and channel groups.
func (r *inboxes) Delete(ctx context.Context, id helpdesk.InboxID) error {
	if err := r.repo.Delete(ctx, id); err != nil {
		return err
	}
	if err := r.dropCampaigns(ctx, id); err != nil {
		return err
	}
	if err := r.dropGrouped(ctx, id); err != nil {
		return err
	}
	_, err := r.exec(ctx, "UPDATE @helpdesk_portals SET inbox_id = 0, version = version + 1 WHERE account_id = ? AND inbox_id = ?", r.account, id)
	if err != nil {
		return err
	}
	return r.dropConversations(ctx, "inbox_id", int64(id))
}
