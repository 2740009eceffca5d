package dashboard

import (
	"net/http"
	"strconv"
	"time"

	"github.com/gohelpdesk/helpdesk"
)

// csatPage is how satisfied customers were.
type csatPage struct {
	reportPage
	filter helpdesk.SurveyFilter
	sums   *helpdesk.SurveyFigures
}

func (c *call) reportCSAT() error {
	p := &csatPage{reportPage: reportPage{call: c, Title: c.T("reports.csat"), Intro: c.T("reports.csat_intro"), Range: c.reportRange()}}
	p.filter = helpdesk.SurveyFilter{Span: p.Range.Span, Inbox: helpdesk.InboxID(c.asked("inbox")), Team: helpdesk.TeamID(c.asked("team")), Rating: int(min(c.asked("rating"), 6))}
	if agent := helpdesk.AgentID(c.asked("agent")); agent != 0 {
		p.filter.Agents = []helpdesk.AgentID{agent}
	}
	p.Filters = c.rangeFields(p.Range, false)
	for _, name := range []string{"inbox", "team", "agent"} {
		f, err := c.namesField(name, helpdesk.ReportBy(name))
		if err != nil {
			return err
		}
		p.Filters = append(p.Filters, f)
	}
	rating := field{Name: "rating", Kind: asSelect, Label: c.T("reports.by_rating"), Value: c.r.URL.Query().Get("rating"), Options: []option{{Label: c.T("reports.any_rating")}}}
	for n := 5; n > 0; n-- {
		rating.Options = append(rating.Options, option{Value: strconv.Itoa(n), Label: c.ratingName(n)})
	}
	p.Filters = append(p.Filters, rating)
	if len(p.Range.Wrong) > 0 {
		return c.render("reports/csat", http.StatusUnprocessableEntity, p)
	}
	if c.wantsCSV() {
		return p.download()
	}
	return c.render("reports/csat", http.StatusOK, p)
}

func (c *call) ratingName(n int) string {
	key := "reports.rating_" + strconv.Itoa(n)
	return c.T(key)
}

func (p *csatPage) figures() (helpdesk.SurveyFigures, error) {
	if p.sums == nil {
		n, err := p.desk.Surveys.Figures(p.ctx(), p.filter)
		if err != nil {
			return n, err
		}
		p.sums = &n
	}
	return *p.sums, nil
}

// Figures is for templates.
func (p *csatPage) Figures() ([]figure, error) {
	n, err := p.figures()
	return []figure{
		{Name: p.T("reports.csat_score"), Text: share(n.Ratings[4]+n.Ratings[5], n.Responses), Note: p.T("reports.csat_score_note")},
		{Name: p.T("reports.csat_responses"), Text: p.number(n.Responses), Plain: strconv.Itoa(n.Responses)},
		{Name: p.T("reports.csat_sent"), Text: p.number(n.Sent), Plain: strconv.Itoa(n.Sent)},
		{Name: p.T("reports.csat_rate"), Text: share(n.Responses, n.Sent)},
	}, err
}

// ratingBar is how many gave a rating.
type ratingBar struct {
	Rating, N   int
	Name, Share string
	Wide        string // percent of the bar
}

// Ratings is for templates: the best first.
func (p *csatPage) Ratings() ([]ratingBar, error) {
	n, err := p.figures()
	var out []ratingBar
	for r := 5; r > 0; r-- {
		out = append(out, ratingBar{r, n.Ratings[r], p.ratingName(r), share(n.Ratings[r], n.Responses), percents(float64(n.Ratings[r]) * 100 / float64(max(n.Responses, 1)))})
	}
	return out, err
}

// csatRow is one response.
type csatRow struct {
	Rating   int
	Name     string
	Mood     string // of its badge
	Feedback string
	Who      person
	Owner    *person
	Display  helpdesk.DisplayID
	At       moment
	Contact  *helpdesk.Contact
}

// Rows is for templates.
func (p *csatPage) Rows() ([]csatRow, error) {
	return p.rows(helpdesk.Page{Limit: reportRows, Offset: (p.page() - 1) * reportRows})
}

// Pager is for templates.
func (p *csatPage) Pager() (pager, error) {
	n, err := p.figures()
	return p.pager(reportRows, n.Responses), err
}

func (p *csatPage) rows(page helpdesk.Page) ([]csatRow, error) {
	found, err := p.desk.Surveys.List(p.ctx(), p.filter, page)
	var out []csatRow
	for _, r := range found {
		row := csatRow{Rating: r.Rating, Name: p.ratingName(r.Rating), Feedback: r.Feedback, Who: p.contactFace(r.Customer), Display: r.Display, At: p.moment(r.CreatedAt), Contact: r.Customer}
		row.Mood = map[int]string{1: "bad", 2: "bad", 3: "warn", 4: "good", 5: "good"}[r.Rating]
		if r.Owner != nil {
			who := face(agentName(r.Owner), r.Owner.Avatar)
			row.Owner = &who
		}
		out = append(out, row)
	}
	return out, err
}

// download is every response, up to 10,000.
func (p *csatPage) download() error {
	out := [][]string{{p.T("reports.by_rating"), p.T("reports.feedback"), p.T("reports.contact"), p.T("reports.email"), p.T("reports.phone"), p.T("reports.by_agent"), p.T("reports.conversation"), p.T("reports.answered")}}
	for n := range 10 {
		rows, err := p.rows(helpdesk.Page{Limit: helpdesk.MaxPage, Offset: n * helpdesk.MaxPage})
		if err != nil {
			return err
		}
		for _, r := range rows {
			line := []string{strconv.Itoa(r.Rating), r.Feedback, r.Who.Name, "", "", "", str(r.Display), r.At.ISO}
			if r.Contact != nil {
				line[3], line[4] = r.Contact.Email, r.Contact.Phone
			}
			if r.Owner != nil {
				line[5] = r.Owner.Name
			}
			out = append(out, line)
		}
		if len(rows) < helpdesk.MaxPage {
			break
		}
	}
	return p.csv("csat-"+p.Range.Since.Format(time.DateOnly), out)
}
