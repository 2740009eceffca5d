package main

import (
	"cmp"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
)

const settingsHelp = `Settings are flags, or the environment; a flag wins.
  --addr        HELPDESK_ADDR            where to listen (127.0.0.1:3000)
  --db          HELPDESK_DB              sqlite:FILE, sqlite::memory: or postgres://… (sqlite:helpdesk.db)
  --data        HELPDESK_DATA            directory for files and the secret key (beside the database)
  --public-url  HELPDESK_PUBLIC_URL      how browsers and customers reach the server (http:// and the address)
  --smtp-url    HELPDESK_SMTP_URL        the server that takes the desk's own mail: smtp://user:password@host:587 (with STARTTLS,
                                         but for this machine) or smtps://…:465; without it no mail is sent. Needs --public-url
  --mail-from   HELPDESK_MAIL_FROM       the sender of that mail: desk@example.com, or "Desk <desk@example.com>"
  --sign-up     HELPDESK_SIGN_UP         let strangers make accounts of their own (false)
  --demo        HELPDESK_DEMO            fill an empty database with a demo account
                HELPDESK_SECRET          seals secrets at rest; at least 16 characters. Needed with Postgres;
                                         with SQLite the default is the file secret.key in the data directory
                HELPDESK_SECRET_OLD      former secrets, separated by commas: they still open what they sealed
                HELPDESK_ADMIN_EMAIL     with HELPDESK_ADMIN_PASSWORD: the administrator made on an empty database;
                                         without them a one-time set-up link is printed
                HELPDESK_WEBHOOK_ALLOW   private networks webhooks may reach, as CIDRs separated by commas
                HELPDESK_PROXIES         networks of proxies in front, likewise: their X-Forwarded-For is believed;
                                         a proxy on this machine that calls over loopback need not be named
                HELPDESK_FACEBOOK_APP    the installation's app at Meta, ID:SECRET, with which people connect their pages
                                         and sign up numbers of WhatsApp. Its
                                         webhook for Page is /hooks/app/facebook, that for Instagram /hooks/app/instagram
                                         and behind each, /deauthorize and /deletion are told what people take back
                HELPDESK_INSTAGRAM_APP   the same app as Instagram calls it, ID:SECRET, for Instagram's own login
                HELPDESK_META_VERIFY_TOKEN  a word of your own, entered at those webhooks too
                HELPDESK_PROVIDERS       where providers are called instead of where they live, for a gateway or a simulator:
                                         NAME=URL, separated by commas; whatsapp, telegram, messenger, instagram, twilio
                HELPDESK_META_HUMAN_AGENT   whether Meta granted the app the permission Human Agent (false)
`

// minSecret is how short HELPDESK_SECRET may be, in bytes.
const minSecret = 16

// usageError says that the program was called wrongly: everything that is wrong,
// a line each.
type usageError []string

func (e usageError) Error() string {
	if len(e) == 1 {
		return e[0]
	}
	return "these settings are wrong:\n  " + strings.Join(e, "\n  ")
}

// problems collects what is wrong with the settings, so that all of it is said
// at once.
type problems struct{ found usageError }

func (p *problems) add(bad bool, format string, args ...any) {
	if bad {
		p.found = append(p.found, fmt.Sprintf(format, args...))
	}
}

func (p *problems) err() error {
	if len(p.found) == 0 {
		return nil
	}
	return p.found
}

// config is every setting, checked.
type config struct {
	db         database
	data       string // "" = beside the database
	secret     string // "" = the data directory's key file
	oldSecrets []string
	email      string // of the token command
	appName    string // of the platform-app command
	meta       metaApps
	providers  providers

	serving       bool // what follows is of serve alone
	addr          string
	publicURL     string   // "" = by the address; without a slash at the end
	smtpURL       string   // as given: it holds a password
	smtp          *url.URL // of smtpURL; nil = no mail
	mailFrom      string
	signUp        bool
	demo          bool
	adminEmail    string
	adminPassword string
	allow         []netip.Prefix // private networks webhooks may reach
	proxies       []netip.Prefix // whose word on a client's address is taken
}

// parseConfig reads the settings of a command; more adds flags of its own.
func (p *program) parseConfig(name string, args []string, more func(*flag.FlagSet, *config)) (*config, error) {
	c, set := &config{}, flag.NewFlagSet("helpdesk "+name, flag.ContinueOnError)
	set.SetOutput(io.Discard)
	db := set.String("db", cmp.Or(p.env("HELPDESK_DB"), "sqlite:helpdesk.db"), "")
	set.StringVar(&c.data, "data", p.env("HELPDESK_DATA"), "")
	if more != nil {
		more(set, c)
	}
	err := set.Parse(args)
	if errors.Is(err, flag.ErrHelp) {
		_, failed := io.WriteString(p.out, usage())
		return nil, errors.Join(err, failed)
	}
	wrong := &problems{}
	wrong.add(err != nil, "%v", err)
	wrong.add(set.NArg() > 0 && err == nil, "%q is not expected here", strings.Join(set.Args(), " "))
	c.db = parseDatabase(wrong, *db)
	if more != nil { // the command opens the desk, not only the database
		c.readSecrets(wrong, p.env)
		c.readMeta(wrong, p.env)
		c.readProviders(wrong, p.env)
	}
	if c.serving {
		c.readServing(wrong, p.env)
	}
	return c, wrong.err()
}

