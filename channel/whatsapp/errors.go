package whatsapp

import (
	"strings"

	"github.com/gohelpdesk/helpdesk/channel/internal/wire"
)

// refusals is what each code of WhatsApp means. What is not here is as GraphClass
// has it, and permanent when that does not know it either: a message that is sent
// twice is worse than one that an agent sends again.
var refusals = map[int]wire.Class{
	// Access, money, policy: every message of the inbox meets these.
	131005: wire.ClassAdmin, // a permission is missing
	131031: wire.ClassAdmin, // the account is locked
	131037: wire.ClassAdmin, // the display name is not approved
	131042: wire.ClassAdmin, // payment
	131044: wire.ClassAdmin, // payment
	131045: wire.ClassAdmin, // the number's certificate
	131064: wire.ClassAdmin, // a limit was violated
	132068: wire.ClassAdmin, // the flow is blocked
	133000: wire.ClassAdmin, 133001: wire.ClassAdmin, 133002: wire.ClassAdmin, 133003: wire.ClassAdmin,
	133005: wire.ClassAdmin, // wrong PIN
	133006: wire.ClassAdmin, 133008: wire.ClassAdmin, 133009: wire.ClassAdmin,
	133010: wire.ClassAdmin, // the number is not registered
	133015: wire.ClassAdmin,

	// Too much at a time.
	80007:  wire.ClassSlow, // the business account's limit
	130429: wire.ClassSlow, // the number's throughput
	131048: wire.ClassSpam, // customers complain
	132069: wire.ClassSlow, // the flow is throttled
	133016: wire.ClassSlow, // registrations
	131056: wire.ClassPair, // to this person

	// Theirs, and passing.
	131000: wire.ClassRetry,
	131016: wire.ClassRetry,
	131057: wire.ClassRetry, // maintenance of the number
	133004: wire.ClassRetry,
	135000: wire.ClassRetry,

	// This message never goes.
	130472: wire.ClassPermanent, // the person is part of an experiment
	130497: wire.ClassPermanent, // not to this country
	131008: wire.ClassPermanent, // a parameter is missing
	131009: wire.ClassPermanent, // or wrong
	131021: wire.ClassPermanent, // to oneself
	131026: wire.ClassPermanent, // undeliverable
	131030: wire.ClassPermanent, // not on the list of a test number
	131047: wire.ClassPermanent, // a day has passed: only a template goes
	131049: wire.ClassPermanent, // the person gets enough; not within a day
	131050: wire.ClassPermanent, // the person wants no marketing
	131051: wire.ClassPermanent, // the kind of message is not supported
	131052: wire.ClassPermanent, // the file cannot be fetched
	131053: wire.ClassPermanent, // the file cannot be stored; see class
	131062: wire.ClassPermanent, // not to somebody without a number
	131063: wire.ClassPermanent,
	132000: wire.ClassPermanent, // the number of parameters
	132001: wire.ClassPermanent, // there is no such template in this language
	132005: wire.ClassPermanent, // too long with its parameters
	132007: wire.ClassPermanent, // against a policy
	132008: wire.ClassPermanent,
	132012: wire.ClassPermanent, // a parameter's format
	132015: wire.ClassPermanent, // the template is paused
	132016: wire.ClassPermanent, // or disabled
	132018: wire.ClassPermanent, // line breaks in a parameter
	137000: wire.ClassPermanent, // the person has a new phone: the key does not match
}

// class says what a refusal means. One code is told apart by its details.
func class(e *wire.GraphError) wire.Class {
	if e.Code == 131053 && strings.Contains(strings.ToLower(e.Details), "download") {
		return wire.ClassRetry // our server was down when WhatsApp fetched the link
	}
	if c, known := refusals[e.Code]; known {
		return c
	}
	return wire.GraphClass(e)
}
