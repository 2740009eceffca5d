package helpdesk

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// WorkingHours are the hours that an inbox, a team or an agent may have. While
// they are switched off they say nothing, and whoever has them is always there.
type WorkingHours struct {
	HoursEnabled bool
	Timezone     string // IANA name; "" = UTC
	Hours        []OpenHours
	Holidays     []Holiday // in order of their dates
}

// Limits of somebody's hours.
const (
	maxIntervals = 24  // of a day
	maxHolidays  = 366 // of a calendar
)

// hoursInput changes hours; nil leaves a field alone.
type hoursInput struct {
	enabled  *bool
	zone     *string
	week     []OpenHours // the given days replace theirs
	holidays []Holiday   // replace what was
}

// apply checks and applies an input. Who never had a week and is given a part of
// one, or is told to have hours, begins with nine to five from Monday to Friday.
func (h *WorkingHours) apply(p problems, in hoursInput) {
	setText(p, &h.Timezone, in.zone, "timezone", 64)
	p.add(!validZone(h.Timezone), "timezone", "is not a time zone")
	setBool(&h.HoursEnabled, in.enabled)
	if len(h.Hours) == 0 && (h.HoursEnabled || len(in.week) > 0) {
		h.Hours = defaultHours()
	}
	if len(in.week) > 0 {
		h.Hours = mergeHours(p, h.Hours, in.week)
	}
	if in.holidays != nil {
		h.Holidays = checkHolidays(p, in.holidays)
	}
}

func defaultHours() []OpenHours {
	week := make([]OpenHours, 7)
	for d := range week {
		week[d] = OpenHours{Day: d, ClosedAll: d == 0 || d == 6, OpenMinute: 9 * 60, CloseMinute: 17 * 60}
	}
	return week
}

// mergeHours lays days over a week. The intervals of a week must not overlap,
// those of neighbouring days included.
func mergeHours(p problems, week, given []OpenHours) []OpenHours {
	out := slices.Clone(week)
	for _, h := range given {
		p.add(h.Day < 0 || h.Day > 6, "working_hours", "have a day that is not 0 to 6")
		h.More = slices.Clone(h.More)
		if h.ClosedAll || h.OpenAll {
			h.More = nil
		}
		checkIntervals(p, "working_hours", h.intervals())
		if i := slices.IndexFunc(out, func(o OpenHours) bool { return o.Day == h.Day }); i >= 0 {
			out[i] = h
		} else {
			out = append(out, h)
		}
	}
	slices.SortStableFunc(out, func(a, b OpenHours) int { return cmp.Compare(a.Day, b.Day) })
	var all []Interval // minutes of the week
	for _, h := range out {
		for _, i := range sortIntervals(h.intervals()) {
			all = append(all, Interval{h.Day*dayMinutes + i.Open, h.Day*dayMinutes + i.Close})
		}
	}
	if len(all) > 0 { // Saturday's night reaches into Sunday
		all = append(all, Interval{all[0].Open + 7*dayMinutes, all[0].Close + 7*dayMinutes})
	}
	p.add(overlap(all), "working_hours", "overlap")
	return out
}

// checkHolidays returns the dates in their order. Intervals of one date must not
// overlap; what runs past midnight may run into the next day's.
func checkHolidays(p problems, given []Holiday) []Holiday {
	p.add(len(given) > maxHolidays, "holidays", "are too many (maximum is 366)")
	out := slices.Clone(given)
	for i := range out {
		out[i].Date, out[i].Hours = strings.TrimSpace(clean(out[i].Date)), slices.Clone(out[i].Hours)
		_, err := time.Parse(time.DateOnly, out[i].Date)
		p.add(err != nil, "holidays", "have a date that is not of the form 2006-01-02")
		checkIntervals(p, "holidays", out[i].Hours)
		p.add(overlap(sortIntervals(out[i].Hours)), "holidays", "have hours that overlap")
	}
	slices.SortFunc(out, func(a, b Holiday) int { return cmp.Compare(a.Date, b.Date) })
	for i := 1; i < len(out); i++ {
		p.add(out[i].Date == out[i-1].Date, "holidays", "name a date twice")
	}
	return out
}

func checkIntervals(p problems, field string, list []Interval) {
	p.add(len(list) > maxIntervals, field, "have a day with too many intervals (maximum is 24)")
	for _, i := range list {
		p.add(i.Open == i.Close, field, "must close at another time than they open")
		p.add(!i.valid(), field, "must open from 00:00 to 23:59 and close from 00:00 to 24:00")
	}
}

// overlap is asked of intervals in the order in which they open.
func overlap(list []Interval) bool {
	for i := 1; i < len(list); i++ {
		if list[i].Open < list[i-1].Close {
			return true
		}
	}
	return false
}

// calendar is what the hours count with.
func (h WorkingHours) calendar() Calendar {
	return Calendar{Timezone: h.Timezone, Hours: h.Hours, Holidays: h.Holidays}
}

// sameHours reports whether a version of hours still says what they are.
func (c *Calendar) sameHours(h WorkingHours) bool {
	sameDay := func(a, b OpenHours) bool {
		return a.Day == b.Day && a.ClosedAll == b.ClosedAll && a.OpenAll == b.OpenAll && slices.Equal(a.intervals(), b.intervals())
	}
	sameDate := func(a, b Holiday) bool { return a.Date == b.Date && slices.Equal(a.Hours, b.Hours) }
	return c.Timezone == h.Timezone && slices.EqualFunc(c.Hours, h.Hours, sameDay) && slices.EqualFunc(c.Holidays, h.Holidays, sameDate)
}

// hoursOf is whose hours hold for a conversation now: its team's, if the team has
// hours of its own, or else its inbox's (FEATURES A5). nil = neither has any, and
// somebody is always there.
func (u *unit) hoursOf(c *Conversation) *schedule {
	return u.cfg.hoursOf(c.Inbox, c.Team)
}

func (c *config) hoursOf(inbox InboxID, team TeamID) *schedule {
	if own := c.teamHours[team]; own != nil {
		return own
	}
	return c.inboxHours[inbox]
}

// onDuty reports whether an agent's own hours let the engine hand them anything
// now; who has none is always on duty. It also sees to it that the queue is looked
// at when the hours of who is not begin.
func (u *unit) onDuty(a *Agent) bool {
	own := u.cfg.agentHours[a.ID]
	if own.openAt(u.now) {
		return true
	}
	if begins := own.nextOpen(u.now); !begins.IsZero() && (u.dutyAt.IsZero() || begins.Before(u.dutyAt)) {
		u.dutyAt = begins
	}
	return false
}

// deriveHours makes the hours of a configuration ready to count with.
func (c *config) deriveHours() {
	c.inboxHours, c.teamHours, c.agentHours = make(map[InboxID]*schedule), make(map[TeamID]*schedule), make(map[AgentID]*schedule)
	for id, box := range c.inboxes {
		if box.HoursEnabled {
			c.inboxHours[id] = box.calendar().schedule()
		}
	}
	for id, team := range c.teams {
		if team.HoursEnabled {
			c.teamHours[id] = team.calendar().schedule()
		}
	}
	for id, a := range c.agents {
		if a.HoursEnabled {
			c.agentHours[id] = a.calendar().schedule()
		}
	}
}
