package dashboard_test

import (
	"testing"

	"github.com/gohelpdesk/helpdesk/server/browsertest"
)

func TestMain(m *testing.M) { browsertest.Main(m) }
