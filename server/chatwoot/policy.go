package chatwoot

import (
	"context"

	"github.com/gohelpdesk/helpdesk"
)

type policyInput struct {
	Name        *string `in:"name"`
	Description *string `in:"description"`
	Order       string  `in:"assignment_order"`
	Expression  *string `in:"expression"` // an addition
	Priority    string  `in:"conversation_priority"`
	FairLimit   *int    `in:"fair_distribution_limit"`
	FairWindow  *int    `in:"fair_distribution_window"`
	Enabled     *bool   `in:"enabled"`
}

// byNumber reads a name of an enum, or Chatwoot's number for it.
func byNumber[T ~string](s string, names ...T) T {
	for i, name := range names {
		if s == string(rune('0'+i)) {
			return name
		}
	}
	return T(s)
}

func (in policyInput) input() helpdesk.AssignmentPolicyInput {
	return helpdesk.AssignmentPolicyInput{
		Name: in.Name, Description: in.Description, Order: byNumber(in.Order, helpdesk.RoundRobin, helpdesk.Balanced),
		Expression: in.Expression,
		Priority:   byNumber(in.Priority, helpdesk.EarliestCreated, helpdesk.LongestWaiting),
		FairLimit:  in.FairLimit, FairWindow: in.FairWindow, Enabled: in.Enabled,
	}
}

type policyID struct {
	ID helpdesk.PolicyID `in:"id"`
}

type policyChange struct {
	policyID
	policyInput
}

// onePolicy shapes a policy, with the number of its inboxes.
func (c *call) onePolicy(ctx context.Context, v *helpdesk.AssignmentPolicy, err error) (policyView, error) {
	if err != nil {
		return policyView{}, err
	}
	boxes, err := c.desk.AssignmentPolicies.Inboxes(ctx, v.ID)
	return viewPolicy(v, len(boxes)), err
}

func listPolicies(ctx context.Context, c *call, _ none) ([]policyView, error) {
	found, inboxes, err := c.desk.AssignmentPolicies.List(ctx)
	return each(found, func(v *helpdesk.AssignmentPolicy) policyView { return viewPolicy(v, len(inboxes[v.ID])) }), err
}

func createPolicy(ctx context.Context, c *call, in policyInput) (policyView, error) {
	v, err := c.desk.AssignmentPolicies.Create(ctx, in.input())
	return c.onePolicy(ctx, v, err)
}

func showPolicy(ctx context.Context, c *call, in policyID) (policyView, error) {
	v, err := c.desk.AssignmentPolicies.Get(ctx, in.ID)
	return c.onePolicy(ctx, v, err)
}

func updatePolicy(ctx context.Context, c *call, in policyChange) (policyView, error) {
	v, err := c.desk.AssignmentPolicies.Update(ctx, in.ID, in.input())
	return c.onePolicy(ctx, v, err)
}

func deletePolicy(ctx context.Context, c *call, in policyID) (empty, error) {
	return empty{}, c.desk.AssignmentPolicies.Delete(ctx, in.ID)
}

type inboxesOf struct {
	Inboxes []inboxView `json:"inboxes"`
}

func listPolicyInboxes(ctx context.Context, c *call, in policyID) (inboxesOf, error) {
	boxes, err := c.desk.AssignmentPolicies.Inboxes(ctx, in.ID)
	if err != nil {
		return inboxesOf{}, err
	}
	out, err := c.inboxes(ctx, boxes...)
	return inboxesOf{out}, err
}

func showInboxPolicy(ctx context.Context, c *call, in inboxID) (policyView, error) {
	v, err := c.desk.AssignmentPolicies.Of(ctx, in.ID)
	return c.onePolicy(ctx, v, err)
}

type inboxPolicy struct {
	inboxID
	Policy helpdesk.PolicyID `in:"assignment_policy_id"`
}

func attachPolicy(ctx context.Context, c *call, in inboxPolicy) (policyView, error) {
	v, err := c.desk.AssignmentPolicies.Attach(ctx, in.ID, in.Policy)
	return c.onePolicy(ctx, v, err)
}

func detachPolicy(ctx context.Context, c *call, in inboxID) (empty, error) {
	return empty{}, c.desk.AssignmentPolicies.Detach(ctx, in.ID)
}

type slaInput struct {
	Name          *string `in:"name"`
	Description   *string `in:"description"`
	FirstResponse any     `in:"first_response_time_threshold"`
	NextResponse  any     `in:"next_response_time_threshold"`
	Resolution    any     `in:"resolution_time_threshold"`
	HoursOnly     *bool   `in:"only_during_business_hours"`
}

func (in slaInput) input(c *call) (helpdesk.SLAPolicyInput, error) {
	out := helpdesk.SLAPolicyInput{Name: in.Name, Description: in.Description, HoursOnly: in.HoursOnly}
	wrong := make(map[string]string)
	for name, t := range map[string]struct {
		given any
		field **float64
	}{
		"first_response_time_threshold": {in.FirstResponse, &out.FirstResponse},
		"next_response_time_threshold":  {in.NextResponse, &out.NextResponse},
		"resolution_time_threshold":     {in.Resolution, &out.Resolution},
	} {
		if _, given := c.in.values[name]; !given {
			continue
		}
		seconds, ok := readSeconds(t.given)
		if !ok {
			wrong[name] = "is not a number"
		}
		*t.field = &seconds
	}
	if len(wrong) > 0 {
		return out, &helpdesk.Error{Code: helpdesk.Invalid, Message: "invalid thresholds", Fields: wrong}
	}
	return out, nil
}

type slaID struct {
	ID helpdesk.SLAPolicyID `in:"id"`
}

type slaChange struct {
	slaID
	slaInput
}

func oneSLA(v *helpdesk.SLAPolicy, err error) (payload[slaView], error) {
	out, err := shown(v, err, viewSLA)
	return wrap(out), err
}

func listSLAs(ctx context.Context, c *call, _ none) (payload[[]slaView], error) {
	found, err := c.desk.SLAPolicies.List(ctx)
	return wrap(each(found, viewSLA)), err
}

func createSLA(ctx context.Context, c *call, in slaInput) (payload[slaView], error) {
	input, err := in.input(c)
	if err != nil {
		return payload[slaView]{}, err
	}
	return oneSLA(c.desk.SLAPolicies.Create(ctx, input))
}

func showSLA(ctx context.Context, c *call, in slaID) (payload[slaView], error) {
	return oneSLA(c.desk.SLAPolicies.Get(ctx, in.ID))
}

func updateSLA(ctx context.Context, c *call, in slaChange) (payload[slaView], error) {
	input, err := in.input(c)
	if err != nil {
		return payload[slaView]{}, err
	}
	return oneSLA(c.desk.SLAPolicies.Update(ctx, in.ID, input))
}

func deleteSLA(ctx context.Context, c *call, in slaID) (empty, error) {
	return empty{}, c.desk.SLAPolicies.Delete(ctx, in.ID)
}
