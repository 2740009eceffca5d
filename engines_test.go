package helpdesk_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gohelpdesk/helpdesk"
	"github.com/gohelpdesk/helpdesk/channel/channeltest"
)

// Two engines share a store and a third has its own, all started in one process:
// nothing is global, jobs are done once, and an engine can be started again.
func TestEnginesSideBySide(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w *world) {
		fake := &channeltest.Fake{}
		one, two := w.newEngine(helpdesk.Options{Channels: []helpdesk.Channel{fake}}), w.newEngine(helpdesk.Options{Channels: []helpdesk.Channel{fake}})
		other := newWorld(t, openMemory)
		for _, e := range []*helpdesk.Engine{one, two, other.engine} {
			require.NoError(t, e.Start(w.ctx))
			require.ErrorIs(t, e.Start(w.ctx), helpdesk.Conflict)
		}
		box, err := one.As(one.Host(w.account)).Inboxes.Create(w.ctx, helpdesk.InboxInput{Kind: channeltest.FakeKind, Name: ptr("Phone")})
		require.NoError(t, err)
		const n = 20
		var wg sync.WaitGroup
		for i := range n {
			e := []*helpdesk.Engine{one, two}[i%2]
			wg.Go(func() {
				msg, err := e.Receive(w.ctx, w.account, box.ID, helpdesk.Inbound{ExternalID: fmt.Sprint(i), From: helpdesk.Person{Source: fmt.Sprint("c", i)}, Content: "hello"})
				if err == nil {
					_, err = e.As(e.Host(w.account)).Messages.Send(w.ctx, msg.Conversation, helpdesk.Reply{Content: "hello"})
				}
				if err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		require.Eventually(t, func() bool { return len(fake.Sent()) >= n }, time.Minute, 5*time.Millisecond)
		for _, e := range []*helpdesk.Engine{one, two, other.engine} {
			require.NoError(t, e.Stop(w.ctx))
		}
		require.Len(t, fake.Sent(), n, "each is sent once")
		require.NoError(t, one.Start(w.ctx))
		require.NoError(t, one.Stop(w.ctx))
	})
}
