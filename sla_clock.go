package helpdesk

import "time"

// How SLAs are counted
//
// A policy promises up to three things of a conversation. Each has a clock, which
// stands still while the desk is not the one to act:
//
//	first_response  from when the policy was given until a person first answers; runs while open
//	next_response   from a later customer message until a person or a bot answers; runs while open, and anew with each wait
//	resolution      from when the policy was given until it is resolved; runs while open or pending
//
// So a bot's time, before it hands over, counts for the resolution alone; a snooze
// counts for nothing; who waits for the customer has no next response to give; and
// what is opened again goes on where it stood. A clock that has run for its span
// misses; one that has run for four fifths of it warns. Each does so once, and the
// next response once for each wait.
//
// A policy that counts within business hours counts by those that hold for the
// conversation when the count is taken: that is when a customer or an agent writes,
// when status or team change, and when something falls due. Which those were is in
// the log (sla.applied, sla.hours), so MeasureSLA comes to the same from the log
// alone.

// SLAKind is one of the promises of a policy.
type SLAKind string

const (
	SLAFirstResponse SLAKind = "first_response"
	SLANextResponse  SLAKind = "next_response"
	SLAResolution    SLAKind = "resolution"
)

// slaEvent is the kind of an event about one promise.
func slaEvent(kind EventKind, of SLAKind) EventKind { return kind + "." + EventKind(of) }

// SLATerms are what a policy promised when it was given to a conversation. Changes
// of the policy, and its end, do not change them.
type SLATerms struct {
	Name          string  `json:"name"`
	Description   string  `json:"description,omitempty"`
	FirstResponse float64 `json:"first_response,omitempty"` // seconds; 0 = nothing is promised
	NextResponse  float64 `json:"next_response,omitempty"`
	Resolution    float64 `json:"resolution,omitempty"`
	HoursOnly     bool    `json:"hours_only,omitempty"`
}

// SLAState is how far a conversation has come by its terms, as of At.
type SLAState struct {
	At       time.Time  `json:"at"`
	Calendar CalendarID `json:"calendar,omitempty"` // the hours it counts by; 0 = by the clock
	Status   Status     `json:"status"`
	Waiting  time.Time  `json:"waiting,omitzero"` // since when the customer waits; zero = they do not
	Answered bool       `json:"answered,omitempty"`

	First      SLAClock `json:"first"`
	Next       SLAClock `json:"next"`
	Resolution SLAClock `json:"resolution"`

	Misses []SLAMiss `json:"misses,omitempty"` // the first hundred, in order
	Missed int       `json:"missed,omitempty"` // how many there are
}

// SLAClock is one promise's.
type SLAClock struct {
	Used   int64 `json:"used,omitempty"` // microseconds that it has run
	Warned bool  `json:"warned,omitempty"`
	Missed bool  `json:"missed,omitempty"`
}

// SLAMiss is a promise that was not kept.
type SLAMiss struct {
	Kind SLAKind   `json:"kind"`
	Due  time.Time `json:"due"`
}

const maxSLAMisses = 100

// slaSignal is that a clock warns, or misses.
type slaSignal struct {
	kind   SLAKind
	missed bool
	due    time.Time // of a miss
	left   int64     // microseconds, of a warning
}

// slaClock is a clock with what it is held against.
type slaClock struct {
	*SLAClock
	kind SLAKind
	span int64 // microseconds
}

func (c slaClock) warnAt() int64 { return c.span / 5 * 4 }

// running are the clocks that run and have still something to tell.
func (s *SLAState) running(t SLATerms) []slaClock {
	var out []slaClock
	add := func(kind SLAKind, c *SLAClock, seconds float64, runs bool) {
		if span := int64(seconds * float64(time.Second/time.Microsecond)); span > 0 && runs && !c.Missed {
			out = append(out, slaClock{c, kind, span})
		}
	}
	open := s.Status == Open
	add(SLAFirstResponse, &s.First, t.FirstResponse, open && !s.Answered)
	add(SLANextResponse, &s.Next, t.NextResponse, open && s.Answered && !s.Waiting.IsZero())
	add(SLAResolution, &s.Resolution, t.Resolution, open || s.Status == Pending)
	return out
}

