package helpdesk

import (
	"cmp"
	"iter"
	"slices"
	"time"
)

// Business hours follow a clock on the wall of their time zone: they are open
// whenever that clock, and the calendar beside it, shows a time within them. An
// hour that the clock shows twice counts twice, and one that it skips does not
// count; so does a date that a zone skipped. That is the whole rule for days on
// which the clocks change.

// Calendar is when somebody works: a week, and the dates that differ from it. It
// is also one version of the hours of an inbox or of a team: events measured in
// business time name the version they were measured by, so that a figure can be
// worked out again after the hours have changed.
type Calendar struct {
	Account   AccountID
	ID        CalendarID
	Inbox     InboxID // whose hours they are, or
	Team      TeamID
	Timezone  string // IANA name; "" = UTC
	Hours     []OpenHours
	Holidays  []Holiday
	CreatedAt time.Time
}

// OpenHours is one weekday. A day that a week does not name is closed.
type OpenHours struct {
	Day         int        `json:"day"` // 0 = Sunday
	ClosedAll   bool       `json:"closed_all,omitempty"`
	OpenAll     bool       `json:"open_all,omitempty"`
	OpenMinute  int        `json:"open,omitempty"`  // minutes after midnight, 0 to 1439
	CloseMinute int        `json:"close,omitempty"` // exclusive, 0 to 1440; before OpenMinute = on the next day
	More        []Interval `json:"more,omitempty"`  // further intervals of the day
}

// Interval is a part of a day, and perhaps of the night after it.
type Interval struct {
	Open  int `json:"open"`  // minutes after midnight, 0 to 1439
	Close int `json:"close"` // exclusive, 0 to 1440; before Open = on the next day
}

// Holiday is a date with hours of its own instead of its weekday's. An interval
// that began on the day before still runs to its end.
type Holiday struct {
	Date  string     `json:"date"`            // 2006-01-02, in the calendar's time zone
	Hours []Interval `json:"hours,omitempty"` // none = closed all day
}

// OpenAt reports whether an instant lies within the hours.
func (c Calendar) OpenAt(t time.Time) bool { return c.schedule().openAt(t) }

// Seconds is how much of the time from one instant to another lies within the
// hours, in whole seconds; 0 when to is not after from.
func (c Calendar) Seconds(from, to time.Time) int64 { return c.schedule().seconds(from, to) }

// After is the earliest instant by which n seconds of business have passed since
// t: Seconds(t, After(t, n)) == n. It is t when n is 0 or less, and the zero time
// when a hundred years are not enough, as for hours that never open.
func (c Calendar) After(t time.Time, n int64) time.Time { return c.schedule().after(t, n) }

// NextOpen is the first instant from t on that lies within the hours: t itself
// when it does. It is the zero time when there is none for a hundred years.
func (c Calendar) NextOpen(t time.Time) time.Time { return c.schedule().nextOpen(t) }

// schedule is a Calendar made ready to count with. A nil one is always open.
type schedule struct {
	zone     *time.Location
	week     [7][]Interval // by weekday; sorted, and Close counts on past midnight
	holidays map[int64][]Interval
	last     int64 // the day after which it never opens; the end of time for a week with hours
}

const (
	dayMinutes = 24 * 60
	minuteLen  = int64(time.Minute / time.Microsecond) // instants are counted in microseconds here
	dayLen     = dayMinutes * minuteLen
	secondLen  = int64(time.Second / time.Microsecond)

	// maxWait is how far ahead somebody looks for hours.
	maxWait = 100 * 365 * 24 * time.Hour
)

// schedule never fails: what cannot be understood, which no input lets in, is
// closed, and a zone that was known when it was set and is no longer is UTC.
func (c Calendar) schedule() *schedule {
	s := &schedule{holidays: make(map[int64][]Interval, len(c.Holidays)), last: -1 << 40}
	var err error
	if s.zone, err = time.LoadLocation(c.Timezone); err != nil {
		s.zone = time.UTC
	}
	for _, h := range slices.Backward(c.Hours) { // of two for one day, the first counts
		if h.Day < 0 || h.Day > 6 {
			continue
		}
		if s.week[h.Day] = sortIntervals(h.intervals()); len(s.week[h.Day]) > 0 {
			s.last = 1 << 40
		}
	}
	for _, h := range slices.Backward(c.Holidays) {
		date, err := time.Parse(time.DateOnly, h.Date)
		if err != nil {
			continue
		}
		day := date.Unix() / (24 * 60 * 60)
		if s.holidays[day] = sortIntervals(h.Hours); len(h.Hours) > 0 {
			s.last = max(s.last, day)
		}
	}
	return s
}

