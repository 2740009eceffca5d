package helpdesk_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gohelpdesk/helpdesk"
)

// A rule that does not hold costs a message no memory: what rules see is gathered
// once for all of them. It is not parallel: memory is counted for the whole process.
func TestRulesThatDoNotHoldAllocateNothing(t *testing.T) {
	w := newWorld(t, openMemory)
	box := w.inbox("Shop")
	asked := func(i int) helpdesk.Cond {
		return helpdesk.Cond{And: []helpdesk.Cond{
			cond("status", helpdesk.Equal, "open"), cond("inbox_id", helpdesk.Equal, float64(box.ID), 99.0),
			cond("content", helpdesk.Contains, fmt.Sprint("refund ", i)),
		}}
	}
	n := 0
	receive := func() {
		n++
		w.clock.Advance(10 * time.Second)
		_, err := w.engine.Receive(w.ctx, w.account, box.ID, helpdesk.Inbound{ExternalID: fmt.Sprint("m", n), From: helpdesk.Person{Source: "ann"}, Content: "Where is it?"})
		require.NoError(t, err)
	}
	const more = 200
	w.rule(helpdesk.MessageCreated, asked(0), action(helpdesk.DoResolve))
	receive()
	one := testing.AllocsPerRun(20, receive)
	for i := range more {
		w.rule(helpdesk.MessageCreated, asked(i+1), action(helpdesk.DoResolve))
	}
	many := testing.AllocsPerRun(20, receive)
	require.Less(t, many-one, more/2.0, "%.0f allocations with one rule, %.0f with %d more", one, many, more)
}
