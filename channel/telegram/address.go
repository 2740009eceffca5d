package telegram

import (
	"regexp"
	"strings"
)

// address is where a customer is reached.
type address struct {
	chat       string // digits, with a minus for groups
	connection string // of a business; "" = the bot's own chat
}

var number = regexp.MustCompile(`^-?[0-9]{1,20}$`)

const businessPrefix = "business:"

func (a address) String() string {
	if a.connection == "" {
		return a.chat
	}
	return businessPrefix + a.connection + ":" + a.chat
}

// message is the external id of a message in the chat.
func (a address) message(id string) string {
	if id == "" {
		return ""
	}
	return a.String() + ":" + id
}

func readAddress(s string) (a address, ok bool) {
	a.chat = s
	if rest, business := strings.CutPrefix(s, businessPrefix); business {
		at := strings.LastIndexByte(rest, ':')
		if at < 1 {
			return address{}, false
		}
		a.connection, a.chat = rest[:at], rest[at+1:]
	}
	return a, number.MatchString(a.chat)
}

// messageNumber is the number in its chat of a message of this address, by its
// external id; "" when it belongs to another chat, or to none.
func (a address) messageNumber(externalID string) string {
	id, ok := strings.CutPrefix(externalID, a.String()+":")
	if !ok || !number.MatchString(id) {
		return ""
	}
	return id
}