// serveFlags are the settings only serve has.
func (p *program) serveFlags(set *flag.FlagSet, c *config) {
	c.serving = true
	set.StringVar(&c.addr, "addr", cmp.Or(p.env("HELPDESK_ADDR"), "127.0.0.1:3000"), "")
	set.StringVar(&c.publicURL, "public-url", p.env("HELPDESK_PUBLIC_URL"), "")
	set.StringVar(&c.smtpURL, "smtp-url", p.env("HELPDESK_SMTP_URL"), "")
	set.StringVar(&c.mailFrom, "mail-from", p.env("HELPDESK_MAIL_FROM"), "")
	signUp, _ := strconv.ParseBool(p.env("HELPDESK_SIGN_UP")) // readServing tells of a bad value
	set.BoolVar(&c.signUp, "sign-up", signUp, "")
	demo, _ := strconv.ParseBool(p.env("HELPDESK_DEMO")) // readServing tells of a bad value
	set.BoolVar(&c.demo, "demo", demo, "")
}

func (c *config) readSecrets(wrong *problems, env func(string) string) {
	c.secret, c.oldSecrets = env("HELPDESK_SECRET"), list(env("HELPDESK_SECRET_OLD"))
	wrong.add(c.secret == "" && c.db.postgres, "HELPDESK_SECRET: is required with Postgres, the same on every server: "+
		"a file beside one of them would not open what another sealed. Make one with: openssl rand -base64 32")
	wrong.add(c.secret != "" && len(c.secret) < minSecret, "HELPDESK_SECRET: must have at least %d characters", minSecret)
	for _, s := range c.oldSecrets {
		wrong.add(len(s) < minSecret, "HELPDESK_SECRET_OLD: each must have at least %d characters", minSecret)
	}
}

// readServing reads and checks what only serve needs.
func (c *config) readServing(wrong *problems, env func(string) string) {
	_, port, err := net.SplitHostPort(c.addr)
	_, bad := strconv.ParseUint(port, 10, 16)
	wrong.add(err != nil || bad != nil, "--addr: %q is not an address like 127.0.0.1:3000", c.addr)
	if c.publicURL != "" {
		u, err := url.Parse(c.publicURL)
		good := err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != "" && u.User == nil &&
			strings.Trim(u.Path, "/") == "" && u.RawQuery == "" && u.Fragment == ""
		wrong.add(!good, "--public-url: %q is not an address like https://desk.example.com", c.publicURL)
		c.publicURL = strings.TrimRight(c.publicURL, "/")
	}
	for _, name := range []string{"HELPDESK_DEMO", "HELPDESK_SIGN_UP"} {
		_, err = strconv.ParseBool(cmp.Or(env(name), "false"))
		wrong.add(err != nil, "%s: %q is neither true nor false", name, env(name))
	}
	c.readMail(wrong)
	c.adminEmail, c.adminPassword = env("HELPDESK_ADMIN_EMAIL"), env("HELPDESK_ADMIN_PASSWORD")
	wrong.add((c.adminEmail == "") != (c.adminPassword == ""), "HELPDESK_ADMIN_EMAIL and HELPDESK_ADMIN_PASSWORD: one is missing")
	c.allow = networks(wrong, "HELPDESK_WEBHOOK_ALLOW", env)
	c.proxies = networks(wrong, "HELPDESK_PROXIES", env)
}

func networks(wrong *problems, name string, env func(string) string) (out []netip.Prefix) {
	for _, s := range list(env(name)) {
		prefix, err := netip.ParsePrefix(s)
		wrong.add(err != nil, "%s: %q is not a network like 10.0.0.0/8", name, s)
		out = append(out, prefix.Masked())
	}
	return out
}

func list(s string) (out []string) {
	for part := range strings.SplitSeq(s, ",") {
		if part = strings.TrimSpace(part); part != "" {
			out = append(out, part)
		}
	}
	return out
}

// base is how the server is reached: as told, or by the address it got.
func (c *config) base(got net.Addr) string {
	if c.publicURL != "" {
		return c.publicURL
	}
	host, port, err := net.SplitHostPort(got.String())
	if err != nil {
		return "http://" + got.String()
	}
	if ip, err := netip.ParseAddr(host); err == nil && ip.IsUnspecified() {
		host = "localhost"
	}
	return "http://" + net.JoinHostPort(host, port)
}
