package chatwoot

import (
	"strconv"
	"time"

	"github.com/gohelpdesk/helpdesk"
	"github.com/gohelpdesk/helpdesk/server/internal/web"
)

// perAccount bounds how often an account may do something, counted in this process.
type perAccount struct{ limit web.Limit }

func newPerAccount(n int, per time.Duration) *perAccount {
	return &perAccount{web.Limit{Max: n, Per: per}}
}

// Allow counts one use and reports whether it is within the limit.
func (p *perAccount) Allow(account helpdesk.AccountID, now time.Time) bool {
	return p.limit.Allow(itoa(int64(account)), now)
}

func itoa(n int64) string { return strconv.FormatInt(n, 10) }
