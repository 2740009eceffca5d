package dashboard

import (
	"html/template"
	"net/http"
	"net/url"
	"strings"

	"github.com/gohelpdesk/helpdesk"
)

// securityPage is how somebody signs in: address, password, second factor, token.
type securityPage struct {
	profilePage
	Email, Password, Token *form
	Enable, Codes, Disable *form    // of the second factor; nil = not now
	Secret                 string   // while it is being set up
	URL                    string   // likewise: what the device reads
	Backup                 []string // codes, told this once
}

// QR is for templates: the address as a code for a camera.
func (p *securityPage) QR() template.HTML { return qrCode(p.URL, p.T("profile.qr")) }

func (c *call) securityPage() (*securityPage, error) {
	user, err := c.desk.Profile.Get(c.ctx())
	if err != nil {
		return nil, err
	}
	token, err := c.e.AccessToken(user)
	if err != nil {
		return nil, err
	}
	known := user.PasswordHash != "" // somebody who comes by a host's link has none
	p := &securityPage{profilePage: profilePage{c, user, nil}}
	p.Email = c.ask("profile", current(known, "email_", field{Name: "email", Kind: asEmail, Value: user.Email, Required: true})...)
	p.Password = c.ask("profile", current(known, "password_", field{Name: "password", Kind: asPassword, Required: true, Half: true},
		field{Name: "password_confirmation", Kind: asPassword, Required: true, Half: true})...)
	p.Token = c.ask("profile", field{Name: "access_token", Kind: asSecret, Value: token})
	if user.OTPEnabled {
		p.Codes = c.ask("profile", field{Name: "codes_code", Kind: asText, Label: c.T("profile.field_code")})
		p.Disable = c.ask("profile", field{Name: "disable_code", Kind: asText, Label: c.T("profile.field_code_or_backup")},
			field{Name: "disable_password", Kind: asCurrent, Label: c.T("profile.field_current_password")})
	}
	return p, nil
}

// current adds the present password to what may only be changed by who knows it.
// Each form of the page has a field of its own name.
func current(known bool, prefix string, fields ...field) []field {
	if known {
		fields = append(fields, field{Name: prefix + "current_password", Kind: asCurrent})
	}
	return fields
}

func (c *call) showSecurity() error {
	p, err := c.securityPage()
	if err != nil {
		return err
	}
	return c.render("profile/security", http.StatusOK, p)
}

// securityAgain shows the page with what is wrong in one of its forms.
func (c *call) securityAgain(err error, rename map[string]string, choose func(p *securityPage) *form, in input) error {
	p, missing := c.securityPage()
	if missing != nil {
		return missing
	}
	f := choose(p)
	if f == nil {
		return err
	}
	f.fill(in.Values)
	if !f.refuse(c, renamed(err, rename)) {
		return err
	}
	return c.render("profile/security", http.StatusUnprocessableEntity, p)
}

func (c *call) saveEmail() error {
	in, err := c.input()
	if err != nil {
		return err
	}
	user, err := c.desk.Profile.Update(c.ctx(), helpdesk.ProfileChange{Email: in.text("email"), CurrentPassword: in.Get("email_current_password")})
	if err != nil {
		return c.securityAgain(err, map[string]string{"current_password": "email_current_password"}, func(p *securityPage) *form { return p.Email }, in)
	}
	if s, ok := c.session(); ok && user.Email != s.email { // the cookie says whose it is by the address
		s.email = user.Email
		http.SetCookie(c.w, c.cookie(sessionCookie, s.String(), sessionAge))
	}
	if user.PendingEmail != "" {
		return c.done(c.path("/profile/security"), "profile.confirm_sent")
	}
	return c.done(c.path("/profile/security"), "common.saved")
}

func (c *call) resendConfirmation() error {
	if err := c.desk.Profile.ResendConfirmation(c.ctx()); err != nil {
		return err
	}
	return c.done(c.path("/profile/security"), "profile.confirm_sent")
}

func (c *call) savePassword() error {
	in, err := c.input()
	if err != nil {
		return err
	}
	password, again := in.Get("password"), in.Get("password_confirmation")
	s, _ := c.session()
	_, err = c.desk.Profile.Update(c.ctx(), helpdesk.ProfileChange{
		Password: &password, Confirmation: &again, CurrentPassword: in.Get("password_current_password"), Session: s.client,
	})
	if err != nil {
		return c.securityAgain(err, map[string]string{"current_password": "password_current_password"}, func(p *securityPage) *form { return p.Password }, in)
	}
	return c.done(c.path("/profile/security"), "profile.password_changed")
}

func (c *call) resetOwnToken() error {
	if _, err := c.desk.Profile.ResetAccessToken(c.ctx()); err != nil {
		return err
	}
	return c.done(c.path("/profile/security"), "profile.token_changed")
}

// enrolFactor begins with a second factor: it shows the secret, which is stored
// but does not count until a code was made from it.
func (c *call) enrolFactor() error {
	made, err := c.desk.Profile.EnrollSecondFactor(c.ctx())
	if err != nil {
		return err
	}
	p, err := c.securityPage()
	if err != nil {
		return err
	}
	p.enable(made.URL)
	return c.render("profile/security", http.StatusOK, p)
}

// enable asks for the first code.
func (p *securityPage) enable(address string) {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "otpauth" {
		return
	}
	p.URL, p.Secret = address, u.Query().Get("secret")
	p.Enable = p.ask("profile", field{Name: "otp_code", Kind: asText, Label: p.T("profile.field_code"), Required: true})
}

func (c *call) enableFactor() error {
	in, err := c.input()
	if err != nil {
		return err
	}
	codes, err := c.desk.Profile.EnableSecondFactor(c.ctx(), compact(in.Get("otp_code")))
	if err != nil {
		return c.securityAgain(err, nil, func(p *securityPage) *form { p.enable(in.Get("url")); return p.Enable }, in)
	}
	return c.showCodes(codes)
}

func (c *call) renewCodes() error {
	in, err := c.input()
	if err != nil {
		return err
	}
	codes, err := c.desk.Profile.RenewBackupCodes(c.ctx(), compact(in.Get("codes_code")))
	if err != nil {
		return c.securityAgain(err, map[string]string{"otp_code": "codes_code"}, func(p *securityPage) *form { return p.Codes }, in)
	}
	return c.showCodes(codes)
}

// showCodes says backup codes once: nobody can read them again.
func (c *call) showCodes(codes []string) error {
	p, err := c.securityPage()
	if err != nil {
		return err
	}
	p.Backup = codes
	return c.render("profile/security", http.StatusOK, p)
}

func (c *call) disableFactor() error {
	in, err := c.input()
	if err != nil {
		return err
	}
	if err := c.desk.Profile.DisableSecondFactor(c.ctx(), in.Get("disable_password"), compact(in.Get("disable_code"))); err != nil {
		return c.securityAgain(err, map[string]string{"otp_code": "disable_code", "password": "disable_password"}, func(p *securityPage) *form { return p.Disable }, in)
	}
	return c.done(c.path("/profile/security"), "profile.factor_off")
}

// compact is a code without the spaces people type into it.
func compact(code string) string { return strings.Join(strings.Fields(code), "") }
