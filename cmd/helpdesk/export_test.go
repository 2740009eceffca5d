package main

import "github.com/gohelpdesk/helpdesk"

// SealKey lets the tests open what the server sealed with a secret.
func SealKey(secret string) helpdesk.SealKey { return sealKey(secret) }
