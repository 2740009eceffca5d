package metamessaging

import (
	"encoding/json"
	"regexp"
	"unicode"

	"github.com/gohelpdesk/helpdesk"
)

var graphID = regexp.MustCompile(`^\d{1,32}$`)

// Settings reads an inbox's settings strictly.
type Settings struct{ Wrong map[string]string }

// Read fills in the fields, each a pointer under its key. It fails where the settings
// are no object at all.
func Read(raw json.RawMessage, fields map[string]any) (*Settings, error) {
	var given map[string]json.RawMessage
	if err := json.Unmarshal(raw, &given); err != nil || given == nil {
		return nil, &helpdesk.Error{Code: helpdesk.Invalid, Message: "the settings must be a JSON object", Err: err}
	}
	s := &Settings{map[string]string{}}
	for key, value := range given {
		switch to, known := fields[key]; {
		case !known:
			s.Wrong[key] = "is not a setting of this channel"
		case json.Unmarshal(value, to) != nil:
			s.Wrong[key] = "is of the wrong kind"
		}
	}
	return s, nil
}

// Add notes what is wrong with a field, unless something is noted already.
func (s *Settings) Add(bad bool, key, what string) {
	if _, seen := s.Wrong[key]; bad && !seen {
		s.Wrong[key] = what
	}
}

// ID checks an id of Graph's.
func (s *Settings) ID(key, value string, required bool) {
	s.Add(required && value == "", key, "can't be blank")
	s.Add(value != "" && !graphID.MatchString(value), key, "must be the digits that Meta shows")
}

// Secret checks a token or another word that nobody reads.
func (s *Settings) Secret(key, value string, required bool) {
	s.Add(required && value == "", key, "can't be blank")
	s.Add(len(value) > 1024, key, "is too long (maximum is 1024 bytes)")
	for _, r := range value {
		s.Add(r <= ' ' || r > unicode.MaxASCII, key, "must not hold spaces, nor letters outside of ASCII")
	}
}

// Err is nil when nothing is wrong.
func (s *Settings) Err() error {
	if len(s.Wrong) == 0 {
		return nil
	}
	return &helpdesk.Error{Code: helpdesk.Invalid, Message: "the settings are not right", Fields: s.Wrong}
}
