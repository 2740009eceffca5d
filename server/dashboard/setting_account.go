package dashboard

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/gohelpdesk/helpdesk"
)

func accountSettingRoutes() []route {
	return []route{
		{"GET /settings/account", helpdesk.EditSettings, (*call).showAccount},
		{"POST /settings/account", helpdesk.EditSettings, (*call).saveAccount},
	}
}

// sheetPage is a page of settings that is one form, and lists nothing.
type sheetPage struct {
	*call
	Area string // of its words: "title" and "intro"
	Form *form
	To   string // where the form goes
}

// Words is a text of the page's own file.
func (p *sheetPage) Words(key string) string { return p.T(p.Area + "." + key) }

func (c *call) showAccount() error {
	f, err := c.accountForm()
	if err != nil {
		return err
	}
	return c.render("settings/sheet", http.StatusOK, &sheetPage{c, "account", f, c.path("/settings/account")})
}

func (c *call) saveAccount() error {
	in, err := c.input()
	if err != nil {
		return err
	}
	problems := map[string]string{}
	change := helpdesk.AccountChange{
		Name: in.text("name"), Locale: in.text("locale"), Country: in.text("country"), Timezone: in.text("timezone"),
		Domain: in.text("domain"), SupportEmail: in.text("support_email"), OpenLimit: in.number("open_limit", problems), Settings: accountSettings(in, problems),
	}
	if err = bad(problems); err == nil {
		_, err = c.desk.Accounts.Update(c.ctx(), change)
	}
	if err == nil {
		return c.done(c.path("/settings/account"), "common.saved")
	}
	f, missing := c.accountForm()
	if missing != nil {
		return missing
	}
	f.fill(in.Values)
	if !f.refuse(c, err) {
		return err
	}
	return c.render("settings/sheet", http.StatusUnprocessableEntity, &sheetPage{c, "account", f, c.path("/settings/account")})
}

// accountUnits are in what the time before a conversation resolves itself is said.
func accountUnits() []struct {
	name    string
	minutes int
} {
	return []struct {
		name    string
		minutes int
	}{{"days", 24 * 60}, {"hours", 60}, {"minutes", 1}}
}

func (c *call) accountForm() (*form, error) {
	a, err := c.desk.Accounts.Get(c.ctx())
	if err != nil {
		return nil, err
	}
	attributes, err := c.desk.Attributes.List(c.ctx(), helpdesk.ConversationAttribute)
	if err != nil {
		return nil, err
	}
	needed := field{Name: "conversation_required_attributes", Kind: asChoices, Values: settingWords(a.Settings["conversation_required_attributes"])}
	for _, d := range attributes {
		needed.Options = append(needed.Options, option{Value: d.Key, Label: d.Name, Hint: d.Key})
	}
	text := func(name string) string { s, _ := a.Settings[name].(string); return s }
	after, unit := autoResolveIn(a.Settings["auto_resolve_after"])
	units := field{Name: "auto_resolve_unit", Half: true, Kind: asSelect, Value: unit}
	for _, u := range accountUnits() {
		units.Options = append(units.Options, option{Value: u.name, Label: c.T("account.unit_" + u.name)})
	}
	ignore, _ := a.Settings["auto_resolve_ignore_waiting"].(bool)
	limit := ""
	if a.OpenLimit > 0 {
		limit = str(a.OpenLimit)
	}
	return c.ask("account",
		field{Name: "name", Kind: asText, Value: a.Name, Required: true},
		field{Name: "locale", Half: true, Kind: asSelect, Value: a.Locale, Options: localeOptions(a.Locale)},
		field{Name: "timezone", Half: true, Kind: asText, Value: a.Timezone},
		field{Name: "country", Half: true, Kind: asText, Value: a.Country, Max: 2},
		field{Name: "domain", Half: true, Kind: asText, Value: a.Domain},
		field{Name: "support_email", Kind: asEmail, Value: a.SupportEmail},
		field{Name: "handing_out", Kind: asHeading},
		field{Name: "open_limit", Kind: asNumber, Value: limit},
		field{Name: "resolving", Kind: asHeading},
		field{Name: "auto_resolve_after", Half: true, Kind: asNumber, Value: after}, units,
		field{Name: "auto_resolve_ignore_waiting", Kind: asSwitch, Value: yesNo(ignore)},
		field{Name: "auto_resolve_message", Kind: asArea, Value: text("auto_resolve_message")},
		field{Name: "auto_resolve_label", Kind: asText, Value: text("auto_resolve_label")},
		needed,
		field{Name: "consent", Kind: asHeading},
		field{Name: "opt_out_words", Kind: asTags, Value: strings.Join(settingWords(a.Settings["opt_out_words"]), ", ")},
		field{Name: "opt_out_confirmation", Kind: asArea, Value: text("opt_out_confirmation")},
		field{Name: "opt_in_words", Kind: asTags, Value: strings.Join(settingWords(a.Settings["opt_in_words"]), ", ")},
		field{Name: "opt_in_confirmation", Kind: asArea, Value: text("opt_in_confirmation")},
	), nil
}

// settingWords is a list of texts as the account's settings keep it.
func settingWords(v any) []string {
	list, _ := v.([]any)
	var out []string
	for _, item := range list {
		if s, ok := item.(string); ok {
			out = append(out, s)
		}
	}
	return out
}

// autoResolveIn says minutes in the largest unit that fits them.
func autoResolveIn(v any) (n, unit string) {
	minutes, _ := v.(float64)
	if minutes <= 0 {
		return "", "days"
	}
	for _, u := range accountUnits() {
		if int(minutes)%u.minutes == 0 {
			return strconv.Itoa(int(minutes) / u.minutes), u.name
		}
	}
	return strconv.Itoa(int(minutes)), "minutes"
}

// localeOptions are the languages that the product speaks to customers in, and the
// account's own when it is another.
func localeOptions(own string) []option {
	out := []option{{Value: "en", Label: "English"}, {Value: "pt_BR", Label: "Português (Brasil)"}, {Value: "es", Label: "Español"}}
	if !slices.ContainsFunc(out, func(o option) bool { return o.Value == own }) && own != "" {
		out = append(out, option{Value: own, Label: own})
	}
	return out
}

// accountSettings reads what the account keeps as settings. What was emptied goes,
// so that the product's own default holds again.
func accountSettings(in input, problems map[string]string) map[string]any {
	out := map[string]any{"auto_resolve_ignore_waiting": *in.yes("auto_resolve_ignore_waiting"), "auto_resolve_after": nil}
	if n := *in.number("auto_resolve_after", problems); n != 0 {
		for _, u := range accountUnits() {
			if u.name == in.Get("auto_resolve_unit") {
				out["auto_resolve_after"] = float64(n) * float64(u.minutes)
			}
		}
	}
	for _, name := range []string{"auto_resolve_message", "auto_resolve_label", "opt_out_confirmation", "opt_in_confirmation"} {
		if out[name] = nil; strings.TrimSpace(in.Get(name)) != "" {
			out[name] = strings.TrimSpace(*in.area(name))
		}
	}
	for name, words := range map[string][]string{
		"opt_out_words": in.tags("opt_out_words"), "opt_in_words": in.tags("opt_in_words"),
		"conversation_required_attributes": in.Values["conversation_required_attributes"],
	} {
		list := []any{}
		for _, w := range words {
			list = append(list, w)
		}
		if out[name] = nil; len(list) > 0 {
			out[name] = list
		}
	}
	return out
}
