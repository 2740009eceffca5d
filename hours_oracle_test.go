package helpdesk_test

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gohelpdesk/helpdesk"
)

// The oracle asks of every minute what the clock on the wall shows, and looks
// whether that lies within an interval of that date, or within one of the date
// before that runs past midnight.

// intervalsOn is when a calendar opens on the date that t has.
func intervalsOn(c helpdesk.Calendar, t time.Time) []helpdesk.Interval {
	for _, h := range c.Holidays {
		if h.Date == t.Format(time.DateOnly) {
			return h.Hours
		}
	}
	for _, h := range c.Hours {
		switch {
		case h.Day != int(t.Weekday()):
		case h.ClosedAll:
			return nil
		case h.OpenAll:
			return []helpdesk.Interval{{Open: 0, Close: 24 * 60}}
		default:
			return append([]helpdesk.Interval{{Open: h.OpenMinute, Close: h.CloseMinute}}, h.More...)
		}
	}
	return nil
}

// minutes knows of each minute of some years how many were open before it.
type minutes struct {
	begin time.Time
	sum   []int32
}

func countMinutes(c helpdesk.Calendar, zone *time.Location, begin time.Time, years int) *minutes {
	o := &minutes{begin, []int32{0}}
	end := begin.AddDate(years, 0, 0)
	date, today, yesterday := 0, []helpdesk.Interval(nil), []helpdesk.Interval(nil)
	for at := begin; at.Before(end); at = at.Add(time.Minute) {
		local := at.In(zone)
		if local.YearDay() != date { // only for speed: the intervals of a date are those of the date
			date = local.YearDay()
			noon := time.Date(local.Year(), local.Month(), local.Day(), 12, 0, 0, 0, time.UTC)
			today, yesterday = intervalsOn(c, noon), intervalsOn(c, noon.AddDate(0, 0, -1))
		}
		minute, open := local.Hour()*60+local.Minute(), int32(0)
		for _, i := range today {
			if minute >= i.Open && (minute < i.Close || i.Close < i.Open) {
				open = 1
			}
		}
		for _, i := range yesterday {
			if i.Close < i.Open && minute < i.Close {
				open = 1
			}
		}
		o.sum = append(o.sum, o.sum[len(o.sum)-1]+open)
	}
	return o
}

// before is how many seconds were open until the second n.
func (o *minutes) before(n int64) int64 {
	sum := int64(o.sum[n/60]) * 60
	if n%60 > 0 {
		sum += int64(o.sum[n/60+1]-o.sum[n/60]) * (n % 60)
	}
	return sum
}

// randomCalendar has up to four intervals a day, anywhere and overlapping as they
// like, and some dates of its own.
func randomCalendar(r *rand.Rand, zone string, begin time.Time, years int) helpdesk.Calendar {
	c := helpdesk.Calendar{Timezone: zone}
	step := []int{1, 5, 15, 30, 60}[r.IntN(5)]
	interval := func() helpdesk.Interval {
		i := helpdesk.Interval{Open: r.IntN(24*60/step) * step, Close: r.IntN(24*60/step+1) * step}
		if i.Close == i.Open {
			i = helpdesk.Interval{Open: 0, Close: 24 * 60}
		}
		return i
	}
	for day := range 7 {
		if r.IntN(5) == 0 {
			continue
		}
		first := interval()
		h := helpdesk.OpenHours{Day: day, OpenMinute: first.Open, CloseMinute: first.Close, ClosedAll: r.IntN(8) == 0, OpenAll: r.IntN(8) == 0}
		for range r.IntN(4) {
			h.More = append(h.More, interval())
		}
		c.Hours = append(c.Hours, h)
	}
	seen := make(map[string]bool)
	for range r.IntN(30 * years) {
		h := helpdesk.Holiday{Date: begin.AddDate(0, 0, r.IntN(365*years)).Format(time.DateOnly)}
		for range r.IntN(3) {
			h.Hours = append(h.Hours, interval())
		}
		if !seen[h.Date] {
			c.Holidays = append(c.Holidays, h)
		}
		seen[h.Date] = true
	}
	return c
}

