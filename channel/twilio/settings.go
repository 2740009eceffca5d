package twilio

import (
	"cmp"
	"encoding/json"
	"regexp"
	"strings"

	"github.com/gohelpdesk/helpdesk"
)

// Settings are those of an inbox; see the package's comment.
type Settings struct {
	AccountSID       string `json:"account_sid"`
	AuthToken        string `json:"auth_token,omitempty"`
	APIKeySID        string `json:"api_key_sid,omitempty"`
	APIKeySecret     string `json:"api_key_secret,omitempty"`
	Medium           string `json:"medium,omitempty"`
	PhoneNumber      string `json:"phone_number,omitempty"`
	MessagingService string `json:"messaging_service_sid,omitempty"`
}

var (
	accountSID = regexp.MustCompile(`^AC[0-9a-fA-F]{32}$`)
	apiKeySID  = regexp.MustCompile(`^SK[0-9a-fA-F]{32}$`)
	serviceSID = regexp.MustCompile(`^MG[0-9a-fA-F]{32}$`)
	contentSID = regexp.MustCompile(`^HX[0-9a-fA-F]{32}$`)
	number     = regexp.MustCompile(`^\+[1-9][0-9]{1,14}$`)
	shortCode  = regexp.MustCompile(`^[0-9]{3,8}$`)
	secretForm = regexp.MustCompile(`^[!-~]{1,200}$`)
)

// Open implements helpdesk.Channel. It fails with Invalid, and names every
// setting that is wrong or unknown.
func (c *channel) Open(raw json.RawMessage) (helpdesk.Sender, error) {
	var given map[string]json.RawMessage
	if err := json.Unmarshal(raw, &given); err != nil || given == nil {
		return nil, &helpdesk.Error{Code: helpdesk.Invalid, Message: "the settings must be a JSON object", Err: err}
	}
	var s Settings
	wrong := map[string]string{}
	fields := map[string]*string{
		"account_sid": &s.AccountSID, "auth_token": &s.AuthToken, "api_key_sid": &s.APIKeySID, "api_key_secret": &s.APIKeySecret,
		"medium": &s.Medium, "phone_number": &s.PhoneNumber, "messaging_service_sid": &s.MessagingService,
	}
	for key, value := range given {
		switch to, known := fields[key]; {
		case !known:
			wrong[key] = "is not a setting of this channel"
		case json.Unmarshal(value, to) != nil:
			wrong[key] = "must be a text"
		}
	}
	s.Medium = cmp.Or(s.Medium, SMS)
	if s.Medium == WhatsApp {
		s.PhoneNumber = strings.TrimPrefix(s.PhoneNumber, whatsAppPrefix)
	}
	s.check(wrong)
	if len(wrong) > 0 {
		return nil, &helpdesk.Error{Code: helpdesk.Invalid, Message: "the settings are not right", Fields: wrong}
	}
	opened := sender{o: c.o, s: s, api: newAPI(c.o, s)}
	if s.Medium == WhatsApp {
		return &whatsApp{opened}, nil
	}
	return &opened, nil
}

// check adds what is wrong with the values.
func (s *Settings) check(wrong map[string]string) {
	add := func(bad bool, key, what string) {
		if _, seen := wrong[key]; bad && !seen {
			wrong[key] = what
		}
	}
	add(s.AccountSID == "", "account_sid", "can't be blank")
	add(!accountSID.MatchString(s.AccountSID), "account_sid", "must be AC and 32 hexadecimal digits, as Twilio's console shows it")
	add(s.AuthToken == "" && s.APIKeySID == "", "auth_token", "can't be blank without an API key")
	add(s.AuthToken != "" && !secretForm.MatchString(s.AuthToken), "auth_token", "must not hold spaces, nor letters outside of ASCII")
	add(s.APIKeySID != "" && !apiKeySID.MatchString(s.APIKeySID), "api_key_sid", "must be SK and 32 hexadecimal digits")
	add(s.APIKeySID != "" && s.APIKeySecret == "", "api_key_secret", "can't be blank with an API key")
	add(s.APIKeySID == "" && s.APIKeySecret != "", "api_key_sid", "can't be blank with a secret")
	add(s.APIKeySecret != "" && !secretForm.MatchString(s.APIKeySecret), "api_key_secret", "must not hold spaces, nor letters outside of ASCII")
	add(s.Medium != SMS && s.Medium != WhatsApp, "medium", "must be sms or whatsapp")
	add(s.PhoneNumber == "" && s.MessagingService == "", "phone_number", "can't be blank without a messaging service")
	add(s.PhoneNumber != "" && s.MessagingService != "", "phone_number", "must be blank with a messaging service")
	good := number.MatchString(s.PhoneNumber) || s.Medium == SMS && shortCode.MatchString(s.PhoneNumber)
	add(s.PhoneNumber != "" && !good, "phone_number", "must be + and digits, with the country, or a short code")
	add(s.MessagingService != "" && !serviceSID.MatchString(s.MessagingService), "messaging_service_sid", "must be MG and 32 hexadecimal digits")
}
