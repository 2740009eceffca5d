package dashboard

import (
	"fmt"
	"math"
)

// chart is a figure over time, drawn as bars or as a line, and as a table. It is as
// wide as its place: along it everything is a share of the width, so that letters
// keep their size on a phone.
type chart struct {
	Name  string // what is drawn
	Lines bool   // averages: only periods that have one are joined
	Bars  []chartBar
	Joins []chartJoin
	Steps []chartStep // the levels of the axis, and lines across
	Empty bool
}

// chartPoint is a period as it comes from the desk.
type chartPoint struct {
	Label, Tick string // in full, and below the axis
	Value       float64
	Count       int    // what made an average
	Text, Plain string // to read, and as a file has it
	Note        string // said beside it: over how many
}

// chartBar is a period as it is drawn. X, Left and Wide are shares of the width in
// percent, Y and High pixels.
type chartBar struct {
	chartPoint
	X, Left, Wide, BandLeft, BandWide string
	Y, High                           string
	Shown, Minor                      bool // whether there is anything; whether its tick is left out on a phone
}

type chartJoin struct{ X1, Y1, X2, Y2 string }

type chartStep struct{ Y, Text string }

const (
	chartHigh = 200 // pixels from the axis to the top line
	chartTop  = 10
)

// newChart places points. levels says what a value is called on the axis, and which
// steps are round.
func newChart(name string, lines bool, points []chartPoint, levels func(high float64) (step float64, text func(float64) string)) *chart {
	ch := &chart{Name: name, Lines: lines, Empty: true}
	high := 0.0
	for _, p := range points {
		high = max(high, p.Value)
		ch.Empty = ch.Empty && p.Count == 0
	}
	step, text := levels(high)
	top := max(math.Ceil(high/step), 1) * step
	y := func(v float64) float64 { return chartTop + chartHigh*(1-v/top) }
	for v := 0.0; v <= top+step/2; v += step {
		ch.Steps = append(ch.Steps, chartStep{pixels(y(v)), text(v)})
	}
	n := float64(len(points))
	share, every := 0.5, max(1, (len(points)+6)/7)
	if n > 12 {
		share = 0.7
	}
	for i, p := range points {
		if i%every != 0 {
			p.Tick = ""
		}
		band, at := 100/n, float64(i)
		ch.Bars = append(ch.Bars, chartBar{
			chartPoint: p, Shown: p.Count > 0, Minor: (i/every)%2 == 1,
			X: percents((at + 0.5) * band), Left: percents((at + (1-share)/2) * band), Wide: percents(share * band), BandLeft: percents(at * band), BandWide: percents(band),
			Y: pixels(y(p.Value)), High: pixels(chartHigh * p.Value / top),
		})
		if before := i - 1; lines && i > 0 && p.Count > 0 && points[before].Count > 0 {
			ch.Joins = append(ch.Joins, chartJoin{ch.Bars[before].X, ch.Bars[before].Y, ch.Bars[i].X, ch.Bars[i].Y})
		}
	}
	return ch
}

// Foot is for templates: where the axis is.
func (chart) Foot() int { return chartTop + chartHigh }

// High is for templates: of the whole drawing, with what stands below the axis.
func (chart) High() int { return chartTop + chartHigh + 24 }

func percents(v float64) string { return fmt.Sprintf("%.2f%%", v) }

func pixels(v float64) string { return fmt.Sprintf("%.1f", v) }

// countLevels are round steps for counts: 1, 2, 5, 10, 20…
func (c *call) countLevels(high float64) (float64, func(float64) string) {
	for size := 1.0; ; size *= 10 {
		for _, n := range []float64{1, 2, 5} {
			if step := size * n; high/step <= 4 {
				return step, func(v float64) string { return c.number(int(v)) }
			}
		}
	}
}

// timeLevels are round steps for durations in seconds.
func (c *call) timeLevels(high float64) (float64, func(float64) string) {
	const minute, hour, day = 60.0, 3600.0, 86400.0
	steps := []float64{1, 5, 15, 30, minute, 2 * minute, 5 * minute, 10 * minute, 15 * minute, 30 * minute, hour, 2 * hour, 3 * hour, 6 * hour, 12 * hour, day, 2 * day, 5 * day, 10 * day}
	step := steps[0]
	for i := 0; high/step > 4; i++ {
		if i < len(steps) {
			step = steps[i]
		} else {
			step *= 2
		}
	}
	return step, func(v float64) string {
		if v == 0 {
			return "0"
		}
		return c.duration(v)
	}
}

// heatMap is how much happens at which hour of which weekday.
type heatMap struct {
	Days  []heatDay // from Monday
	Hours []heatHour
	Empty bool
}

type heatDay struct {
	Name  string
	Y     int // of its squares
	Cells []heatCell
}

type heatCell struct {
	X, Wide   string
	Hour      string
	N, Strong int // Strong: 0 for nothing to 5 for the most
}

type heatHour struct{ X, Text string }

const (
	heatRow = 26 // pixels from one day to the next
	heatTop = 4
)

// newHeatMap shades counts by weekday, from Sunday as Go has it, and hour.
func newHeatMap(names []string, counts [7][24]int) *heatMap {
	m := &heatMap{Empty: true}
	most := 0
	for _, day := range counts {
		for _, n := range day {
			most = max(most, n)
		}
	}
	m.Empty = most == 0
	for row := range 7 {
		weekday := (row + 1) % 7
		day := heatDay{Name: names[weekday], Y: heatTop + row*heatRow}
		for hour, n := range counts[weekday] {
			cell := heatCell{X: percents(float64(hour) * 100 / 24), Wide: percents(100.0 / 24 * 0.9), Hour: fmt.Sprintf("%02d:00", hour), N: n}
			if n > 0 {
				cell.Strong = max(1, (n*5+most-1)/most)
			}
			day.Cells = append(day.Cells, cell)
		}
		m.Days = append(m.Days, day)
	}
	for hour := 0; hour < 24; hour += 3 {
		m.Hours = append(m.Hours, heatHour{percents((float64(hour) + 0.45) * 100 / 24), fmt.Sprintf("%02d", hour)})
	}
	return m
}

// Foot is for templates: where the hours are written.
func (heatMap) Foot() int { return heatTop + 7*heatRow + 14 }

// High is for templates.
func (heatMap) High() int { return heatTop + 7*heatRow + 20 }

// Middle is for templates: where a day's name is written.
func (d heatDay) Middle() int { return d.Y + 15 }