// TestHoursAgainstOracle compares calendars with going through every minute.
func TestHoursAgainstOracle(t *testing.T) {
	t.Parallel()
	years, rounds, asks := 1, 1, 200
	if os.Getenv("HELPDESK_PROVE") != "" {
		years, rounds, asks = 10, 3, 1000
	}
	for _, z := range []struct {
		zone string
		year int // in which something happens to its clocks
	}{
		{"America/Sao_Paulo", 2010}, // summer time until 2019, beginning at midnight
		{"Europe/Berlin", 2020},
		{"Australia/Lord_Howe", 2020}, // half an hour
		{"Asia/Kathmandu", 2020},      // never, and a quarter of an hour from its neighbours
		{"Pacific/Apia", 2011},        // left a Friday out
		{"America/St_Johns", 2006},    // at a minute past midnight, until 2011
		{"Africa/Casablanca", 2017},   // out of summer time for Ramadan
		{"Asia/Pyongyang", 2014},      // half an hour back and forth, at 00:00 and 23:30
		{"Antarctica/Troll", 2020},    // two hours
		{"UTC", 2020},
	} {
		t.Run(z.zone, func(t *testing.T) {
			t.Parallel()
			zone, err := time.LoadLocation(z.zone)
			require.NoError(t, err)
			r := rand.New(rand.NewPCG(uint64(z.year), uint64(len(z.zone))))
			begin := time.Date(z.year, 1, 1, 0, 0, 0, 0, time.UTC)
			for range rounds {
				c := randomCalendar(r, z.zone, begin, years)
				compare(t, c, countMinutes(c, zone, begin, years), r, asks)
			}
		})
	}
}

func compare(t *testing.T, c helpdesk.Calendar, o *minutes, r *rand.Rand, asks int) {
	t.Helper()
	span := int64(len(o.sum)-1) * 60
	total := o.before(span)
	require.Equal(t, total, c.Seconds(o.begin, o.begin.Add(time.Duration(span)*time.Second)), "all of it")
	for range asks {
		from := r.Int64N(span)
		to := min(span, from+r.Int64N([]int64{3600, 86400, 30 * 86400, span}[r.IntN(4)])) // near and far
		at := func(n int64) time.Time { return o.begin.Add(time.Duration(n) * time.Second) }
		open := o.before(to) - o.before(from)
		require.Equal(t, open, c.Seconds(at(from), at(to)), "%v to %v, %+v", at(from), at(to), c)
		require.Equal(t, o.before(from+1) > o.before(from), c.OpenAt(at(from)), "%v %+v", at(from), c)
		if open > 0 { // the earliest instant by which so much has passed
			due := c.After(at(from), open)
			require.False(t, due.After(at(to)), "%v %+v", at(from), c)
			require.Equal(t, open, c.Seconds(at(from), due))
			require.Equal(t, open-1, c.Seconds(at(from), due.Add(-time.Second)), "not a second sooner")
		}
		if o.before(span) > o.before(from) {
			next := c.NextOpen(at(from))
			require.True(t, c.OpenAt(next))
			require.Zero(t, c.Seconds(at(from), next))
		}
	}
}

// FuzzCalendar counts with calendars that no input would let in.
func FuzzCalendar(f *testing.F) {
	for _, c := range []helpdesk.Calendar{christmas(), {}, {Timezone: "Local", Hours: []helpdesk.OpenHours{{Day: -1}, {Day: 3, OpenAll: true}, {Day: 3}}}} {
		raw, err := json.Marshal(c)
		require.NoError(f, err)
		f.Add(raw, int64(1_774_000_000), int64(3600))
		f.Add(raw, int64(math.MaxInt64), int64(-1))
		f.Add(raw, int64(math.MinInt64), int64(math.MaxInt64))
	}
	f.Add([]byte(`{"Timezone":"Pacific/Apia","Hours":[{"day":5,"open":-5,"close":99999999,"more":[{"open":1,"close":0}]}],"Holidays":[{"date":"9999-12-31"},{"date":"x"}]}`), int64(1_325_000_000), int64(1))
	f.Fuzz(func(t *testing.T, raw []byte, unix, n int64) {
		var c helpdesk.Calendar
		if json.Unmarshal(raw, &c) != nil {
			return
		}
		at, began := time.Unix(unix, 0), time.Now()
		due := c.After(at, n)
		next := c.NextOpen(at)
		if year := at.UTC().Year(); year > 1 && year < 9000 && n > 0 {
			if !due.IsZero() {
				require.Equal(t, n, c.Seconds(at, due))
			}
			require.False(t, !due.IsZero() && next.IsZero(), "what passes begins")
			if !next.IsZero() {
				require.True(t, c.OpenAt(next))
			}
		}
		require.Less(t, time.Since(began), 5*time.Second)
	})
}
