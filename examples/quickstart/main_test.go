package main

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestRun(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	require.NoError(t, run(t.Context(), &out))
	require.Equal(t, `conversation 1 is resolved; it was handed to Ada
incoming (sent) Where is my parcel?
activity (sent) Assigned to Ada automatically
outgoing (sent) It arrives **today**.
activity (sent) Conversation was marked resolved by Ada
`, out.String())
}
