package dashboard

import "github.com/gohelpdesk/helpdesk"

// reportBots is /reports/bots.
func (c *call) reportBots() error {
	p := &seriesPage{reportPage: reportPage{Title: c.T("reports.bots"), Intro: c.T("reports.bots_intro")}, Metrics: botMetrics()}
	if r := c.reportRange(); len(r.Wrong) == 0 {
		n, err := c.desk.Reports.Bots(c.ctx(), helpdesk.Span{Since: r.Since, Until: r.Until})
		if err != nil {
			return err
		}
		p.Shares = []figure{
			{Name: c.T("reports.bot_conversations"), Text: c.number(n.Conversations)},
			{Name: c.T("reports.bot_messages"), Text: c.number(n.Messages)},
			{Name: c.T("reports.bot_resolved"), Text: share(n.Resolved, n.Conversations)},
			{Name: c.T("reports.bot_handed_off"), Text: share(n.HandedOff, n.Conversations)},
		}
	}
	return c.series(p, "bots")
}
