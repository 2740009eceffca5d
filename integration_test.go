package helpdesk_test

import (
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gohelpdesk/helpdesk"
)

// What is set up once is set up once, also by many at the same moment.
func TestIntegrationsAreSetUpOnce(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w *world) {
		for _, app := range []helpdesk.IntegrationInput{
			{App: "openai", Settings: map[string]any{"api_key": "k"}},
			{App: "dialogflow", Inbox: w.inbox("Shop").ID, Settings: map[string]any{"project_id": "p", "credentials": map[string]any{"a": "b"}}},
		} {
			errs := make([]error, 24)
			var all sync.WaitGroup
			for i := range errs {
				all.Go(func() { _, errs[i] = w.admin.Integrations.Create(w.ctx, app) })
			}
			all.Wait()
			made := 0
			for _, err := range errs {
				if err == nil {
					made++
				} else {
					require.Contains(t, []helpdesk.Code{helpdesk.Invalid, helpdesk.Conflict}, helpdesk.CodeOf(err), err)
				}
			}
			require.Equal(t, 1, made, app.App)
		}
		there, err := w.admin.Integrations.List(w.ctx)
		require.NoError(t, err)
		require.Len(t, there, 2)
	})
}
