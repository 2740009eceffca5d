package dashboard

import (
	"strconv"
	"strings"
)

// spanUnits are the units in which people write how long something takes.
func spanUnits() []struct {
	name    string
	seconds int
} {
	return []struct {
		name    string
		seconds int
	}{{"d", 24 * 3600}, {"h", 3600}, {"m", 60}, {"s", 1}}
}

// spanText writes seconds as people type them: "1d 4h"; 0 is nothing.
func spanText(seconds int) string {
	var out []string
	for _, u := range spanUnits() {
		if n := seconds / u.seconds; n > 0 {
			out = append(out, strconv.Itoa(n)+u.name)
			seconds -= n * u.seconds
		}
	}
	return strings.Join(out, " ")
}

// span reads what spanText writes; a number alone is minutes. What is none is a
// problem that names the field.
func (in input) span(name string, problems map[string]string) int {
	rest := strings.ToLower(strings.Join(strings.Fields(in.Get(name)), ""))
	total := 0
	for rest != "" {
		digits := strings.IndexFunc(rest, func(r rune) bool { return r < '0' || r > '9' })
		if digits < 0 {
			digits, rest = len(rest), rest+"m"
		}
		n, err := strconv.Atoi(rest[:digits])
		seconds := 0
		for _, u := range spanUnits() {
			if strings.HasPrefix(rest[digits:], u.name) {
				seconds = u.seconds
			}
		}
		if err != nil || seconds == 0 || n > 100_000_000 {
			problems[name] = "must be a time such as 30m, 4h or 2d"
			return 0
		}
		total += n * seconds
		rest = rest[digits+1:]
	}
	return total
}
