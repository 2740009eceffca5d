package helpdesk

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
)

// Limits of a table that is taken in.
const (
	maxTableSize    = 10 << 20 // bytes
	maxTableRows    = 100_000
	maxTableColumns = 200
	maxTableCell    = 10_000 // characters
	maxTableFaults  = 20     // named in one answer
)

// table is a CSV file, as people's programs write them.
type table struct {
	Columns []string   `json:"columns"`
	Rows    []tableRow `json:"rows"`
}

type tableRow struct {
	Line  int      `json:"l"` // of the file, where the row begins
	Cells []string `json:"c"` // as many as the row has
}

// readTable reads a CSV file: UTF-8 or UTF-16 by its byte order mark, else UTF-8
// where it is that, else Windows-1252; separated by comma, semicolon or tab, which
// the first line decides. Rows without any text are passed over. faults is what
// is wrong with it.
func readTable(r io.Reader) (t *table, faults []string, err error) {
	raw, err := io.ReadAll(io.LimitReader(r, maxTableSize+1))
	if err != nil {
		return nil, nil, &Error{Code: Invalid, Message: "the file could not be read", Err: err}
	}
	if len(raw) > maxTableSize {
		return nil, []string{"is larger than 10 MB"}, nil
	}
	text, ok := decodeTable(raw)
	if !ok {
		return nil, []string{"is not a text file with comma-separated values"}, nil
	}
	in := csv.NewReader(strings.NewReader(text))
	in.Comma, in.FieldsPerRecord = separatorOf(text), -1
	t = &table{}
	for len(faults) < maxTableFaults {
		cells, err := in.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if bad, broken := errors.AsType[*csv.ParseError](err); broken {
			return nil, append(faults, fmt.Sprintf("is broken at line %d: %v", bad.Line, bad.Err)), nil
		}
		if err != nil {
			return nil, nil, err
		}
		line, _ := in.FieldPos(0)
		switch {
		case !slices.ContainsFunc(cells, func(c string) bool { return strings.TrimSpace(c) != "" }):
			continue
		case slices.ContainsFunc(cells, func(c string) bool { return tooLong(c, maxTableCell) }):
			faults = append(faults, fmt.Sprintf("has a cell of more than 10000 characters in line %d", line))
		case t.Columns == nil:
			t.Columns = cells
		case len(t.Rows) == maxTableRows:
			return nil, append(faults, "has more than 100000 rows"), nil
		default:
			t.Rows = append(t.Rows, tableRow{line, cells})
		}
	}
	return t, faults, nil
}

// decodeTable is the file as text; false when it is none.
func decodeTable(raw []byte) (string, bool) {
	var from encoding.Encoding
	switch {
	case bytes.HasPrefix(raw, []byte("\xFF\xFE")), bytes.HasPrefix(raw, []byte("\xFE\xFF")):
		from = unicode.UTF16(unicode.LittleEndian, unicode.UseBOM)
	case utf8.Valid(raw):
		from = unicode.UTF8BOM
	default:
		from = charmap.Windows1252
	}
	text, err := from.NewDecoder().Bytes(raw)
	if err != nil || bytes.IndexByte(text, 0) >= 0 {
		return "", false
	}
	if !bytes.Contains(text, []byte("\n")) {
		text = bytes.ReplaceAll(text, []byte("\r"), []byte("\n"))
	}
	return string(text), true
}

// separatorOf is what stands most often between the names of the first line.
func separatorOf(text string) rune {
	first, _, _ := strings.Cut(strings.TrimLeft(text, "\r\n"), "\n")
	counts, quoted := map[rune]int{}, false
	for _, r := range first {
		if r == '"' {
			quoted = !quoted
		} else if !quoted {
			counts[r]++
		}
	}
	best := ','
	for _, r := range []rune{';', '\t'} {
		if counts[r] > counts[best] {
			best = r
		}
	}
	return best
}

// writeRow writes a row of CSV that spreadsheets read as text: every cell in
// quotes, and none that begins a formula.
func writeRow(w io.Writer, cells []string) error {
	var line strings.Builder
	for i, cell := range cells {
		if i > 0 {
			line.WriteByte(',')
		}
		line.WriteString(`"` + strings.ReplaceAll(inert(cell), `"`, `""`) + `"`)
	}
	line.WriteString("\r\n")
	_, err := io.WriteString(w, line.String())
	return err
}

// formula finds what a spreadsheet may run, quoted or not by apostrophes before
// it; number is what it only counts: a telephone number keeps its plus.
var (
	formula = regexp.MustCompile(`^'*[=+\-@\t\r\n＝＋－＠]`)
	number  = regexp.MustCompile(`^[+-]\d+([.,]\d+)?$`)
)

// inert keeps a spreadsheet from running a cell: an apostrophe before it says
// that it is text. alive takes the apostrophe away again.
func inert(cell string) string {
	if formula.MatchString(cell) && !number.MatchString(cell) {
		return "'" + cell
	}
	return cell
}

func alive(cell string) string {
	if rest, ok := strings.CutPrefix(cell, "'"); ok && formula.MatchString(rest) {
		return rest
	}
	return cell
}
