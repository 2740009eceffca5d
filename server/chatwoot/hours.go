package chatwoot

import (
	"cmp"
	"slices"

	"github.com/gohelpdesk/helpdesk"
)

// A weekday is one row, as Chatwoot has it, of its first interval. All of its
// intervals, and the dates that differ from the week, are additions.

type hoursView struct {
	DayOfWeek    int            `json:"day_of_week"`
	ClosedAllDay bool           `json:"closed_all_day"`
	OpenHour     *int           `json:"open_hour"`
	OpenMinutes  *int           `json:"open_minutes"`
	CloseHour    *int           `json:"close_hour"`
	CloseMinutes *int           `json:"close_minutes"`
	OpenAllDay   bool           `json:"open_all_day"`
	Intervals    []intervalView `json:"intervals"` // an addition
}

type intervalView struct {
	OpenHour     int `json:"open_hour" in:"open_hour"`
	OpenMinutes  int `json:"open_minutes" in:"open_minutes"`
	CloseHour    int `json:"close_hour" in:"close_hour"`
	CloseMinutes int `json:"close_minutes" in:"close_minutes"`
}

type holidayView struct {
	Date      string         `json:"date" in:"date"`
	Intervals []intervalView `json:"intervals" in:"intervals"`
}

// ownHours are the hours of a team or an agent, named as an inbox's are.
type ownHours struct {
	WorkingHoursEnabled bool          `json:"working_hours_enabled"`
	Timezone            string        `json:"timezone"`
	WorkingHours        []hoursView   `json:"working_hours"`
	Holidays            []holidayView `json:"holidays"`
}

func viewOwnHours(h helpdesk.WorkingHours) ownHours {
	return ownHours{h.HoursEnabled, cmp.Or(h.Timezone, "UTC"), each(h.Hours, viewHours), each(h.Holidays, viewHoliday)}
}

func viewHours(h helpdesk.OpenHours) hoursView {
	out := hoursView{DayOfWeek: h.Day, ClosedAllDay: h.ClosedAll, OpenAllDay: h.OpenAll, Intervals: []intervalView{}}
	if h.ClosedAll {
		return out
	}
	first := helpdesk.Interval{Open: h.OpenMinute, Close: h.CloseMinute}
	if h.OpenAll {
		first = helpdesk.Interval{Close: 24 * 60}
	}
	out.Intervals = append(out.Intervals, each(append([]helpdesk.Interval{first}, h.More...), viewInterval)...)
	if h.OpenAll {
		first.Close-- // Chatwoot's day ends at 23:59
	}
	row := viewInterval(first)
	out.OpenHour, out.OpenMinutes, out.CloseHour, out.CloseMinutes = &row.OpenHour, &row.OpenMinutes, &row.CloseHour, &row.CloseMinutes
	return out
}

func viewInterval(i helpdesk.Interval) intervalView {
	return intervalView{i.Open / 60, i.Open % 60, i.Close / 60, i.Close % 60}
}

func viewHoliday(h helpdesk.Holiday) holidayView {
	return holidayView{h.Date, each(h.Hours, viewInterval)}
}

// hoursInput is what a client says of hours; days it does not name stay.
type hoursInput struct {
	Enabled  *bool         `in:"working_hours_enabled"`
	Timezone *string       `in:"timezone"`
	Days     []dayInput    `in:"working_hours"`
	Holidays []holidayView `in:"holidays"`
}

type dayInput struct {
	Day          int            `in:"day_of_week"`
	ClosedAllDay bool           `in:"closed_all_day"`
	OpenHour     int            `in:"open_hour"`
	OpenMinutes  int            `in:"open_minutes"`
	CloseHour    int            `in:"close_hour"`
	CloseMinutes int            `in:"close_minutes"`
	OpenAllDay   bool           `in:"open_all_day"`
	Intervals    []intervalView `in:"intervals"`
}

// week is the engine's form of the days. A client that knows of one interval a day
// writes back what it was shown: such a row leaves the others of its day alone.
func (in hoursInput) week(now helpdesk.WorkingHours) []helpdesk.OpenHours {
	return each(in.Days, func(d dayInput) helpdesk.OpenHours {
		out := helpdesk.OpenHours{Day: d.Day, ClosedAll: d.ClosedAllDay, OpenAll: d.OpenAllDay}
		list := d.Intervals
		if list == nil {
			list = []intervalView{{d.OpenHour, d.OpenMinutes, d.CloseHour, d.CloseMinutes}}
		}
		if len(list) == 0 && !out.OpenAll {
			out.ClosedAll = true
		}
		for i, v := range each(list, intervalView.interval) {
			if i == 0 {
				out.OpenMinute, out.CloseMinute = v.Open, v.Close
			} else {
				out.More = append(out.More, v)
			}
		}
		was := slices.IndexFunc(now.Hours, func(o helpdesk.OpenHours) bool { return o.Day == d.Day })
		if d.Intervals != nil || was < 0 {
			return out
		}
		if o := now.Hours[was]; !out.ClosedAll && !out.OpenAll && !o.ClosedAll && !o.OpenAll && o.OpenMinute == out.OpenMinute && o.CloseMinute == out.CloseMinute {
			return o
		}
		return out
	})
}

// interval is the engine's form; what no clock shows stays out of its range.
func (v intervalView) interval() helpdesk.Interval {
	minute := func(hour, minutes int) int {
		if minutes < 0 || minutes > 59 || hour < 0 || hour > 24 {
			return -1
		}
		return hour*60 + minutes
	}
	return helpdesk.Interval{Open: minute(v.OpenHour, v.OpenMinutes), Close: minute(v.CloseHour, v.CloseMinutes)}
}

// dates is the engine's form of the holidays; nil when the client says nothing.
func (in hoursInput) dates() []helpdesk.Holiday {
	if in.Holidays == nil {
		return nil
	}
	return each(in.Holidays, func(h holidayView) helpdesk.Holiday {
		return helpdesk.Holiday{Date: h.Date, Hours: each(h.Intervals, intervalView.interval)}
	})
}
