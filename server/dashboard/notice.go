package dashboard

import "net/http"

const noticeCookie = "helpdesk_notice"

// done ends a handler that changed something: the person sees the page to, which
// says once what was done.
func (c *call) done(to, notice string) error {
	http.SetCookie(c.w, c.cookie(noticeCookie, notice, 60))
	return redirect(to)
}

// takeNotice reads what the last request wants said, and sees that it is said
// once.
func (c *call) takeNotice() {
	k, err := c.r.Cookie(noticeCookie)
	if err != nil || c.r.Method != http.MethodGet {
		return
	}
	if _, known := catalogue()[k.Value]; known { // ours, and not what somebody wrote into a browser
		c.notice = k.Value
	}
	http.SetCookie(c.w, c.cookie(noticeCookie, "", -1))
}

// Notice is for templates: what the last request did; "" = nothing to say.
func (c *call) Notice() string {
	if c.notice == "" {
		return ""
	}
	return c.T(c.notice)
}
