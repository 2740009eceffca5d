package main

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/gohelpdesk/helpdesk"
	"github.com/gohelpdesk/helpdesk/channel/api"
	"github.com/gohelpdesk/helpdesk/channel/instagram"
	"github.com/gohelpdesk/helpdesk/channel/messenger"
	"github.com/gohelpdesk/helpdesk/channel/telegram"
	"github.com/gohelpdesk/helpdesk/channel/twilio"
	"github.com/gohelpdesk/helpdesk/channel/whatsapp"
	"github.com/gohelpdesk/helpdesk/channel/widget"
)

// channels are all the server has: the wiring of a new provider is a line here.
func (c *config) channels(client *http.Client) []helpdesk.Channel {
	return []helpdesk.Channel{
		api.New(), widget.New(),
		whatsapp.New(c.whatsapp(client)),
		telegram.New(telegram.Options{HTTPClient: client, BaseURL: c.providers["telegram"]}),
		messenger.New(c.messenger(client)),
		instagram.New(c.instagram(client)),
		twilio.New(twilio.Options{HTTPClient: client, BaseURL: c.providers["twilio"], PublicURL: c.publicURL}),
	}
}

// providers are where providers' APIs live, by the names that HELPDESK_PROVIDERS
// knows them by; "" = where they always do.
type providers map[string]string

// readProviders reads NAME=URL, separated by commas.
func (c *config) readProviders(wrong *problems, env func(string) string) {
	c.providers = providers{"whatsapp": "", "telegram": "", "messenger": "", "instagram": "", "twilio": ""}
	names := slices.Sorted(maps.Keys(c.providers))
	for _, one := range list(env("HELPDESK_PROVIDERS")) {
		name, at, _ := strings.Cut(one, "=")
		_, known := c.providers[name]
		u, err := url.Parse(at)
		good := err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != ""
		wrong.add(!known || !good, "HELPDESK_PROVIDERS: %q is not one of %s, an equals sign and an address", one, strings.Join(names, ", "))
		c.providers[name] = strings.TrimSuffix(at, "/")
	}
}
