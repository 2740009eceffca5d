package helpdesk

import (
	"cmp"
	"context"
	"log/slog"
	"net/http"
	"net/netip"
	"sync"
	"time"

	"code.dny.dev/ssrf"
)

// Options configure an Engine. The zero value works: no channels, no
// files, webhooks to public addresses only.
type Options struct {
	Channels []Channel // the kinds of inbox there can be; kinds must differ
	// Bots are programs that answer customers, by the name that a Bot calls one by;
	// see BotProgram.
	Bots   map[string]BotProgram
	Blobs  Blobs  // attachments and large bodies; nil = messages with files are Unsupported
	Sealer Sealer // secrets at rest; nil = a random key for this process only, right for tests with a store in memory
	Mailer Mailer // the desk's own mail; nil = what would send mail is Unsupported
	// PublicURL is how people reach the desk, "https://desk.example": links in
	// its mails begin with it. Required with a Mailer.
	PublicURL string

	Notifier Notifier // tells other processes on the same store that an account moved; nil = they poll every second

	// Payloads renders what webhooks carry; nil = ThinPayloads, ids and no content.
	Payloads Payloads

	// Authenticate lets a host bring its own people: server handlers ask it
	// first. It returns NotFound to let the built-in sign-in try.
	Authenticate func(*http.Request) (Actor, error)

	// BeforeReceive sees each inbound message before it is stored and may change
	// or refuse it. It runs outside any transaction; an error refuses the message.
	BeforeReceive func(ctx context.Context, inbox *Inbox, in *Inbound) error
	// BeforeSend sees each reply before it is stored, likewise.
	BeforeSend func(ctx context.Context, c *Conversation, r *Reply) error

	// DetectLanguage says in which language a text is written, as ISO 639-1 ("pt"),
	// or "" when it cannot tell. It is asked about customers' messages until their
	// conversation has a language; it must be quick, and safe for concurrent use.
	// nil = no language is detected.
	DetectLanguage func(text string) string

	// HTTPClient is used for everything that leaves for an address a user typed
	// in: webhooks, remote attachments. nil = one that refuses private networks.
	HTTPClient *http.Client

	Passwords PasswordCost // of those people sign in with; tests may want it low

	Now     func() time.Time // nil = time.Now
	Logger  *slog.Logger     // nil = discarded. Ids and codes only, never content
	Workers int              // jobs at once; 0 = 8, of which a quarter is kept for the live lane
	Node    string           // this process's name among replicas; "" = random
}

// Engine is the desk. It is safe for concurrent use, holds no global state, and
// works without being started: then calls are served and other processes do
// the waiting work.
type Engine struct {
	store    Store
	opts     Options
	channels map[ChannelKind]Channel
	configs  configCache
	hub      *hub
	presence *presence
	flood    *flood
	runner   *runner
	programs programs
	weights  programs      // of assignment policies
	turns    chan struct{} // holds one for each bot's turn that is being taken
	drawing  sync.Mutex    // one picture is decoded at a time: it may take 300 MB

	slow      sync.Map // slowInbox to the time.Time until which it waits; pace.go
	templates locks    // whose templates are being changed; message_template.go
	mu        sync.Mutex
	stop      context.CancelFunc // claims no more
	abort     context.CancelFunc // cuts off what runs
	stopped   chan struct{}
}

// New returns an engine over the store. It checks the options and does no I/O.
func New(store Store, opts Options) (*Engine, error) {
	p := problems{}
	p.add(store == nil, "store", "is required")
	channels := make(map[ChannelKind]Channel, len(opts.Channels))
	for _, c := range opts.Channels {
		_, taken := channels[c.Kind()]
		p.add(taken, "Channels", "has two of kind "+string(c.Kind()))
		channels[c.Kind()] = c
	}
	p.add(opts.Mailer != nil && opts.PublicURL == "", "PublicURL", "is required with a Mailer")
	checkBots(p, opts.Bots)
	p.add(opts.Workers < 0, "Workers", "must not be negative")
	opts.Passwords.Memory, opts.Passwords.Passes = cmp.Or(opts.Passwords.Memory, 19*1024), cmp.Or(opts.Passwords.Passes, 2)
	p.add(opts.Passwords.Memory < 8 || opts.Passwords.Memory > 4<<20, "Passwords.Memory", "must be from 8 to 4194304 KiB")
	p.add(opts.Passwords.Passes < 1 || opts.Passwords.Passes > 100, "Passwords.Passes", "must be from 1 to 100")
	if err := p.err(); err != nil {
		return nil, err
	}
	if opts.Now == nil {
		opts.Now = time.Now
	}
	if opts.Logger == nil {
		opts.Logger = slog.New(slog.DiscardHandler)
	}
	if opts.Workers == 0 {
		opts.Workers = 8
	}
	if opts.Node == "" {
		opts.Node = newToken()
	}
	if opts.HTTPClient == nil {
		opts.HTTPClient = SafeClient()
	}
	if opts.Sealer == nil {
		opts.Sealer = randomSealer()
	}
	if opts.Payloads == nil {
		opts.Payloads = ThinPayloads{}
	}
	e := &Engine{store: store, opts: opts, channels: channels, flood: &flood{}}
	e.turns = make(chan struct{}, max(1, opts.Workers/2))
	e.hub = newHub(e)
	e.presence = newPresence(opts.Now)
	e.runner = newRunner(e)
	return e, nil
}

// now is the engine's only clock: UTC, in the microseconds every store keeps.
func (e *Engine) now() time.Time { return e.opts.Now().UTC().Truncate(time.Microsecond) }

// Now is the engine's clock, for handlers that date links and windows by it.
func (e *Engine) Now() time.Time { return e.now() }

// Authenticate asks the host who sends a request; NotFound when the host does
// not say, and the built-in sign-in should try.
func (e *Engine) Authenticate(r *http.Request) (Actor, error) {
	if e.opts.Authenticate == nil {
		return Actor{}, notFound("actor")
	}
	return e.opts.Authenticate(r)
}

// SafeClient returns an HTTP client that connects to public addresses only,
// checked at the moment of dialling so that neither a redirect nor a changing
// DNS answer gets around it. It follows no redirects and uses no proxy. The
// prefixes in allow are let through.
func SafeClient(allow ...netip.Prefix) *http.Client {
	return guardedClient(ssrf.New(guardOptions(allow)...))
}

// Channels are the kinds of inbox there can be, in the order in which Options gave
// them.
func (e *Engine) Channels() []ChannelKind {
	out := make([]ChannelKind, 0, len(e.opts.Channels))
	for _, c := range e.opts.Channels {
		out = append(out, c.Kind())
	}
	return out
}
