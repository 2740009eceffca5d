package helpdesk

import (
	"slices"
	"time"
)

// Calendar is one version of an inbox's opening hours. Events measured in
// business time name the version they were measured by, so that a figure can be
// worked out again after the hours have changed.
type Calendar struct {
	Account   AccountID
	ID        CalendarID
	Inbox     InboxID
	Timezone  string // IANA name; "" = UTC
	Hours     []OpenHours
	CreatedAt time.Time
}

// Seconds is how much of the time from one instant to another lies within the
// calendar's hours, in whole seconds; 0 when to is not after from.
func (c Calendar) Seconds(from, to time.Time) int64 {
	zone, err := time.LoadLocation(c.Timezone)
	if err != nil { // the zone was known when it was set, and is no longer
		zone = time.UTC
	}
	return openSeconds(c.Hours, zone, from, to)
}

// openSeconds goes through the local days that [from, to) touches. Opening and
// closing are read on the wall clock of each day, so a day on which the clocks
// change is as long as it really was.
func openSeconds(week []OpenHours, zone *time.Location, from, to time.Time) int64 {
	var open time.Duration
	y, m, d := from.In(zone).Date()
	for ; ; d++ {
		day := time.Date(y, m, d, 0, 0, 0, 0, zone)
		if !day.Before(to) {
			return int64(open / time.Second)
		}
		begins, ends, ok := hoursOn(week, y, m, d, zone)
		if !ok {
			continue
		}
		if begins.Before(from) {
			begins = from
		}
		if ends.After(to) {
			ends = to
		}
		if ends.After(begins) {
			open += ends.Sub(begins)
		}
	}
}

// hoursOn is when a day opens and closes; false when it stays closed.
func hoursOn(week []OpenHours, y int, m time.Month, d int, zone *time.Location) (begins, ends time.Time, ok bool) {
	weekday := int(time.Date(y, m, d, 12, 0, 0, 0, zone).Weekday())
	i := slices.IndexFunc(week, func(h OpenHours) bool { return h.Day == weekday })
	if i < 0 || week[i].ClosedAll {
		return begins, ends, false
	}
	opens, closes := week[i].OpenMinute, week[i].CloseMinute
	if week[i].OpenAll {
		opens, closes = 0, 24*60
	}
	return time.Date(y, m, d, 0, opens, 0, 0, zone), time.Date(y, m, d, 0, closes, 0, 0, zone), true
}
