package telegram

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/gohelpdesk/helpdesk"
)

// Settings are those of an inbox; see the package's comment.
type Settings struct {
	BotToken      string `json:"bot_token"`
	BotName       string `json:"bot_name,omitempty"`
	WebhookSecret string `json:"webhook_secret,omitempty"`
}

var (
	tokenForm  = regexp.MustCompile(`^[0-9]{1,20}:[A-Za-z0-9_-]{1,200}$`)
	secretForm = regexp.MustCompile(`^[A-Za-z0-9_-]{1,256}$`)
)

const maxName = 255 // characters of a bot's name

// Open implements helpdesk.Channel. It fails with Invalid, and names every
// setting that is wrong or unknown.
func (c *channel) Open(raw json.RawMessage) (helpdesk.Sender, error) {
	var given map[string]json.RawMessage
	if err := json.Unmarshal(raw, &given); err != nil || given == nil {
		return nil, &helpdesk.Error{Code: helpdesk.Invalid, Message: "the settings must be a JSON object", Err: err}
	}
	var s Settings
	wrong := map[string]string{}
	fields := map[string]*string{"bot_token": &s.BotToken, "bot_name": &s.BotName, "webhook_secret": &s.WebhookSecret}
	for key, value := range given {
		switch to, known := fields[key]; {
		case !known:
			wrong[key] = "is not a setting of this channel"
		case json.Unmarshal(value, to) != nil:
			wrong[key] = "must be a text"
		}
	}
	s.check(wrong)
	if len(wrong) > 0 {
		return nil, &helpdesk.Error{Code: helpdesk.Invalid, Message: "the settings are not right", Fields: wrong}
	}
	return &sender{s: s, bot: bot{http: c.http, base: c.base, token: s.BotToken}}, nil
}

// check adds what is wrong with the values.
func (s *Settings) check(wrong map[string]string) {
	add := func(bad bool, key, what string) {
		if _, seen := wrong[key]; bad && !seen {
			wrong[key] = what
		}
	}
	add(s.BotToken == "", "bot_token", "can't be blank")
	add(!tokenForm.MatchString(s.BotToken), "bot_token", "must be as BotFather gives it: digits, a colon, and letters")
	add(utf8.RuneCountInString(s.BotName) > maxName, "bot_name", "is too long (maximum is 255 characters)")
	add(s.WebhookSecret != "" && !secretForm.MatchString(s.WebhookSecret), "webhook_secret", "must be at most 256 letters, digits, _ and -")
}

// botID is the bot's own number. It is no secret: every user sees it.
func (s *Settings) botID() string {
	id, _, _ := strings.Cut(s.BotToken, ":")
	return id
}

// secret is what Telegram proves itself with.
func (s *Settings) secret() string {
	if s.WebhookSecret != "" {
		return s.WebhookSecret
	}
	h := hmac.New(sha256.New, []byte(s.BotToken))
	h.Write([]byte("helpdesk: webhook of a Telegram bot"))
	return hex.EncodeToString(h.Sum(nil))
}
