package channeltest_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gohelpdesk/helpdesk"
	"github.com/gohelpdesk/helpdesk/channel/channeltest"
)

// broken is Fake with one promise broken.
type broken struct {
	*channeltest.Fake
	how   string
	calls int // of what should always answer the same
}

func (b *broken) Kind() helpdesk.ChannelKind {
	if b.how == "kind" {
		return "Fake:1"
	}
	return b.Fake.Kind()
}

func (b *broken) Open(settings json.RawMessage) (helpdesk.Sender, error) {
	sender, err := b.Fake.Open(settings)
	switch {
	case err == nil:
		return &brokenSender{sender, b}, nil
	case b.how == "lenient":
		sender, _ = b.Fake.Open(json.RawMessage(`{}`))
		return &brokenSender{sender, b}, nil
	case b.how == "vague":
		return nil, helpdesk.Errorf(helpdesk.Invalid, "something is wrong")
	case b.how == "foreign":
		return nil, errors.New("something is wrong")
	}
	return nil, err
}

type brokenSender struct {
	helpdesk.Sender
	b *broken
}

func (s *brokenSender) Send(ctx context.Context, out *helpdesk.Outbound) (helpdesk.Receipt, error) {
	if s.b.how == "deaf" {
		ctx = context.WithoutCancel(ctx)
	}
	return s.Sender.Send(ctx, out)
}

func (s *brokenSender) Addresses() []helpdesk.Address {
	if s.b.how == "moving" {
		s.b.calls++
		return []helpdesk.Address{{Kind: s.b.Kind(), Key: strings.Repeat("x", s.b.calls)}}
	}
	return s.Sender.(helpdesk.Addressed).Addresses()
}

func (s *brokenSender) ParseWebhook(r *http.Request, body []byte) (helpdesk.Batch, error) {
	batch, err := s.Sender.(helpdesk.WebhookParser).ParseWebhook(r, body)
	switch code := helpdesk.CodeOf(err); {
	case s.b.how == "trusting" && code == helpdesk.Unauthenticated,
		s.b.how == "sloppy" && code == helpdesk.Invalid:
		return batch, nil
	case s.b.how == "impure" && len(batch.Items) > 0:
		s.b.calls++
		batch.Items = append(batch.Items, make([]helpdesk.BatchItem, s.b.calls)...)
	case s.b.how == "shallow" && len(batch.Items) > 0 && len(batch.Items[0].Messages) > 1:
		batch.Items[0].Messages = batch.Items[0].Messages[:1]
	case s.b.how == "chatty" && err == nil && len(batch.Items) == 0:
		batch.Items = []helpdesk.BatchItem{{Messages: []helpdesk.Inbound{{From: helpdesk.Person{Source: "x"}}}}}
	case s.b.how == "anonymous" && len(batch.Items) > 0 && len(batch.Items[0].Messages) > 0:
		batch.Items[0].Messages[0].From.Source = ""
	}
	return batch, err
}

const brokenEnv = "CHANNELTEST_BROKEN"

// TestBroken is run by TestRunFindsWhatIsBroken, in a process of its own.
func TestBroken(t *testing.T) {
	how := os.Getenv(brokenEnv)
	if how == "" {
		t.Skip("it fails, on purpose")
	}
	channeltest.Run(t, &broken{Fake: &channeltest.Fake{}, how: how}, fakeCase(t))
}

// TestRunFindsWhatIsBroken breaks each promise once: a guard that never barked
// may be asleep.
func TestRunFindsWhatIsBroken(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ how, finds string }{
		{"kind", "Kind"},
		{"lenient", "Open/refuses_a_setting_it_does_not_know"},
		{"lenient", "Open/refuses_what_is_not_an_object"},
		{"vague", "Open/names_every_bad_setting"},
		{"foreign", "Open/survives_every_value"},
		{"deaf", "Send/honours_a_context_that_is_over"},
		{"moving", "Abilities/addresses_are_stable"},
		{"trusting", "Webhook/refuses_a_bad_signature"},
		{"trusting", "Webhook/refuses_a_changed_body"},
		{"sloppy", "Webhook/refuses_junk"},
		{"impure", "Webhook/is_pure"},
		{"chatty", "Webhook/has_nothing_to_say_of_unknown_events"},
		{"shallow", "Webhook/understands_the_provider"},
		{"anonymous", "Webhook/understands_the_provider"},
	} {
		t.Run(c.how+" "+c.finds, func(t *testing.T) {
			t.Parallel()
			cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestBroken$", "-test.v")
			cmd.Env = append(os.Environ(), brokenEnv+"="+c.how)
			out, err := cmd.CombinedOutput()
			require.Error(t, err)
			require.Contains(t, string(out), "--- FAIL: TestBroken/"+c.finds)
		})
	}
}
