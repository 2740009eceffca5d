package bunstore

import (
	"context"
	"database/sql"
	"errors"
	"reflect"

	"github.com/uptrace/bun"

	"github.com/gohelpdesk/helpdesk"
)

type calendarRow struct {
	bun.BaseModel `bun:"table:helpdesk_calendars,alias:k"`

	AccountID helpdesk.AccountID             `bun:"account_id,pk"`
	ID        helpdesk.CalendarID            `bun:"id,pk,autoincrement"`
	Inbox     helpdesk.InboxID               `bun:"inbox_id"`
	Team      helpdesk.TeamID                `bun:"team_id"`
	Timezone  string                         `bun:"timezone"`
	Hours     document[[]helpdesk.OpenHours] `bun:"hours"`
	Holidays  document[[]helpdesk.Holiday]   `bun:"holidays"`
	CreatedAt int64                          `bun:"created_at"`
}

type calendars struct{ *tx }

// Current implements helpdesk.Calendars.
func (r calendars) Current(ctx context.Context, inbox helpdesk.InboxID, team helpdesk.TeamID) (*helpdesk.Calendar, error) {
	row := new(calendarRow)
	err := r.scan(ctx, row, "SELECT "+r.columnsOf(reflect.TypeFor[calendarRow](), "")+
		" FROM @helpdesk_calendars WHERE account_id = ? AND inbox_id = ? AND team_id = ? ORDER BY id DESC LIMIT 1", r.account, inbox, team)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, notFound("calendar")
	}
	if err != nil {
		return nil, err
	}
	return &helpdesk.Calendar{
		Account: row.AccountID, ID: row.ID, Inbox: row.Inbox, Team: row.Team, Timezone: row.Timezone, Hours: row.Hours.v, Holidays: row.Holidays.v,
		CreatedAt: moment(row.CreatedAt),
	}, nil
}

// Add implements helpdesk.Calendars.
func (r calendars) Add(ctx context.Context, c *helpdesk.Calendar) error {
	row := &calendarRow{
		AccountID: r.account, Inbox: c.Inbox, Team: c.Team, Timezone: c.Timezone, Hours: doc(c.Hours), Holidays: doc(c.Holidays),
		CreatedAt: micros(c.CreatedAt),
	}
	_, err := r.insertRow(ctx, "@helpdesk_calendars", row)
	c.Account, c.ID = r.account, row.ID
	return err
}
