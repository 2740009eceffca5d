package dashboard

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/gohelpdesk/helpdesk"
)

func profileRoutes() []route {
	return []route{
		{"GET /profile", "", (*call).showProfile},
		{"POST /profile", "", (*call).saveProfile},
		{"POST /profile/availability", "", (*call).setAvailability},
		{"GET /profile/notifications", "", (*call).showProfileNotifications},
		{"POST /profile/notifications", "", (*call).saveProfileNotifications},
		{"GET /profile/security", "", (*call).showSecurity},
		// The forms below answer at their own addresses: whoever loads one again, or comes
		// back to it, sees the page they stand on.
		{"GET /profile/{form...}", "", func(c *call) error { return redirect(c.path("/profile/security")) }},
		{"POST /profile/email", "", (*call).saveEmail},
		{"POST /profile/email/confirm", "", (*call).resendConfirmation},
		{"POST /profile/password", "", (*call).savePassword},
		{"POST /profile/token", "", (*call).resetOwnToken},
		{"POST /profile/factor", "", (*call).enrolFactor},
		{"POST /profile/factor/enable", "", (*call).enableFactor},
		{"POST /profile/factor/codes", "", (*call).renewCodes},
		{"POST /profile/factor/disable", "", (*call).disableFactor},
	}
}

// profileTab is a page of the profile in its tabs.
type profileTab struct {
	Name, To string
	Current  bool
}

// profilePage is what all pages of the profile show.
type profilePage struct {
	*call
	User *helpdesk.User
	Form *form
}

// Tabs is for templates.
func (p *profilePage) Tabs() []profileTab {
	var out []profileTab
	for _, t := range [][2]string{{"/profile", "profile.tab_profile"}, {"/profile/notifications", "profile.tab_notifications"}, {"/profile/security", "profile.tab_security"}} {
		out = append(out, profileTab{p.T(t[1]), p.path(t[0]), p.r.URL.Path == p.path(t[0])})
	}
	// What a form of the security page answers with is that page.
	out[2].Current = out[2].Current || !out[0].Current && !out[1].Current
	return out
}

// Face is for templates.
func (p *profilePage) Face() person {
	name := p.User.Name
	if p.User.DisplayName != "" {
		name = p.User.DisplayName
	}
	return face(name, p.User.Avatar)
}

func (c *call) profileForm(user *helpdesk.User) *form {
	locale, _ := user.UISettings["locale"].(string)
	theme, _ := user.UISettings["theme"].(string)
	languages := append([]option{{Value: "", Label: c.T("profile.as_account")}}, localeOptions(locale)...)
	var themes []option
	for _, t := range []string{"", "light", "dark"} {
		themes = append(themes, option{Value: t, Label: c.T("profile.theme_" + t)})
	}
	fields := []field{
		{Name: "name", Kind: asText, Value: user.Name, Required: true, Half: true},
		{Name: "display_name", Kind: asText, Value: user.DisplayName, Half: true},
		{Name: "avatar", Kind: asFile, Accept: "image/png,image/jpeg,image/gif,image/webp"},
	}
	if user.Avatar != "" {
		fields = append(fields, field{Name: "avatar_remove", Kind: asSwitch})
	}
	return c.ask("profile", append(fields,
		field{Name: "message_signature", Kind: asArea, Value: user.Signature},
		field{Name: "locale", Kind: asSelect, Value: locale, Options: languages, Half: true},
		field{Name: "theme", Kind: asSelect, Value: theme, Options: themes, Half: true},
	)...)
}

func (c *call) showProfile() error {
	user, err := c.desk.Profile.Get(c.ctx())
	if err != nil {
		return err
	}
	return c.render("profile/index", http.StatusOK, &profilePage{c, user, c.profileForm(user)})
}

func (c *call) saveProfile() error {
	in, err := c.input()
	if err != nil {
		return err
	}
	ui := map[string]any{"locale": nil, "theme": nil} // nil takes away: then it is as the account, or as the system
	for name := range ui {
		if v := in.Get(name); v != "" && len(v) < 20 {
			ui[name] = v
		}
	}
	change := helpdesk.ProfileChange{Name: in.text("name"), DisplayName: in.text("display_name"), Signature: in.area("message_signature"), UISettings: ui}
	pictures, done, err := c.uploads("avatar")
	if err != nil {
		return err
	}
	defer done()
	if len(pictures) > 0 {
		change.Avatar = &pictures[0]
	} else if *in.yes("avatar_remove") {
		change.Avatar = &helpdesk.File{}
	}
	if _, err = c.desk.Profile.Update(c.ctx(), change); err == nil {
		return c.done(c.path("/profile"), "common.saved")
	}
	return c.profileAgain("profile/index", err, in, c.profileForm)
}

// profileAgain shows a form of the profile with what is wrong in it.
func (c *call) profileAgain(view string, err error, in input, make func(user *helpdesk.User) *form) error {
	user, missing := c.desk.Profile.Get(c.ctx())
	if missing != nil {
		return missing
	}
	f := make(user)
	f.fill(in.Values)
	if !f.refuse(c, err) {
		return err
	}
	return c.render(view, http.StatusUnprocessableEntity, &profilePage{c, user, f})
}

// setAvailability is what the menu's form sends, from whatever page.
func (c *call) setAvailability() error {
	in, err := c.input()
	if err != nil {
		return err
	}
	if _, err := c.desk.Agents.SetAvailability(c.ctx(), helpdesk.Availability(in.Get("availability")), nil); err != nil {
		return err
	}
	to := c.path("/profile")
	if from, err := url.Parse(c.r.Referer()); err == nil && strings.HasPrefix(from.Path, c.path()) {
		to = backTo(from.RequestURI())
	}
	return redirect(to)
}

// told is how somebody is told of a kind of thing.
type toldRow struct {
	Kind       helpdesk.NotificationKind
	Label      string
	Mail, Push bool
}

type profileNotificationPage struct {
	profilePage
	Rows []toldRow
}

func (c *call) showProfileNotifications() error {
	user, err := c.desk.Profile.Get(c.ctx())
	if err != nil {
		return err
	}
	have, err := c.desk.Notifications.Settings(c.ctx())
	if err != nil {
		return err
	}
	p := &profileNotificationPage{profilePage: profilePage{c, user, nil}}
	for _, k := range helpdesk.NotificationKinds() {
		p.Rows = append(p.Rows, toldRow{k, c.T("profile.tell_" + string(k)), slices.Contains(have.Mail, k), slices.Contains(have.Push, k)})
	}
	return c.render("profile/notifications", http.StatusOK, p)
}

func (c *call) saveProfileNotifications() error {
	in, err := c.input()
	if err != nil {
		return err
	}
	var change helpdesk.NotificationSettings
	change.Mail, change.Push = []helpdesk.NotificationKind{}, []helpdesk.NotificationKind{}
	for _, k := range helpdesk.NotificationKinds() {
		if slices.Contains(in.Values["mail"], string(k)) {
			change.Mail = append(change.Mail, k)
		}
		if slices.Contains(in.Values["push"], string(k)) {
			change.Push = append(change.Push, k)
		}
	}
	if _, err := c.desk.Notifications.SetSettings(c.ctx(), change); err != nil {
		return err
	}
	return c.done(c.path("/profile/notifications"), "common.saved")
}
