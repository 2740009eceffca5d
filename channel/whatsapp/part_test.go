package whatsapp_test

import (
	"context"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gohelpdesk/helpdesk"
	"github.com/gohelpdesk/helpdesk/channel/whatsapp/whatsappsim"
)

// state is an inbox's own storage.
type state map[string][]byte

func (s state) Get(_ context.Context, key string) ([]byte, error) {
	if v, ok := s[key]; ok {
		return v, nil
	}
	return nil, helpdesk.NotFound
}

func (s state) List(context.Context, string) (map[string][]byte, error) { return s, nil }

func (s state) Write(_ context.Context, values map[string][]byte) error {
	for k, v := range values {
		if v == nil {
			delete(s, k)
			continue
		}
		s[k] = v
	}
	return nil
}

// TestSendParts divides messages: a file at a time, and the words with the first that
// carries them.
func TestSendParts(t *testing.T) {
	t.Parallel()
	picture, voice := fileOf("a.png", "image/png", []byte("png")), fileOf("a.mp3", "audio/mpeg", []byte("mp3"))
	long := strings.Repeat("x", 1025)
	for name, c := range map[string]struct {
		out  helpdesk.Outbound
		want []string
	}{
		"the first that can":  {helpdesk.Outbound{Content: "look", Attachments: []helpdesk.OutboundFile{voice, picture, picture}}, []string{"audio:", "image:look", "image:"}},
		"none can":            {helpdesk.Outbound{Content: "listen", Attachments: []helpdesk.OutboundFile{voice, voice}}, []string{"text:listen", "audio:", "audio:"}},
		"too long for one":    {helpdesk.Outbound{Content: long, Attachments: []helpdesk.OutboundFile{picture}}, []string{"text:" + long, "image:"}},
		"no words":            {helpdesk.Outbound{Attachments: []helpdesk.OutboundFile{picture, picture}}, []string{"image:", "image:"}},
		"choices come behind": {helpdesk.Outbound{Content: "Which?", ContentType: "input_select", ContentAttrs: items("1", "2"), Attachments: []helpdesk.OutboundFile{picture}}, []string{"image:", "interactive:Which?"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPhone(t, whatsappsim.Options{})
			c.out.ReplyTo = "wamid.Q"
			receipt, err := p.send(c.out)
			require.NoError(t, err)
			var got, ids []string
			for i, g := range p.ann.Got() {
				got, ids = append(got, g.Type+":"+g.Text), append(ids, g.ID)
				require.Equal(t, i == 0, g.Quotes == "wamid.Q", "the first quotes")
			}
			require.Equal(t, c.want, got)
			require.Equal(t, ids, append(receipt.Parts, receipt.ExternalID))
		})
	}
}

// TestPartly fails between the parts of a message: what was taken does not go again.
func TestPartly(t *testing.T) {
	t.Parallel()
	p, kept := newPhone(t, whatsappsim.Options{}), state{}
	file := fileOf("a.png", "image/png", []byte("png"))
	out := helpdesk.Outbound{Message: 9, Content: "look", State: kept, Attachments: []helpdesk.OutboundFile{file, file, file}}
	p.sim.Next(whatsappsim.Fault{}, whatsappsim.Broken())
	receipt, err := p.send(out)
	require.Equal(t, []any{"retry", 1}, []any{outcome(err), len(receipt.Parts)})
	receipt, err = p.send(out)
	require.NoError(t, err)
	require.Equal(t, []int{2, 3, 0}, []int{len(receipt.Parts), len(p.ann.Got()), len(kept)}, "the note goes with the last part")

	out.Message, out.State = 10, nil
	p.sim.Next(whatsappsim.Fault{}, whatsappsim.Broken())
	_, err = p.send(out)
	require.Equal(t, "ambiguous", outcome(err), "without storage nobody knows later what went")
}

// TestDeskParts sends files one after another through a whole desk, over a failure in
// between. Receipts of parts say nothing, unless one failed.
func TestDeskParts(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.ann.Writes("show me")
	send := func() *helpdesk.Message {
		var files []helpdesk.File
		for _, name := range []string{"a.pdf", "b.pdf", "c.pdf"} {
			files = append(files, helpdesk.File{Name: name, Data: io.Reader(strings.NewReader("%PDF-1.4 " + name))})
		}
		m, err := d.host.Messages.Send(t.Context(), d.talk(), helpdesk.Reply{Content: "here", Files: files})
		require.NoError(t, err)
		d.run()
		return d.message(m.ID)
	}
	d.sim.Next(whatsappsim.EarlyReceipt(), whatsappsim.Broken())
	m := send()
	require.Equal(t, helpdesk.StatePending, m.State, "a receipt of the first part settles nothing")
	d.clock.advance(time.Hour)
	d.run()
	got := d.ann.Got()
	require.Len(t, got, 3)
	require.Equal(t, []string{"here", "", ""}, []string{got[0].Text, got[1].Text, got[2].Text})
	require.Equal(t, []any{helpdesk.StateSent, got[2].ID}, []any{d.message(m.ID).State, d.message(m.ID).ExternalID})
	got[1].Read()
	require.Equal(t, helpdesk.StateSent, d.message(m.ID).State)
	got[2].Delivered()
	require.Equal(t, helpdesk.StateDelivered, d.message(m.ID).State)

	m = send()
	d.ann.Got()[3].Failed(131026, "Message undeliverable")
	require.Equal(t, helpdesk.StateFailed, d.message(m.ID).State, "the customer lacks a file")
	require.Contains(t, d.message(m.ID).FailReason, "131026")
}
