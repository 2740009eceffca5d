package bunstore

import (
	"context"
	"database/sql"
	"errors"

	"github.com/uptrace/bun"

	"github.com/gohelpdesk/helpdesk"
)

type accountRow struct {
	bun.BaseModel `bun:"table:helpdesk_accounts,alias:a"`

	ID            helpdesk.AccountID        `bun:"id,pk,autoincrement"`
	Name          string                    `bun:"name"`
	Locale        string                    `bun:"locale"`
	Country       string                    `bun:"country"`
	Domain        string                    `bun:"domain"`
	SupportEmail  string                    `bun:"support_email"`
	Timezone      string                    `bun:"timezone"`
	Suspended     bool                      `bun:"suspended"`
	OpenLimit     int                       `bun:"open_limit"`
	Settings      document[map[string]any]  `bun:"settings"`
	Attributes    document[map[string]any]  `bun:"attributes"`
	Features      document[map[string]bool] `bun:"features"`
	ConfigVersion int64                     `bun:"config_version"`
	CreatedAt     int64                     `bun:"created_at"`
	UpdatedAt     int64                     `bun:"updated_at"`
	Version       int64                     `bun:"version"`
}

func packAccount(a *helpdesk.Account) *accountRow {
	return &accountRow{
		ID: a.ID, Name: a.Name, Locale: a.Locale, Country: a.Country, Domain: a.Domain,
		SupportEmail: a.SupportEmail, Timezone: a.Timezone, Suspended: a.Suspended, OpenLimit: a.OpenLimit,
		Settings: doc(a.Settings), Attributes: doc(a.Attributes), Features: doc(a.Features),
		ConfigVersion: a.ConfigVersion,
		CreatedAt:     micros(a.CreatedAt), UpdatedAt: micros(a.UpdatedAt), Version: a.Version,
	}
}

func (r *accountRow) unpack() *helpdesk.Account {
	return &helpdesk.Account{
		ID: r.ID, Name: r.Name, Locale: r.Locale, Country: r.Country, Domain: r.Domain,
		SupportEmail: r.SupportEmail, Timezone: r.Timezone, Suspended: r.Suspended, OpenLimit: r.OpenLimit,
		Settings: r.Settings.v, Attributes: r.Attributes.v, Features: r.Features.v,
		ConfigVersion: r.ConfigVersion,
		CreatedAt:     moment(r.CreatedAt), UpdatedAt: moment(r.UpdatedAt), Version: r.Version,
	}
}

// accounts keeps tenants. A deleted account leaves its rows behind, out of
// anybody's reach, for a job to clear.
type accounts struct {
	repo[helpdesk.AccountID, helpdesk.Account, helpdesk.AccountFilter, accountRow]
}

func newAccounts(t *tx) *accounts {
	return &accounts{repo[helpdesk.AccountID, helpdesk.Account, helpdesk.AccountFilter, accountRow]{t, &noun[helpdesk.AccountID, helpdesk.Account, helpdesk.AccountFilter, accountRow]{
		name: "account", table: "@helpdesk_accounts", alias: "a", global: true,
		pack: packAccount, unpack: (*accountRow).unpack,
		key: func(a *helpdesk.Account) (*helpdesk.AccountID, *helpdesk.AccountID, *int64) {
			return nil, &a.ID, &a.Version
		},
		keep: []string{"config_version"},
		owned: []string{
			"DELETE FROM @helpdesk_routes WHERE account_id = ?",
			"DELETE FROM @helpdesk_agents WHERE account_id = ?", // its people keep their other accounts
		},
	}}}
}

// Update implements helpdesk.Repo: a change of the account is one of its
// configuration.
func (r *accounts) Update(ctx context.Context, a *helpdesk.Account) error {
	if err := r.repo.Update(ctx, a); err != nil {
		return err
	}
	return r.scan(ctx, &a.ConfigVersion, "UPDATE @helpdesk_accounts SET config_version = config_version + 1 WHERE id = ? RETURNING config_version", a.ID)
}

// Account implements helpdesk.Tx.
func (t directory) Account(ctx context.Context) (*helpdesk.Account, error) {
	return newAccounts(t.tx).Get(ctx, t.tx.account)
}

// UpdateAccount implements helpdesk.Tx.
func (t directory) UpdateAccount(ctx context.Context, a *helpdesk.Account) error {
	if a.ID != t.tx.account {
		return notFound("account")
	}
	return newAccounts(t.tx).Update(ctx, a)
}

// bumpConfig moves the account's ConfigVersion once, whatever was changed.
func (t *tx) bumpConfig(ctx context.Context) error {
	if !t.config || t.account == 0 {
		return nil
	}
	var version int64
	err := t.scan(ctx, &version, "UPDATE @helpdesk_accounts SET config_version = config_version + 1 WHERE id = ? RETURNING config_version", t.account)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	return err
}
