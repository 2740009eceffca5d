package twilio

import "net/http"

// meaning is what a refusal means for what was to be done.
type meaning int

const (
	never    meaning = iota // this message never goes
	again                   // nothing was sent; later it may work
	slow                    // later, for everything that the inbox sends
	admin                   // nothing goes until somebody mends the inbox
	unwanted                // the customer told Twilio to stop
	unsure                  // nobody knows
)

// refusals is what each of Twilio's codes means. What is not here is permanent
// below 500 of HTTP: a message that is sent twice is worse than one that an agent
// sends again.
var refusals = map[int]meaning{
	// Access and money: every message of the inbox meets these.
	20003: admin, // wrong token or secret
	20005: admin, // the account is not active
	30002: admin, // or suspended
	63007: admin, // there is no such sender on WhatsApp
	63051: admin, // its business account is locked

	// Too much at a time.
	20429: slow, // calls
	63018: slow, // messages of the sender
	63038: slow, // messages of the account in a day

	// Theirs, and passing.
	20500: again,
	20503: again,
	30001: again, // the queue is full

	// This message never goes.
	21211: never, // no number
	21212: never, // the sender is none
	21408: never, // not to this country
	21606: never, // the sender cannot send this
	21609: never, // the address of receipts is none that Twilio calls
	21610: unwanted,
	21612: never, // no way from here to there
	21614: never, // a landline
	21617: never, // too long
	21620: never, // the file's address is none
	21656: never, // the variables do not fit the template
	30003: never, // the phone is off, or gone
	30004: never, // blocked
	30005: never, // there is no such phone
	30006: never, // a landline
	30007: never, // filtered by the carrier
	30008: never, // nobody says why
	30034: never, // the number is not registered for such traffic
	63003: never, // nobody on WhatsApp has this number
	63005: never, // WhatsApp refuses the content
	63013: never, // against its policy
	63016: never, // a day has passed: only a template goes
	63021: never, // the content is not valid
	63024: never, // to oneself, or to nobody
	63032: never, // the person cannot be written to now
	63049: never, // the person gets enough marketing
}

// class says what a refusal means.
func class(r *refusal) meaning {
	if m, known := refusals[r.code]; known {
		return m
	}
	switch {
	case r.status == http.StatusTooManyRequests:
		return slow
	case r.status == http.StatusUnauthorized:
		return admin
	case r.status == http.StatusGatewayTimeout && r.code == 0: // somebody in between gave up waiting
		return unsure
	case r.status >= http.StatusInternalServerError:
		return again
	}
	return never
}
