package helpdesk_test

import (
	"testing"
	"time"
	_ "time/tzdata" // the zones are part of what is tested

	"github.com/stretchr/testify/require"

	"github.com/gohelpdesk/helpdesk"
)

// week is open on weekdays from nine to five.
func week() []helpdesk.OpenHours {
	out := make([]helpdesk.OpenHours, 7)
	for d := range out {
		out[d] = helpdesk.OpenHours{Day: d, ClosedAll: d == 0 || d == 6, OpenMinute: 9 * 60, CloseMinute: 17 * 60}
	}
	return out
}

func TestBusinessSeconds(t *testing.T) {
	t.Parallel()
	always := week()
	for d := range always {
		always[d] = helpdesk.OpenHours{Day: d, OpenAll: true}
	}
	nights := []helpdesk.OpenHours{{Day: 0, OpenMinute: 0, CloseMinute: 4 * 60}, {Day: 6, OpenMinute: 22 * 60, CloseMinute: 24 * 60}}
	const hour = 3600
	cases := []struct {
		name     string
		zone     string
		hours    []helpdesk.OpenHours
		from, to string
		want     int64
	}{
		{"within a day", "", week(), "2026-03-02T10:00:00Z", "2026-03-02T12:30:00Z", 2*hour + 1800},
		{"before it opens and after it closes", "", week(), "2026-03-02T00:00:00Z", "2026-03-03T00:00:00Z", 8 * hour},
		{"over a weekend", "", week(), "2026-03-06T16:00:00Z", "2026-03-09T10:00:00Z", 2 * hour},
		{"while closed", "", week(), "2026-03-07T00:00:00Z", "2026-03-08T23:59:59Z", 0},
		{"no time at all", "", week(), "2026-03-02T10:00:00Z", "2026-03-02T10:00:00Z", 0},
		{"backwards", "", week(), "2026-03-02T12:00:00Z", "2026-03-02T10:00:00Z", 0},
		{"parts of seconds", "", week(), "2026-03-02T10:00:00.9Z", "2026-03-02T10:00:02Z", 1},
		{"in another zone", "America/Sao_Paulo", week(), "2026-03-02T11:00:00Z", "2026-03-02T13:00:00Z", 1 * hour},
		{"a day that is Sunday here and Saturday there", "Asia/Tokyo", week(), "2026-03-01T23:00:00Z", "2026-03-02T01:00:00Z", 1 * hour},
		{"a week", "Europe/Berlin", week(), "2026-03-02T00:00:00Z", "2026-03-09T00:00:00Z", 40 * hour},
		{"always open is the clock", "Europe/Berlin", always, "2026-03-28T10:00:00Z", "2026-03-30T10:00:00Z", 48 * hour},
		{"the night the clocks go forward", "Europe/Berlin", nights, "2026-03-28T12:00:00Z", "2026-03-29T12:00:00Z", (2 + 3) * hour},
		{"the night the clocks go back", "Europe/Berlin", nights, "2026-10-24T12:00:00Z", "2026-10-25T12:00:00Z", (2 + 5) * hour},
		{"no hours", "", nil, "2026-03-02T10:00:00Z", "2026-03-05T10:00:00Z", 0},
		{"a zone that is gone is UTC", "Nowhere/Lost", week(), "2026-03-02T08:00:00Z", "2026-03-02T10:00:00Z", 1 * hour},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			from, err := time.Parse(time.RFC3339Nano, c.from)
			require.NoError(t, err)
			to, err := time.Parse(time.RFC3339Nano, c.to)
			require.NoError(t, err)
			calendar := helpdesk.Calendar{Timezone: c.zone, Hours: c.hours}
			require.Equal(t, c.want, calendar.Seconds(from, to))
		})
	}
}
