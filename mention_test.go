package helpdesk_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gohelpdesk/helpdesk"
)

func TestNotesMention(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w *world) {
		ada, bo, stranger := w.agent("ada", helpdesk.AgentRole), w.agent("bo", helpdesk.AgentRole), w.agent("eve", helpdesk.AgentRole)
		box := w.inboxWith(helpdesk.InboxInput{Name: ptr("Shop"), AutoAssign: ptr(false)}, ada, bo)
		team, err := w.admin.Teams.Create(w.ctx, helpdesk.TeamInput{Name: ptr("Sales")})
		require.NoError(t, err)
		_, err = w.admin.Teams.SetMembers(w.ctx, team.ID, helpdesk.AddMembers, bo, stranger)
		require.NoError(t, err)
		c := w.write(box, "c", "hello (mention://user/1/x)")
		say := func(private bool, text string, args ...any) {
			_, err := w.admin.Messages.Send(w.ctx, c.ID, helpdesk.Reply{Content: fmt.Sprintf(text, args...), Private: private})
			require.NoError(t, err)
		}
		mentioned := func(id helpdesk.AgentID) int {
			list, err := w.admin.Conversations.List(w.ctx, helpdesk.ConversationFilter{Mentioned: id}, helpdesk.Page{})
			require.NoError(t, err)
			return len(list.Items)
		}
		say(false, "[@ada](mention://user/%d/ada)", ada)
		require.Zero(t, mentioned(ada), "only notes mention")
		say(true, "[@ada](mention://user/%d/ada) and [@sales](mention://team/%d/sales), please", ada, team.ID)
		require.Equal(t, []int{1, 1, 0, 0}, []int{mentioned(ada), mentioned(bo), mentioned(stranger), mentioned(w.owner)})
		part, err := w.admin.Conversations.Participants(w.ctx, c.ID)
		require.NoError(t, err)
		require.Len(t, part, 2)
	})
}
