package metamessaging

import (
	"strings"

	"github.com/gohelpdesk/helpdesk/channel/internal/wire"
)

// subcodes that say more than their code does.
var subcodes = map[int]wire.Class{
	2018278: wire.ClassPermanent, // the window of Messenger has closed
	2534022: wire.ClassPermanent, // that of Instagram
	2018001: wire.ClassPermanent, // there is no such person
	1545041: wire.ClassPermanent, // the person cannot be reached
	2018047: wire.ClassPermanent, // the file did not arrive
	2018109: wire.ClassPermanent, // the file is too large
}

// refusals is what each code means. What is not here is as wire.GraphClass has it.
var refusals = map[int]wire.Class{
	551:  wire.ClassPermanent, // the person cannot be reached
	9010: wire.ClassPermanent, // there is no such person on Instagram
	1200: wire.ClassRetry,
}

// Class says what a refusal of the Send API means.
func Class(e *wire.GraphError) wire.Class {
	if c, known := subcodes[e.Subcode]; known {
		return c
	}
	if strings.Contains(e.Message, "appsecret_proof") {
		return wire.ClassAdmin
	}
	if c, known := refusals[e.Code]; known {
		return c
	}
	return wire.GraphClass(e)
}
