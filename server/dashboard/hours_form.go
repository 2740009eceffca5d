package dashboard

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gohelpdesk/helpdesk"
)

// hoursForm edits the working hours of an inbox, a team or an agent: a row per day,
// and the dates that differ. A form shows it with {{template "hours" .Hours}}, and
// its page links css/hours.css.
type hoursForm struct {
	Enabled  bool
	Zone     string
	Zones    []string
	Days     []hoursDay // Monday first
	Holidays string     // a date on each line, and its hours if it has any

	WrongZone, WrongDays, WrongHolidays string

	c *call
}

// hoursDay is one weekday.
type hoursDay struct {
	Day   int // 0 = Sunday
	Name  string
	Mode  string // "closed", "all" or "hours"
	Spans []hoursSpan
}

// hoursSpan is a part of a day, "09:00" to "17:00"; empty = none.
type hoursSpan struct{ From, To string }

// hoursForm shows working hours.
func (c *call) hoursForm(h helpdesk.WorkingHours) *hoursForm {
	f := &hoursForm{Enabled: h.HoursEnabled, Zone: cmp.Or(h.Timezone, c.account.Timezone, "UTC"), Zones: timeZones(), c: c}
	week := h.Hours
	if len(week) == 0 {
		for d := range 7 {
			week = append(week, helpdesk.OpenHours{Day: d, ClosedAll: d == 0 || d == 6, OpenMinute: 9 * 60, CloseMinute: 17 * 60})
		}
	}
	for i := range 7 {
		day := helpdesk.OpenHours{Day: (i + 1) % 7, ClosedAll: true}
		if at := slices.IndexFunc(week, func(o helpdesk.OpenHours) bool { return o.Day == day.Day }); at >= 0 {
			day = week[at]
		}
		row := f.day(day.Day, "hours")
		switch {
		case day.ClosedAll:
			row.Mode = "closed"
		case day.OpenAll:
			row.Mode = "all"
		default:
			for _, span := range append([]helpdesk.Interval{{Open: day.OpenMinute, Close: day.CloseMinute}}, day.More...) {
				row.Spans = append(row.Spans, hoursSpan{clockText(span.Open), clockText(span.Close)})
			}
		}
		f.Days = append(f.Days, row.padded())
	}
	var lines []string
	for _, d := range h.Holidays {
		line := d.Date
		for _, span := range d.Hours {
			line += " " + clockText(span.Open) + "-" + clockText(span.Close)
		}
		lines = append(lines, line)
	}
	f.Holidays = strings.Join(lines, "\n")
	return f
}

func (f *hoursForm) day(n int, mode string) hoursDay {
	return hoursDay{Day: n, Name: strings.Fields(f.c.T("hours.days"))[n], Mode: mode}
}

// padded has room for two spans at least: a day often has a pause.
func (d hoursDay) padded() hoursDay {
	if len(d.Spans) == 0 {
		d.Spans = []hoursSpan{{"09:00", "17:00"}}
	}
	for len(d.Spans) < 2 {
		d.Spans = append(d.Spans, hoursSpan{})
	}
	return d
}

// clockText is minutes after midnight; the end of a day is shown as 00:00.
func clockText(minutes int) string {
	return fmt.Sprintf("%02d:%02d", minutes/60%24, minutes%60)
}

// readHours reads what was sent.
func (c *call) readHours(in input) *hoursForm {
	f := &hoursForm{Enabled: in.Get("hours_enabled") == "true", Zone: strings.TrimSpace(in.Get("timezone")), Zones: timeZones(), Holidays: in.Get("holidays"), c: c}
	for i := range 7 {
		n := (i + 1) % 7
		name := "day" + strconv.Itoa(n)
		row := f.day(n, in.Get(name+".mode"))
		from, to := in.Values[name+".from"], in.Values[name+".to"]
		for k := range min(len(from), len(to), 24) {
			if from[k] != "" || to[k] != "" {
				row.Spans = append(row.Spans, hoursSpan{from[k], to[k]})
			}
		}
		f.Days = append(f.Days, row.padded())
	}
	return f
}

