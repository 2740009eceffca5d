package helpdesk

import (
	"context"
	"crypto/tls"
	"net/http"
	"time"

	"code.dny.dev/ssrf"
)

type (
	Sealer       interface{}
	Mailer       interface{}
	Pusher       interface{}
	Notifier     interface{}
	Payloads     interface{}
	ThinPayloads struct{}
	hub          struct{}
	presence     struct{}
	buckets      struct{}
	runner       struct{}
	configCache  struct{}
	Reply        struct{}
)

func newHub(*Engine) *hub                                    { return nil }
func newPresence(func() time.Time) *presence                 { return nil }
func newBuckets(func() time.Time) *buckets                   { return nil }
func newRunner(*Engine) *runner                              { return nil }
func randomSealer() Sealer                                   { return nil }
func guardOptions([]string) []ssrf.Option                    { return nil }
func guardedClient(*ssrf.Guardian, *tls.Config) *http.Client { return nil }

var _ context.Context
