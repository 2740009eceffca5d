package helpdesk

import (
	"encoding/base64"
	"encoding/json"
	"strconv"
	"time"
)

// PageKey is the place of a row in a list: the values the list is sorted by, as
// text, and the row's id, always last. Page.After carries its String; paging by
// it neither skips nor repeats a row that stayed where it was, however many
// moved meanwhile.
type PageKey []string

// String is the opaque form that clients hand back.
func (k PageKey) String() string {
	text, _ := json.Marshal([]string(k)) // strings cannot fail
	return base64.RawURLEncoding.EncodeToString(text)
}

// ParsePageKey undoes String; Invalid when s is no key.
func ParsePageKey(s string) (PageKey, error) {
	var k PageKey
	text, err := base64.RawURLEncoding.DecodeString(s)
	if err == nil {
		err = json.Unmarshal(text, &k)
	}
	for i := range k {
		k[i] = clean(k[i])
	}
	if err != nil || len(k) == 0 {
		return nil, &Error{Code: Invalid, Message: "invalid after", Fields: map[string]string{"after": "is not a key of this list"}}
	}
	return k, nil
}

// IDKey is the PageKey of a row in a list that is sorted by id alone, as all
// lists but those of contacts and conversations are.
func IDKey[ID ~int64](id ID) string {
	return PageKey{strconv.FormatInt(int64(id), 10)}.String()
}

// Key is what Page.After takes to continue this list behind r.
func (RuleFilter) Key(r *Rule) string {
	return PageKey{strconv.Itoa(r.Position), strconv.FormatInt(int64(r.ID), 10)}.String()
}

// Key is what Page.After takes to continue this list behind m.
func (ScheduledFilter) Key(m *ScheduledMessage) string {
	return PageKey{strconv.FormatInt(m.SendAt.UnixMicro(), 10), strconv.FormatInt(int64(m.ID), 10)}.String()
}

// Key is what Page.After takes to continue this list behind c.
func (f ConversationFilter) Key(c *Conversation) string {
	id := strconv.FormatInt(int64(c.ID), 10)
	switch f.Sort {
	case NewestCreated, OldestCreated:
		return PageKey{timeKey(c.CreatedAt), id}.String()
	case HighestFirst, LowestFirst:
		return PageKey{string(c.Priority), timeKey(c.LastActivity), id}.String()
	case LongestWait, ShortestWait:
		return PageKey{timeKey(c.WaitingSince), id}.String()
	default:
		return PageKey{timeKey(c.LastActivity), id}.String()
	}
}

// Key is what Page.After takes to continue this list behind c.
func (f ContactFilter) Key(c *Contact) string {
	id := strconv.FormatInt(int64(c.ID), 10)
	sort := f.Sort
	if sort != "" && sort[0] == '-' {
		sort = sort[1:]
	}
	var value string
	switch sort {
	case "name":
		value = c.Name
	case "email":
		value = c.Email
	case "phone":
		value = c.Phone
	case "company":
		value = c.Company
	case "city":
		value = c.City
	case "country":
		value = c.Country
	case "last_activity":
		value = timeKey(c.LastActivityAt)
	case "created":
		value = timeKey(c.CreatedAt)
	default:
		return PageKey{id}.String()
	}
	return PageKey{value, id}.String()
}

// timeKey is microseconds since 1970; "0" for the zero time.
func timeKey(t time.Time) string {
	if t.IsZero() {
		return "0"
	}
	return strconv.FormatInt(t.UnixMicro(), 10)
}

// Key is what Page.After takes to go on behind n.
func (f NotificationFilter) Key(n *Notification) string {
	return PageKey{timeKey(n.LastActivity), strconv.FormatInt(int64(n.ID), 10)}.String()
}

// Key is what Page.After takes to go on behind c.
func (CategoryFilter) Key(c *Category) string {
	return PageKey{strconv.Itoa(c.Position), strconv.FormatInt(int64(c.ID), 10)}.String()
}

// Key is what Page.After takes to go on behind a.
func (f ArticleFilter) Key(a *Article) string {
	id := strconv.FormatInt(int64(a.ID), 10)
	if f.ByPosition {
		return PageKey{strconv.Itoa(a.Position), id}.String()
	}
	return PageKey{timeKey(a.UpdatedAt), id}.String()
}