// Week is what the days say. What is no time is an error that names the field.
func (f *hoursForm) Week() ([]helpdesk.OpenHours, []helpdesk.Holiday, error) {
	problems := map[string]string{}
	week := make([]helpdesk.OpenHours, 0, 7)
	for _, d := range f.Days {
		day := helpdesk.OpenHours{Day: d.Day, ClosedAll: d.Mode == "closed", OpenAll: d.Mode == "all"}
		if d.Mode == "hours" {
			spans, ok := readSpans(d.Spans)
			if !ok || len(spans) == 0 {
				problems["working_hours"] = f.c.T("hours.wrong_day", "day", d.Name)
				continue
			}
			day.OpenMinute, day.CloseMinute, day.More = spans[0].Open, spans[0].Close, spans[1:]
		}
		week = append(week, day)
	}
	holidays := []helpdesk.Holiday{}
	for line := range strings.Lines(f.Holidays) {
		words := strings.Fields(line)
		if len(words) == 0 {
			continue
		}
		spans := []hoursSpan{}
		for _, w := range words[1:] {
			from, to, _ := strings.Cut(w, "-")
			spans = append(spans, hoursSpan{from, to})
		}
		hours, ok := readSpans(spans)
		if _, err := time.Parse(time.DateOnly, words[0]); err != nil || !ok {
			problems["holidays"] = f.c.T("hours.wrong_holiday", "line", strings.Join(words, " "))
		}
		holidays = append(holidays, helpdesk.Holiday{Date: words[0], Hours: hours})
	}
	return week, holidays, bad(problems)
}

func readSpans(spans []hoursSpan) (out []helpdesk.Interval, ok bool) {
	for _, s := range spans {
		if s.From == "" && s.To == "" {
			continue
		}
		from, err := time.Parse("15:04", s.From)
		to, err2 := time.Parse("15:04", s.To)
		if err != nil || err2 != nil {
			return nil, false
		}
		span := helpdesk.Interval{Open: from.Hour()*60 + from.Minute(), Close: to.Hour()*60 + to.Minute()}
		if span.Close == 0 {
			span.Close = 24 * 60
		}
		out = append(out, span)
	}
	return out, true
}

// refuse takes from an error what it says of the hours, and returns the rest; nil =
// there is none.
func (f *hoursForm) refuse(err error) error {
	e, ok := errors.AsType[*helpdesk.Error](err)
	if !ok {
		return err
	}
	rest := map[string]string{}
	for field, says := range e.Fields {
		switch field {
		case "working_hours":
			f.WrongDays = f.c.wrong(says)
		case "timezone":
			f.WrongZone = f.c.wrong(says)
		case "holidays":
			f.WrongHolidays = f.c.wrong(says)
		default:
			rest[field] = says
		}
	}
	if len(e.Fields) > 0 && len(rest) == 0 {
		return nil
	}
	return &helpdesk.Error{Code: e.Code, Message: e.Message, Fields: rest}
}

// timeZones are offered; every other name of the IANA's list can be typed.
func timeZones() []string {
	return []string{
		"America/Sao_Paulo", "America/Manaus", "America/Cuiaba", "America/Fortaleza", "America/Rio_Branco", "America/Noronha",
		"America/Argentina/Buenos_Aires", "America/Asuncion", "America/Bogota", "America/Caracas", "America/La_Paz", "America/Lima",
		"America/Mexico_City", "America/Montevideo", "America/Santiago", "America/New_York", "America/Chicago", "America/Denver",
		"America/Los_Angeles", "America/Toronto", "Europe/Lisbon", "Europe/London", "Europe/Madrid", "Europe/Paris", "Europe/Berlin",
		"Europe/Rome", "Africa/Luanda", "Africa/Maputo", "Africa/Lagos", "Asia/Dubai", "Asia/Kolkata", "Asia/Singapore", "Asia/Tokyo",
		"Australia/Sydney", "UTC",
	}
}
