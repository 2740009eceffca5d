package helpdesk

import (
	"slices"
	"time"
)

// Period is what the points of a series stand for.
type Period string

const (
	Hourly  Period = "hour"
	Daily   Period = "day"
	Weekly  Period = "week" // from Sunday
	Monthly Period = "month"
	Yearly  Period = "year"
)

// maxPoints bounds a series.
const maxPoints = 10_000

func (p Period) known() bool {
	return slices.Contains([]Period{"", Hourly, Daily, Weekly, Monthly, Yearly}, p)
}

// start is when the period that holds t began, on the zone's wall clock.
func (p Period) start(t time.Time) time.Time {
	y, m, d := t.Date()
	switch p {
	case Hourly: // back to the full hour in real time: the hour that the clocks repeat is two
		return t.Add(-time.Duration(t.Minute())*time.Minute - time.Duration(t.Second())*time.Second - time.Duration(t.Nanosecond()))
	case Weekly:
		d -= int(t.Weekday())
	case Monthly:
		d = 1
	case Yearly:
		m, d = time.January, 1
	case Daily:
	}
	return time.Date(y, m, d, 0, 0, 0, 0, t.Location())
}

// next is when the period after the one that begins at t begins.
func (p Period) next(t time.Time) time.Time {
	y, m, d := t.Date()
	switch p {
	case Hourly:
		return t.Add(time.Hour)
	case Weekly:
		d += 7
	case Monthly:
		m, d = m+1, 1
	case Yearly:
		y, m, d = y+1, time.January, 1
	default:
		d++
	}
	return time.Date(y, m, d, 0, 0, 0, 0, t.Location())
}

// starts lists when the periods begin that a span touches; false when there are
// too many.
func (p Period) starts(zone *time.Location, s Span) ([]time.Time, bool) {
	var out []time.Time
	for at := p.start(s.Since.In(zone)); at.Before(s.Until); at = p.next(at) {
		if len(out) == maxPoints {
			return nil, false
		}
		out = append(out, at)
	}
	return out, true
}

// spans cuts a span where periods begin.
func spans(starts []time.Time, s Span) []Span {
	out := make([]Span, len(starts))
	for i, at := range starts {
		out[i] = Span{at, s.Until}
		if at.Before(s.Since) {
			out[i].Since = s.Since
		}
		if i+1 < len(starts) {
			out[i].Until = starts[i+1]
		}
	}
	return out
}
