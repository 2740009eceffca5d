package dashboard

import (
	"slices"
	"strings"
	"time"

	"github.com/gohelpdesk/helpdesk"
)

// reportRange is what of time a report is about, as it was chosen.
type reportRange struct {
	Key string // one of reportRanges
	helpdesk.Span
	From, To string // the first and the last day, as fields of dates have them
	Every    helpdesk.Period
	Business bool
	Wrong    map[string]string
}

func reportRanges() []string { return []string{"today", "yesterday", "7", "30", "90", "365", "custom"} }

const maxReportDays = 3660

// reportRange reads what the address asks for. Days are the account's, from
// midnight to midnight; the last seven with today are the default.
func (c *call) reportRange() *reportRange {
	q := c.r.URL.Query()
	r := &reportRange{Key: q.Get("range"), Business: q.Get("business") == "true", Wrong: map[string]string{}}
	if !slices.Contains(reportRanges(), r.Key) {
		r.Key = "7"
	}
	y, m, d := c.e.Now().In(c.zone).Date()
	day := func(back int) time.Time { return time.Date(y, m, d-back, 0, 0, 0, 0, c.zone) }
	days := map[string]int{"7": 7, "30": 30, "90": 90, "365": 365}[r.Key]
	switch r.Key {
	case "today":
		r.Span = helpdesk.Span{Since: day(0), Until: day(-1)}
	case "yesterday":
		r.Span = helpdesk.Span{Since: day(1), Until: day(0)}
	case "custom":
		r.From, r.To = q.Get("since"), q.Get("until")
		if r.From == "" && r.To == "" { // it was chosen just now
			r.From, r.To = day(6).Format(time.DateOnly), day(0).Format(time.DateOnly)
		}
		r.own(c)
	default:
		r.Span = helpdesk.Span{Since: day(days - 1), Until: day(-1)}
	}
	allowed := r.periods()
	if r.Every = helpdesk.Period(q.Get("group")); !slices.Contains(allowed, r.Every) {
		r.Every = allowed[0]
		if slices.Contains(allowed, helpdesk.Daily) && r.days() > 1 {
			r.Every = helpdesk.Daily
		}
	}
	return r
}

// own reads two days.
func (r *reportRange) own(c *call) {
	from, err := time.ParseInLocation(time.DateOnly, r.From, c.zone)
	if err != nil {
		r.Wrong["since"] = c.T("reports.wrong_date")
	}
	to, err := time.ParseInLocation(time.DateOnly, r.To, c.zone)
	if err != nil {
		r.Wrong["until"] = c.T("reports.wrong_date")
	}
	if len(r.Wrong) > 0 {
		return
	}
	r.Span = helpdesk.Span{Since: from, Until: to.AddDate(0, 0, 1)}
	switch {
	case to.Before(from):
		r.Wrong["until"] = c.T("reports.wrong_order")
	case r.days() > maxReportDays || from.Year() < 2000:
		r.Wrong["since"] = c.T("reports.wrong_long")
	}
}

func (r *reportRange) days() int { return int(r.Until.Sub(r.Since).Hours()+1) / 24 }

// periods are those that make neither too many points nor too few.
func (r *reportRange) periods() []helpdesk.Period {
	var out []helpdesk.Period
	for _, p := range []struct {
		every    helpdesk.Period
		from, to int // days
	}{{helpdesk.Hourly, 0, 7}, {helpdesk.Daily, 2, 120}, {helpdesk.Weekly, 14, 1100}, {helpdesk.Monthly, 45, maxReportDays}, {helpdesk.Yearly, 730, maxReportDays}} {
		if d := r.days(); d >= p.from && d <= p.to {
			out = append(out, p.every)
		}
	}
	if len(out) == 0 {
		return []helpdesk.Period{helpdesk.Daily}
	}
	return out
}

// rangeFields are the questions for a range; grouped adds what a series needs.
func (c *call) rangeFields(r *reportRange, grouped bool) []field {
	out := []field{{Name: "range", Kind: asSelect, Label: c.T("reports.range"), Value: r.Key}}
	for _, k := range reportRanges() {
		key := "reports.range_" + k
		out[0].Options = append(out[0].Options, option{Value: k, Label: c.T(key)})
	}
	if r.Key == "custom" {
		out = append(out,
			field{Name: "since", Kind: asDate, Label: c.T("reports.since"), Value: r.From, Wrong: r.Wrong["since"]},
			field{Name: "until", Kind: asDate, Label: c.T("reports.until"), Value: r.To, Wrong: r.Wrong["until"]})
	}
	if grouped {
		group := field{Name: "group", Kind: asSelect, Label: c.T("reports.group"), Value: string(r.Every)}
		for _, p := range r.periods() {
			key := "reports.every_" + string(p)
			group.Options = append(group.Options, option{Value: string(p), Label: c.T(key)})
		}
		out = append(out, group)
	}
	return out
}

// businessField is the switch between hours of the clock and hours of business.
func (c *call) businessField(r *reportRange) field {
	return field{Name: "business", Kind: asSwitch, Label: c.T("reports.business"), Value: yesNo(r.Business)}
}

// query is what a range asks of the desk.
func (r *reportRange) query(c *call, by helpdesk.ReportBy, id int64) helpdesk.ReportQuery {
	return helpdesk.ReportQuery{Span: r.Span, By: by, ID: id, Every: r.Every, Zone: c.zone, Business: r.Business}
}

// Days is for templates: the range in words.
func (p *reportPage) Days() string {
	last := p.Range.Until.Add(-time.Second)
	if from, to := p.day(p.Range.Since.In(p.zone)), p.day(last.In(p.zone)); from != to {
		return p.T("reports.days", "from", from, "to", to)
	}
	return p.day(last.In(p.zone))
}

// period is how a period of a series is called, in full and below an axis.
func (c *call) period(at time.Time, every helpdesk.Period) (label, tick string) {
	local := at.In(c.zone)
	day := c.weekday(local.Weekday()) + ", " + c.day(local)
	switch every {
	case helpdesk.Hourly:
		if tick = local.Format("15:04"); local.Hour() == 0 {
			tick = c.day(local)
		}
		return day + ", " + local.Format("15:04"), tick
	case helpdesk.Weekly:
		return c.T("reports.week_of", "day", c.day(local)), c.day(local)
	case helpdesk.Monthly:
		month := c.monthName(local)
		return month, month
	case helpdesk.Yearly:
		return local.Format("2006"), local.Format("2006")
	case helpdesk.Daily:
	}
	return day, c.day(local)
}

func (c *call) monthName(at time.Time) string {
	months := strings.Fields(c.T("common.months"))
	return months[at.Month()-1] + " " + at.Format("2006")
}

func (c *call) weekday(day time.Weekday) string {
	key := "reports.weekday_" + str(int(day))
	return c.T(key)
}