// count lets the clocks run until now.
func (s *SLAState) count(t SLATerms, now time.Time, hours *schedule) []slaSignal {
	var out []slaSignal
	gained := hours.micros(s.At, now)
	for _, c := range s.running(t) {
		left := c.span - c.Used
		c.Used += gained
		if gained >= left {
			due := hours.afterMicros(s.At, left)
			c.Missed = true
			if s.Missed++; len(s.Misses) < maxSLAMisses {
				s.Misses = append(s.Misses, SLAMiss{c.kind, due})
			}
			out = append(out, slaSignal{kind: c.kind, missed: true, due: due})
		} else if !c.Warned && c.Used >= c.warnAt() {
			c.Warned = true
			out = append(out, slaSignal{kind: c.kind, left: left - gained})
		}
	}
	if now.After(s.At) {
		s.At = now
	}
	return out
}

// turn is that the conversation is different from now on.
func (s *SLAState) turn(status Status, waiting time.Time, answered bool) {
	if !waiting.Equal(s.Waiting) {
		s.Waiting, s.Next = waiting, SLAClock{}
	}
	s.Status, s.Answered = status, s.Answered || answered
}

// next is when a clock has something to tell; zero = not while things are as they
// are.
func (s *SLAState) next(t SLATerms, hours *schedule) (next time.Time) {
	for _, c := range s.running(t) {
		until := c.span
		if !c.Warned {
			until = c.warnAt()
		}
		at := hours.afterMicros(s.At, until-c.Used)
		if !at.IsZero() && (next.IsZero() || at.Before(next)) {
			next = at
		}
	}
	return next
}

// slaStirs reports whether an SLA is counted when an event happens.
func slaStirs(ev *Event) bool {
	switch ev.Kind {
	case ConversationStatus, ConversationTeam:
		return true
	case MessageCreated:
		return !ev.Private && (ev.MessageKind == Incoming || ev.MessageKind == Outgoing)
	default:
		return false
	}
}

// MeasureSLA works out from the log how a conversation has kept its terms until a
// time: events are all of its own, in order, and calendars the versions of hours
// that they name. It reports false when nothing was promised yet. It is what
// AppliedSLA.State is held against; it reads nothing and keeps nothing.
func MeasureSLA(t SLATerms, events []*Event, calendars map[CalendarID]*Calendar, until time.Time) (SLAState, bool) {
	var s SLAState
	var waiting sometime
	var status Status
	applied, answered := false, false
	hours := func() *schedule {
		if c := calendars[s.Calendar]; c != nil {
			return c.schedule()
		}
		return nil
	}
	for i := 0; i < len(events) && !events[i].At.After(until); {
		at, stirs, begins, calendar := events[i].At, false, false, s.Calendar
		for ; i < len(events) && events[i].At.Equal(at); i++ { // what happened at once is one
			ev := events[i]
			if ev.After.Status != "" {
				status = ev.After.Status
			}
			if now, is := wait(ev, waiting); is {
				waiting = now
			}
			answered = answered || ev.Kind == FirstReply
			switch ev.Kind { //nolint:exhaustive // those that tell of hours
			case SLAApplied:
				begins, calendar = true, CalendarID(ev.Calendar)
			case SLAHours:
				calendar = CalendarID(ev.Calendar)
			}
			stirs = stirs || slaStirs(ev) || isSLAEvent(ev.Kind)
		}
		s.Calendar = calendar
		if begins {
			s.At, applied = at, true
		}
		if applied && stirs {
			s.count(t, at, hours())
			s.turn(status, waiting.at, answered)
		}
	}
	if applied {
		s.count(t, until, hours())
	}
	return s, applied
}
