package whatsappsim

import (
	"net/http"
	"regexp"
)

// phone is /{number} and its edges.
func (c *call) phone(edge string) {
	switch {
	case edge == "messages":
		c.messages()
	case edge == "media":
		c.media()
	case edge == "" && c.R.Method == http.MethodGet:
		c.Answer(c.number.facts())
	case edge == "" && c.R.Method == http.MethodPost:
		var in struct {
			Webhook struct {
				URI   string `json:"override_callback_uri"`
				Token string `json:"verify_token"`
			} `json:"webhook_configuration"`
		}
		if c.in(&in) && c.redirect(in.Webhook.URI, in.Webhook.Token) {
			c.Answer(object{"success": true})
		}
	case edge == "register" && c.R.Method == http.MethodPost:
		c.register()
	case edge == "deregister" && c.R.Method == http.MethodPost:
		c.number.set(func() { c.number.registered = false })
		c.Answer(object{"success": true})
	case edge == "smb_app_data" && c.R.Method == http.MethodPost:
		c.sync()
	default:
		c.unknown()
	}
}

// redirect sends webhooks to an address, once that has proven itself.
func (c *call) redirect(uri, token string) bool {
	if uri != "" && !c.number.verify(uri, token) {
		c.refuse(&refusal{status: http.StatusBadRequest, code: 2200, message: "Callback verification failed", details: "the callback did not answer the challenge"})
		return false
	}
	c.number.Webhook(uri)
	return true
}

func (n *Number) facts() object {
	n.sim.mu.Lock()
	defer n.sim.mu.Unlock()
	level, platform, mode := "STANDARD", "CLOUD_API", "VERIFIED"
	if !n.registered && !n.Coexistence {
		level, platform = "NOT_APPLICABLE", "NOT_APPLICABLE"
	}
	return object{
		"id": n.ID, "display_phone_number": "+" + digits(n.Phone)[:2] + " " + digits(n.Phone)[2:], "verified_name": n.Name,
		"quality_rating": n.Quality, "status": n.Status, "code_verification_status": mode, "platform_type": platform,
		"throughput": object{"level": level}, "is_on_biz_app": n.Coexistence, "account_mode": "LIVE", "name_status": "APPROVED",
		"whatsapp_business_manager_messaging_limit": n.Limit, "messaging_limit_tier": n.Limit,
		"webhook_configuration": object{"phone_number": n.callback},
	}
}

var sixDigits = regexp.MustCompile(`^\d{6}$`)

func (c *call) register() {
	var in struct {
		Product string `json:"messaging_product"`
		PIN     string `json:"pin"`
	}
	if !c.in(&in) {
		return
	}
	n := c.number
	switch {
	case n.Coexistence:
		c.s.tb.Errorf("whatsappsim: register was called for a number that lives on a phone: the phone would be cut off")
		c.refuse(refuse(100, "the number lives on a phone"))
	case in.Product != "whatsapp" || !sixDigits.MatchString(in.PIN):
		c.refuse(refuse(133005, "pin must be six digits"))
	default:
		n.set(func() { n.registered = true })
		c.Answer(object{"success": true})
	}
}

func (c *call) sync() {
	var in struct {
		Type string `json:"sync_type"`
	}
	if !c.in(&in) {
		return
	}
	c.number.set(func() { c.number.synced = append(c.number.synced, in.Type) })
	c.Answer(object{"messaging_product": "whatsapp", "request_id": "sync-" + in.Type})
}

// business is /{business account} and its edges.
func (c *call) business(edge string) {
	switch edge {
	case "":
		c.Answer(object{"id": c.number.BusinessAccount, "name": c.number.Name})
	case "phone_numbers":
		c.Answer(object{"data": []any{c.number.facts()}})
	case "subscribed_apps":
		c.subscribed()
	case "message_templates":
		c.templates()
	default:
		c.unknown()
	}
}

func (c *call) subscribed() {
	n := c.number
	switch c.R.Method {
	case http.MethodPost:
		var in struct {
			URI   string `json:"override_callback_uri"`
			Token string `json:"verify_token"`
		}
		if len(c.Body) > 0 && !c.in(&in) || in.URI != "" && !c.redirect(in.URI, in.Token) {
			return
		}
		n.set(func() { n.subscribed = true })
		c.Answer(object{"success": true})
	case http.MethodDelete:
		n.set(func() { n.subscribed, n.callback = false, "" })
		c.Answer(object{"success": true})
	default:
		data := []any{}
		n.set(func() {
			if n.subscribed {
				data = append(data, object{"whatsapp_business_api_data": object{"id": c.s.o.AppID, "name": "Desk"}, "override_callback_uri": n.callback})
			}
		})
		c.Answer(object{"data": data})
	}
}

// signUp is what embedded sign-up asks without a token of a business.
func (c *call) signUp(what string) {
	q := c.R.URL.Query()
	c.s.mu.Lock()
	if what == "oauth" {
		n := c.s.codes[q.Get("code")]
		if n == nil || q.Get("client_id") != c.s.o.AppID || q.Get("client_secret") != c.s.o.AppSecret {
			c.s.mu.Unlock()
			c.refuse(&refusal{status: http.StatusBadRequest, code: 100, subcode: 36009, message: "This authorization code has been used.", details: "or the app is another"})
			return
		}
		delete(c.s.codes, q.Get("code")) // it works once
		token := n.Token
		c.s.mu.Unlock()
		c.Answer(object{"access_token": token, "token_type": "bearer"})
		return
	}
	var found *Number
	for _, n := range c.s.numbers {
		if n.Token == q.Get("input_token") && !n.revoked {
			found = n
		}
	}
	own := found != nil && q.Get("access_token") == found.Token
	c.s.mu.Unlock()
	if q.Get("access_token") != c.s.o.AppID+"|"+c.s.o.AppSecret && !own {
		c.refuse(&refusal{status: http.StatusUnauthorized, code: 190, message: titles[190], details: "not the app"})
		return
	}
	if found == nil {
		c.Answer(object{"data": object{"is_valid": false, "app_id": c.s.o.AppID}})
		return
	}
	ids := []any{found.BusinessAccount}
	c.Answer(object{"data": object{"is_valid": true, "app_id": c.s.o.AppID, "granular_scopes": []any{
		object{"scope": "whatsapp_business_management", "target_ids": ids}, object{"scope": "whatsapp_business_messaging", "target_ids": ids},
	}, "scopes": []any{"whatsapp_business_management", "whatsapp_business_messaging"}}})
}
