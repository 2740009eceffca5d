package whatsapp

import (
	"encoding/json"
	"regexp"
	"unicode"

	"github.com/gohelpdesk/helpdesk"
)

// EmbeddedSignUp is the Source of Settings that SignUp made.
const EmbeddedSignUp = "embedded_signup"

// Settings are those of an inbox; see the package's comment.
type Settings struct {
	PhoneNumber       string `json:"phone_number"`
	PhoneNumberID     string `json:"phone_number_id"`
	BusinessAccountID string `json:"business_account_id"`
	APIKey            string `json:"api_key"`
	VerifyToken       string `json:"webhook_verify_token,omitempty"`
	AppID             string `json:"app_id,omitempty"`
	AppSecret         string `json:"app_secret,omitempty"`
	Coexistence       bool   `json:"coexistence,omitempty"`
	Source            string `json:"source,omitempty"`
	PIN               string `json:"pin,omitempty"`
}

var (
	phoneNumber = regexp.MustCompile(`^\+[1-9]\d{1,14}$`)
	graphID     = regexp.MustCompile(`^\d{1,32}$`)
	sixDigits   = regexp.MustCompile(`^\d{6}$`)
	// userID is the id of a person who hides their number.
	userID = regexp.MustCompile(`^[A-Z]{2}\.[A-Za-z0-9_.]{1,125}$`)
)

// Open implements helpdesk.Channel. It fails with Invalid, and names every
// setting that is wrong or unknown.
func (c *channel) Open(raw json.RawMessage) (helpdesk.Sender, error) {
	var given map[string]json.RawMessage
	if err := json.Unmarshal(raw, &given); err != nil || given == nil {
		return nil, &helpdesk.Error{Code: helpdesk.Invalid, Message: "the settings must be a JSON object", Err: err}
	}
	var s Settings
	wrong := s.read(given)
	s.check(wrong)
	if len(wrong) > 0 {
		return nil, &helpdesk.Error{Code: helpdesk.Invalid, Message: "the settings are not right", Fields: wrong}
	}
	return &sender{o: c.o, s: s, graph: c.o.graph(s.APIKey)}, nil
}

func (s *Settings) read(given map[string]json.RawMessage) (wrong map[string]string) {
	wrong = map[string]string{}
	fields := map[string]any{
		"phone_number": &s.PhoneNumber, "phone_number_id": &s.PhoneNumberID, "business_account_id": &s.BusinessAccountID,
		"api_key": &s.APIKey, "webhook_verify_token": &s.VerifyToken, "app_id": &s.AppID, "app_secret": &s.AppSecret,
		"coexistence": &s.Coexistence, "source": &s.Source, "pin": &s.PIN,
	}
	for key, value := range given {
		switch to, known := fields[key]; {
		case !known:
			wrong[key] = "is not a setting of this channel"
		case json.Unmarshal(value, to) != nil:
			wrong[key] = "is of the wrong kind"
		}
	}
	return wrong
}

// check adds what is wrong with the values.
func (s *Settings) check(wrong map[string]string) {
	add := func(bad bool, key, what string) {
		if _, seen := wrong[key]; bad && !seen {
			wrong[key] = what
		}
	}
	add(s.PhoneNumber == "", "phone_number", "can't be blank")
	add(!phoneNumber.MatchString(s.PhoneNumber), "phone_number", "must be + and digits, with the country")
	add(s.PhoneNumberID == "", "phone_number_id", "can't be blank")
	add(!graphID.MatchString(s.PhoneNumberID), "phone_number_id", "must be the digits that Meta shows; it is not the number itself")
	add(s.BusinessAccountID == "", "business_account_id", "can't be blank")
	add(!graphID.MatchString(s.BusinessAccountID), "business_account_id", "must be the digits that Meta shows")
	add(s.APIKey == "", "api_key", "can't be blank")
	add(s.AppID != "" && !graphID.MatchString(s.AppID), "app_id", "must be the digits that Meta shows")
	add(s.PIN != "" && !sixDigits.MatchString(s.PIN), "pin", "must be six digits")
	add(s.Source != "" && s.Source != EmbeddedSignUp, "source", "must be embedded_signup or nothing")
	for key, text := range map[string]string{"api_key": s.APIKey, "webhook_verify_token": s.VerifyToken, "app_secret": s.AppSecret} {
		add(len(text) > 1024, key, "is too long (maximum is 1024 bytes)")
		for _, r := range text {
			add(r <= ' ' || r > unicode.MaxASCII, key, "must not hold spaces, nor letters outside of ASCII")
		}
	}
}