// intervals are all of a day's.
func (h OpenHours) intervals() []Interval {
	switch {
	case h.ClosedAll:
		return nil
	case h.OpenAll:
		return []Interval{{0, dayMinutes}}
	}
	return append([]Interval{{h.OpenMinute, h.CloseMinute}}, h.More...)
}

// sortIntervals orders intervals; one that ends on the next day gets an end above
// 24 hours, and those that make no sense are left out.
func sortIntervals(given []Interval) []Interval {
	out := make([]Interval, 0, len(given))
	for _, i := range given {
		if !i.valid() {
			continue
		}
		if i.Close < i.Open {
			i.Close += dayMinutes
		}
		out = append(out, i)
	}
	slices.SortFunc(out, func(a, b Interval) int { return cmp.Compare(a.Open, b.Open) })
	return out
}

func (i Interval) valid() bool {
	return i.Open >= 0 && i.Open < dayMinutes && i.Close >= 0 && i.Close <= dayMinutes && i.Open != i.Close
}

// on is when it opens on a day, counted from 1970.
func (s *schedule) on(day int64) []Interval {
	if special, ok := s.holidays[day]; ok {
		return special
	}
	return s.week[((day+4)%7+7)%7] // the first of them was a Thursday
}

// spans yields what lies within the hours from one instant to another, in order.
// Spans may touch and never overlap. It goes through the stretches of time
// between changes of the clocks, and in each through its days: between two
// changes the clock on the wall runs evenly.
func (s *schedule) spans(from, to int64) iter.Seq2[int64, int64] {
	return func(yield func(begins, ends int64) bool) {
		for at := from; at < to; {
			local := time.UnixMicro(at).In(s.zone)
			_, east := local.Zone()
			shift, change := int64(east)*secondLen, to
			if _, next := local.ZoneBounds(); !next.IsZero() {
				change = max(at+1, min(to, next.UnixMicro()))
			}
			yesterday := floorDiv(at+shift, dayLen) - 1 // whose night may reach into today
			for day := yesterday; day*dayLen-shift < change && day <= s.last; day++ {
				for _, i := range s.on(day) {
					begins := max(at, day*dayLen+int64(i.Open)*minuteLen-shift)
					ends := min(change, day*dayLen+int64(i.Close)*minuteLen-shift)
					if ends <= begins {
						continue
					}
					if !yield(begins, ends) {
						return
					}
					at = ends
				}
			}
			if at = change; floorDiv(at+shift, dayLen)-2 > s.last {
				return
			}
		}
	}
}

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

// instant is a time in microseconds since 1970, within what calendars know: the
// years 1 to 9999.
func instant(t time.Time) int64 {
	const first, last = -62135596800, 253402300799
	return min(max(t.Unix(), first), last)*secondLen + int64(t.Nanosecond())/1000
}

func (s *schedule) openAt(t time.Time) bool {
	if s == nil {
		return true
	}
	for range s.spans(instant(t), instant(t)+1) {
		return true
	}
	return false
}

func (s *schedule) seconds(from, to time.Time) int64 {
	return s.micros(from, to) / secondLen
}

// micros is seconds, in microseconds.
func (s *schedule) micros(from, to time.Time) int64 {
	if s == nil {
		return max(0, instant(to)-instant(from))
	}
	var open int64
	for begins, ends := range s.spans(instant(from), instant(to)) {
		open += ends - begins
	}
	return open
}

func (s *schedule) after(t time.Time, n int64) time.Time {
	if n <= 0 {
		return t
	}
	if n > int64(maxWait/time.Second) {
		return time.Time{}
	}
	return s.afterMicros(t, n*secondLen)
}

// afterMicros is after, in microseconds, of which there are no more than maxWait.
func (s *schedule) afterMicros(t time.Time, left int64) time.Time {
	if left <= 0 {
		return t
	}
	if s == nil {
		return t.Add(time.Duration(left) * time.Microsecond)
	}
	for begins, ends := range s.spans(instant(t), instant(t.Add(maxWait))) {
		if ends-begins >= left {
			return time.UnixMicro(begins + left).UTC()
		}
		left -= ends - begins
	}
	return time.Time{}
}

func (s *schedule) nextOpen(t time.Time) time.Time {
	if s.openAt(t) {
		return t
	}
	for begins := range s.spans(instant(t), instant(t.Add(maxWait))) {
		return time.UnixMicro(begins).UTC()
	}
	return time.Time{}
}
