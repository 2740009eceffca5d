package helpdesk_test

import (
	"math"
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
	lunch := []helpdesk.OpenHours{{Day: 1, OpenMinute: 14 * 60, CloseMinute: 18 * 60, More: []helpdesk.Interval{{Open: 9 * 60, Close: 12 * 60}}}}
	night := []helpdesk.OpenHours{{Day: 6, OpenMinute: 22 * 60, CloseMinute: 4 * 60}}
	twice := []helpdesk.OpenHours{{Day: 0, OpenMinute: 2*60 + 15, CloseMinute: 2*60 + 45}}
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
		{"two intervals", "", lunch, "2026-03-02T11:00:00Z", "2026-03-02T15:00:00Z", 2 * hour},
		{"past midnight", "", night, "2026-03-07T00:00:00Z", "2026-03-09T00:00:00Z", 6 * hour},
		{"past midnight, clocks forward", "Europe/Berlin", night, "2026-03-28T12:00:00Z", "2026-03-29T12:00:00Z", 5 * hour},
		{"past midnight, clocks back", "Europe/Berlin", night, "2026-10-24T12:00:00Z", "2026-10-25T12:00:00Z", 7 * hour},
		{"a time the clock never shows", "Europe/Berlin", twice, "2026-03-28T12:00:00Z", "2026-03-29T12:00:00Z", 0},
		{"a time the clock shows twice", "Europe/Berlin", twice, "2026-10-24T12:00:00Z", "2026-10-25T12:00:00Z", hour},
		{"clocks forward at midnight", "America/Sao_Paulo", always, "2018-11-03T12:00:00Z", "2018-11-04T12:00:00Z", 24 * hour},
		{"half an hour of summer", "Australia/Lord_Howe", night, "2026-04-04T00:00:00Z", "2026-04-05T12:00:00Z", 6*hour + 1800},
		{"a Friday that never was", "Pacific/Apia", week(), "2011-12-29T00:00:00Z", "2012-01-01T00:00:00Z", 11 * hour},
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

// christmas is nine to five on weekdays in Berlin, with a holiday and a short one.
func christmas() helpdesk.Calendar {
	return helpdesk.Calendar{Timezone: "Europe/Berlin", Hours: week(), Holidays: []helpdesk.Holiday{
		{Date: "2026-12-25"},
		{Date: "2026-12-24", Hours: []helpdesk.Interval{{Open: 9 * 60, Close: 12 * 60}}},
		{Date: "2026-12-31", Hours: []helpdesk.Interval{{Open: 23 * 60, Close: 60}}},
		{Date: "2027-01-01"},
	}}
}

func TestBusinessClock(t *testing.T) {
	t.Parallel()
	never := helpdesk.Calendar{Hours: []helpdesk.OpenHours{{Day: 1, ClosedAll: true}}}
	onlyDates := helpdesk.Calendar{Holidays: []helpdesk.Holiday{{Date: "2027-05-01", Hours: []helpdesk.Interval{{Open: 60, Close: 120}}}}}
	cases := []struct {
		name     string
		calendar helpdesk.Calendar
		at       string
		open     bool
		next     string // the next opening; "" = never
		seconds  int64
		after    string // when so many seconds of business have passed; "" = never
	}{
		{"in the morning", christmas(), "2026-11-20T08:00:00Z", true, "2026-11-20T08:00:00Z", 3600, "2026-11-20T09:00:00Z"},
		{"before it opens", christmas(), "2026-11-20T07:59:59Z", false, "2026-11-20T08:00:00Z", 1, "2026-11-20T08:00:01Z"},
		{"as it closes", christmas(), "2026-11-20T16:00:00Z", false, "2026-11-23T08:00:00Z", 60, "2026-11-23T08:01:00Z"},
		{"due as it closes", christmas(), "2026-11-20T08:00:00Z", true, "2026-11-20T08:00:00Z", 8 * 3600, "2026-11-20T16:00:00Z"},
		{"a second later is on Monday", christmas(), "2026-11-20T08:00:00Z", true, "2026-11-20T08:00:00Z", 8*3600 + 1, "2026-11-23T08:00:01Z"},
		{"no wait", christmas(), "2026-11-21T08:00:00Z", false, "2026-11-23T08:00:00Z", 0, "2026-11-21T08:00:00Z"},
		{"on a holiday", christmas(), "2026-12-25T10:00:00Z", false, "2026-12-28T08:00:00Z", 60, "2026-12-28T08:01:00Z"},
		{"on a short day", christmas(), "2026-12-24T11:30:00Z", false, "2026-12-28T08:00:00Z", 60, "2026-12-28T08:01:00Z"},
		{"a night that runs into a holiday", christmas(), "2026-12-31T23:30:00Z", true, "2026-12-31T23:30:00Z", 1800, "2027-01-01T00:00:00Z"},
		{"and the holiday itself", christmas(), "2027-01-01T00:00:00Z", false, "2027-01-04T08:00:00Z", 1, "2027-01-04T08:00:01Z"},
		{"never open", never, "2026-03-02T10:00:00Z", false, "", 1, ""},
		{"only on dates", onlyDates, "2026-03-02T10:00:00Z", false, "2027-05-01T01:00:00Z", 3600, "2027-05-01T02:00:00Z"},
		{"and never after them", onlyDates, "2027-05-01T02:00:00Z", false, "", 1, ""},
		{"more than there is", onlyDates, "2026-03-02T10:00:00Z", false, "2027-05-01T01:00:00Z", 3601, ""},
		{"more than a century", christmas(), "2026-11-20T08:00:00Z", true, "2026-11-20T08:00:00Z", math.MaxInt64, ""},
		{"years", christmas(), "2027-01-04T08:00:00Z", true, "2027-01-04T08:00:00Z", 10 * 52 * 40 * 3600, "2036-12-19T16:00:00Z"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			at, err := time.Parse(time.RFC3339, c.at)
			require.NoError(t, err)
			show := func(at time.Time) string {
				if at.IsZero() {
					return ""
				}
				return at.Format(time.RFC3339)
			}
			require.Equal(t, c.open, c.calendar.OpenAt(at))
			require.Equal(t, c.next, show(c.calendar.NextOpen(at)))
			require.Equal(t, c.after, show(c.calendar.After(at, c.seconds)))
		})
	}
}
