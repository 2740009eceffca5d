package bunstore

import (
	"context"

	"github.com/uptrace/bun"

	"github.com/gohelpdesk/helpdesk"
)

type userRow struct {
	bun.BaseModel `bun:"table:helpdesk_users,alias:u"`

	ID           helpdesk.AgentID         `bun:"id,pk"`
	Email        string                   `bun:"email"`
	EmailFold    string                   `bun:"email_fold"`
	Name         string                   `bun:"name"`
	DisplayName  string                   `bun:"display_name"`
	PasswordHash string                   `bun:"password_hash"`
	AccessToken  []byte                   `bun:"access_token"`
	PubsubToken  string                   `bun:"pubsub_token"`
	Signature    string                   `bun:"signature"`
	Avatar       string                   `bun:"avatar"`
	SuperAdmin   bool                     `bun:"super_admin"`
	Confirmed    bool                     `bun:"confirmed"`
	PendingEmail string                   `bun:"pending_email"`
	OTPSecret    []byte                   `bun:"otp_secret"`
	OTPEnabled   bool                     `bun:"otp_enabled"`
	OTPStep      int64                    `bun:"otp_step"`
	BackupCodes  document[[][]byte]       `bun:"backup_codes"`
	UISettings   document[map[string]any] `bun:"ui_settings"`
	Attributes   document[map[string]any] `bun:"attributes"`
	CreatedAt    int64                    `bun:"created_at"`
	UpdatedAt    int64                    `bun:"updated_at"`
	Version      int64                    `bun:"version"`
}

func packUser(u *helpdesk.User) *userRow {
	return &userRow{
		ID: u.ID, Email: u.Email, EmailFold: fold(u.Email), Name: u.Name, DisplayName: u.DisplayName,
		PasswordHash: u.PasswordHash, AccessToken: u.AccessToken, PubsubToken: u.PubsubToken,
		Signature: u.Signature, Avatar: u.Avatar, SuperAdmin: u.SuperAdmin, Confirmed: u.Confirmed,
		PendingEmail: u.PendingEmail, OTPSecret: u.OTPSecret, OTPEnabled: u.OTPEnabled, OTPStep: u.OTPStep, BackupCodes: doc(u.BackupCodes),
		UISettings: doc(u.UISettings), Attributes: doc(u.Attributes),
		CreatedAt: micros(u.CreatedAt), UpdatedAt: micros(u.UpdatedAt), Version: u.Version,
	}
}

func (r *userRow) unpack() *helpdesk.User {
	return &helpdesk.User{
		ID: r.ID, Email: r.Email, Name: r.Name, DisplayName: r.DisplayName,
		PasswordHash: r.PasswordHash, AccessToken: r.AccessToken, PubsubToken: r.PubsubToken,
		Signature: r.Signature, Avatar: r.Avatar, SuperAdmin: r.SuperAdmin, Confirmed: r.Confirmed,
		PendingEmail: r.PendingEmail, OTPSecret: r.OTPSecret, OTPEnabled: r.OTPEnabled, OTPStep: r.OTPStep, BackupCodes: r.BackupCodes.v,
		UISettings: r.UISettings.v, Attributes: r.Attributes.v,
		CreatedAt: moment(r.CreatedAt), UpdatedAt: moment(r.UpdatedAt), Version: r.Version,
	}
}

type users struct {
	repo[helpdesk.AgentID, helpdesk.User, helpdesk.UserFilter, userRow]
}

func newUsers(t *tx) *users {
	return &users{repo[helpdesk.AgentID, helpdesk.User, helpdesk.UserFilter, userRow]{t, &noun[helpdesk.AgentID, helpdesk.User, helpdesk.UserFilter, userRow]{
		name: "user", table: "@helpdesk_users", alias: "u", global: true,
		pack: packUser, unpack: (*userRow).unpack,
		key: func(u *helpdesk.User) (*helpdesk.AccountID, *helpdesk.AgentID, *int64) {
			return nil, &u.ID, &u.Version
		},
		filter: func(q *bun.SelectQuery, f helpdesk.UserFilter) *bun.SelectQuery {
			if f.Email != "" {
				q = q.Where("u.email_fold = ?", fold(f.Email))
			}
			return q
		},
		owned: []string{
			"DELETE FROM @helpdesk_sessions WHERE user_id = ?",
			"DELETE FROM @helpdesk_user_tokens WHERE user_id = ?",
			"DELETE FROM @helpdesk_routes WHERE kind = 'access_token' AND account_id = 0 AND object_id = ?",
			"DELETE FROM @helpdesk_agents WHERE id = ?",
			"DELETE FROM @helpdesk_team_members WHERE agent_id = ?",
			"DELETE FROM @helpdesk_inbox_members WHERE agent_id = ?",
			"DELETE FROM @helpdesk_presence WHERE agent_id = ?",
			"DELETE FROM @helpdesk_notifications WHERE agent_id = ?",
			"DELETE FROM @helpdesk_push_subscriptions WHERE user_id = ?",
		},
	}}}
}

// Insert implements helpdesk.Repo. The id comes from the sequence that users
// and bots share.
func (r *users) Insert(ctx context.Context, u *helpdesk.User) error {
	id, err := r.newAgentID(ctx)
	if err != nil {
		return err
	}
	u.ID = id
	return r.put(ctx, u)
}

// ByEmail implements helpdesk.UserRepo.
func (r *users) ByEmail(ctx context.Context, email string) (*helpdesk.User, error) {
	return r.one(ctx, "u.email_fold = ?", fold(email))
}

// newAgentID takes the next id of people and bots.
func (t *tx) newAgentID(ctx context.Context) (helpdesk.AgentID, error) {
	var id helpdesk.AgentID
	return id, t.scan(ctx, &id, "INSERT INTO @helpdesk_agent_ids DEFAULT VALUES RETURNING id")
}
