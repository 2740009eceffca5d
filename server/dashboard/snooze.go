package dashboard

import (
	"time"

	"github.com/gohelpdesk/helpdesk"
)

// snoozeTime is a moment that is often chosen to come back to something.
type snoozeTime struct {
	Key string // "hour", "tomorrow", "week" or "month"; its text is snooze.KEY
	At  time.Time
}

// snoozeTimes are an hour from now, and nine in the morning of tomorrow, of next
// Monday and of the first Monday of next month, in the account's time zone.
func (c *call) snoozeTimes() []snoozeTime {
	now := c.e.Now().In(c.zone)
	y, m, d := now.Date()
	nine := func(y int, m time.Month, d int) time.Time { return time.Date(y, m, d, 9, 0, 0, 0, c.zone) }
	monday := func(from time.Time) time.Time { return from.AddDate(0, 0, (8-int(from.Weekday()))%7) }
	return []snoozeTime{
		{"hour", now.Add(time.Hour)},
		{"tomorrow", nine(y, m, d+1)},
		{"week", monday(nine(y, m, d+1))},
		{"month", monday(nine(y, m+1, 1))},
	}
}

// snoozeUntil reads what was chosen: a key of snoozeTimes, a moment of RFC 3339, or
// one of a field in the account's time zone. "" is no moment.
func (c *call) snoozeUntil(chosen string) (time.Time, error) {
	if chosen == "" {
		return time.Time{}, nil
	}
	for _, s := range c.snoozeTimes() {
		if s.Key == chosen {
			return s.At, nil
		}
	}
	if at, err := time.Parse(time.RFC3339, chosen); err == nil {
		return at, nil
	}
	at, err := time.ParseInLocation("2006-01-02T15:04", chosen, c.zone)
	if err != nil {
		return at, helpdesk.Errorf(helpdesk.Invalid, "the time could not be read")
	}
	return at, nil
}
