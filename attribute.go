package helpdesk

import (
	"cmp"
	"context"
	"encoding/json"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/dlclark/regexp2"
)

// AttributeModel says what an attribute describes.
type AttributeModel string

const (
	ConversationAttribute AttributeModel = "conversation"
	ContactAttribute      AttributeModel = "contact"
)

// AttributeType is the type of an attribute's values.
type AttributeType string

const (
	TextAttribute     AttributeType = "text"
	NumberAttribute   AttributeType = "number"
	CurrencyAttribute AttributeType = "currency"
	PercentAttribute  AttributeType = "percent"
	LinkAttribute     AttributeType = "link"     // an absolute http or https URL
	DateAttribute     AttributeType = "date"     // YYYY-MM-DD, or RFC 3339 of which the date counts
	ListAttribute     AttributeType = "list"     // one of Choices
	CheckboxAttribute AttributeType = "checkbox" // unset = false
)

// AttributeDefinition declares a custom attribute. (Model, Key) is unique in
// the account.
type AttributeDefinition struct {
	Account     AccountID
	ID          AttributeID
	Model       AttributeModel
	Key         string
	Name        string
	Description string
	Type        AttributeType
	Choices     []string // for lists
	Pattern     string   // for text: a JavaScript-style pattern, look-ahead included; "" = anything
	Hint        string   // tells a person what Pattern wants
	Default     string

	CreatedAt, UpdatedAt time.Time
	Version              int64
}

// Attributes is the service for custom attribute definitions.
type Attributes struct{ d *Desk }

// AttributeInput is what a definition is made of; in an update nil leaves a
// field alone. Model, Key and Type do not change once values may exist.
type AttributeInput struct {
	Model AttributeModel
	Key   string
	Type  AttributeType

	Name, Description, Pattern, Hint, Default *string

	Choices []string
}

func loadAttribute(u *unit, id int64) (*AttributeDefinition, error) {
	return u.tx.Attributes().Get(u.ctx, AttributeID(id))
}

// List returns definitions; "" = of both models.
func (s Attributes) List(ctx context.Context, model AttributeModel) ([]*AttributeDefinition, error) {
	return read(ctx, s.d, func(u *unit) ([]*AttributeDefinition, error) {
		if err := u.may(ReadSettings); err != nil {
			return nil, err
		}
		return all(u.ctx, u.tx.Attributes(), AttributeFilter{Model: model})
	})
}

// Get returns one definition.
func (s Attributes) Get(ctx context.Context, id AttributeID) (*AttributeDefinition, error) {
	return read(ctx, s.d, func(u *unit) (*AttributeDefinition, error) {
		if err := u.may(ReadSettings); err != nil {
			return nil, err
		}
		return u.tx.Attributes().Get(u.ctx, id)
	})
}

// Create adds a definition.
func (s Attributes) Create(ctx context.Context, in AttributeInput) (*AttributeDefinition, error) {
	return change(ctx, s.d, loadAttribute, func(u *unit) (*AttributeDefinition, int64, error) {
		if err := u.may(EditSettings); err != nil {
			return nil, 0, err
		}
		a := &AttributeDefinition{Account: u.actor.account, Model: in.Model, Key: strings.TrimSpace(clean(in.Key)), Type: in.Type, CreatedAt: u.now}
		if err := u.applyAttribute(a, in); err != nil {
			return nil, 0, err
		}
		if err := u.tx.Attributes().Insert(u.ctx, a); err != nil {
			return nil, 0, err
		}
		u.emit(&Event{Kind: ConfigChanged, Subject: int64(a.ID)})
		return a, int64(a.ID), record(u, "attribute", int64(a.ID), nil, a)
	})
}

// Update changes a definition. Values that exist are not checked again.
func (s Attributes) Update(ctx context.Context, id AttributeID, in AttributeInput) (*AttributeDefinition, error) {
	return change(ctx, s.d, loadAttribute, func(u *unit) (*AttributeDefinition, int64, error) {
		if err := u.may(EditSettings); err != nil {
			return nil, 0, err
		}
		a, err := u.tx.Attributes().Get(u.ctx, id)
		if err != nil {
			return nil, 0, err
		}
		before := *a
		if err := u.applyAttribute(a, in); err != nil {
			return nil, 0, err
		}
		if err := u.tx.Attributes().Update(u.ctx, a); err != nil {
			return nil, 0, err
		}
		u.emit(&Event{Kind: ConfigChanged, Subject: int64(id)})
		return a, int64(id), record(u, "attribute", int64(id), &before, a)
	})
}

// Delete removes a definition; values that exist stay, unchecked.
func (s Attributes) Delete(ctx context.Context, id AttributeID) error {
	return remove(ctx, s.d, func(u *unit) error {
		if err := u.may(EditSettings); err != nil {
			return err
		}
		a, err := u.tx.Attributes().Get(u.ctx, id)
		if err != nil {
			return err
		}
		if err := u.tx.Attributes().Delete(u.ctx, id); err != nil {
			return err
		}
		u.emit(&Event{Kind: ConfigChanged, Subject: int64(id)})
		return record(u, "attribute", int64(id), a, nil)
	})
}

// reservedKeys are names of built-in fields, by model.
func reservedKeys(m AttributeModel) []string {
	if m == ContactAttribute {
		return []string{"name", "email", "phone_number", "identifier", "country_code", "city", "created_at", "last_activity_at", "referer", "blocked"}
	}
	return []string{
		"status", "priority", "assignee_id", "inbox_id", "channel_group_id", "team_id", "sla_policy_id", "display_id", "campaign_id", "labels", "browser_language",
		"country_code", "referer", "created_at", "last_activity_at",
	}
}

func (u *unit) applyAttribute(a *AttributeDefinition, in AttributeInput) error {
	p := problems{}
	setText(p, &a.Name, in.Name, "attribute_display_name", 255)
	setText(p, &a.Description, in.Description, "attribute_description", 2000)
	setText(p, &a.Pattern, in.Pattern, "regex_pattern", 1000)
	setText(p, &a.Hint, in.Hint, "regex_cue", 255)
	setText(p, &a.Default, in.Default, "default_value", 255)
	if in.Choices != nil {
		a.Choices = make([]string, len(in.Choices))
		for i, choice := range in.Choices {
			a.Choices[i] = clean(choice)
		}
	}
	p.add(a.Name == "", "attribute_display_name", "can't be blank")
	p.add(a.Key == "" || tooLong(a.Key, 255), "attribute_key", "can't be blank or longer than 255 characters")
	p.add(a.Model != ContactAttribute && a.Model != ConversationAttribute, "attribute_model", "must be contact_attribute or conversation_attribute")
	p.add(slices.Contains(reservedKeys(a.Model), a.Key), "attribute_key", "The provided key is not allowed as it might conflict with default attributes.")
	types := []AttributeType{TextAttribute, NumberAttribute, CurrencyAttribute, PercentAttribute, LinkAttribute, DateAttribute, ListAttribute, CheckboxAttribute}
	p.add(!slices.Contains(types, a.Type), "attribute_display_type", "is not a type")
	for _, o := range u.cfg.attributes {
		p.add(o.ID != a.ID && o.Model == a.Model && o.Key == a.Key, "attribute_key", "has already been taken")
	}
	if a.Pattern != "" {
		_, err := compilePattern(a.Pattern)
		p.add(err != nil, "regex_pattern", "is not a pattern")
	}
	a.UpdatedAt = u.now
	return p.err()
}

// patternTime bounds one match, so that no pattern and no value can hold up a
// transaction.
const patternTime = 50 * time.Millisecond

// compilePattern reads a JavaScript-style pattern, with or without its slashes.
func compilePattern(pattern string) (*regexp2.Regexp, error) {
	flags := regexp2.RegexOptions(regexp2.ECMAScript)
	if body, rest, ok := cutSlashes(pattern); ok {
		pattern = body
		if strings.Contains(rest, "i") {
			flags |= regexp2.IgnoreCase
		}
	}
	re, err := regexp2.Compile(pattern, flags)
	if err == nil {
		re.MatchTimeout = patternTime
	}
	return re, err
}

func cutSlashes(pattern string) (body, flags string, ok bool) {
	end := strings.LastIndexByte(pattern, '/')
	if len(pattern) < 2 || pattern[0] != '/' || end <= 0 {
		return "", "", false
	}
	return pattern[1:end], pattern[end+1:], true
}

// maxAttributes bounds how many custom values one record carries.
const maxAttributes = 200

// checkAttributes adds what is wrong with values to p, each under its key. Keys
// without a definition are kept as they are, as clients expect; nil removes.
func (u *unit) checkAttributes(p problems, model AttributeModel, values map[string]any) {
	p.add(len(values) > maxAttributes, "custom_attributes", "are too many (maximum is 200)")
	for _, def := range u.cfg.attributes {
		if def.Model != model {
			continue
		}
		if v, given := values[def.Key]; given && v != nil {
			what := def.Check(v)
			p.add(what != "", def.Key, what)
		}
	}
	for k, v := range values {
		s, isText := v.(string)
		p.add(isText && tooLong(s, 1500), k, "is too long (maximum is 1500 characters)")
	}
}

// Check says what is wrong with a value, or "" when it fits the definition. An
// empty text fits every type: it means unset.
func (a *AttributeDefinition) Check(v any) string {
	s, isText := v.(string)
	if isText && s == "" {
		return ""
	}
	switch a.Type {
	case NumberAttribute, CurrencyAttribute, PercentAttribute:
		return checkNumber(v)
	case CheckboxAttribute:
		if _, ok := v.(bool); !ok && s != "true" && s != "false" {
			return "must be true or false"
		}
	case LinkAttribute:
		if !webURL(s) {
			return "must be a link"
		}
	case DateAttribute:
		if _, err := time.Parse(time.DateOnly, s); err != nil {
			if _, err := time.Parse(time.RFC3339, s); err != nil {
				return "must be a date"
			}
		}
	case ListAttribute:
		if !slices.Contains(a.Choices, s) {
			return "must be one of the list"
		}
	case TextAttribute:
		return a.checkText(v)
	}
	return ""
}

func checkNumber(v any) string {
	switch v := v.(type) {
	case float64, int, int64, json.Number:
		return ""
	case string:
		if n, err := strconv.ParseFloat(v, 64); err == nil && !math.IsNaN(n) && !math.IsInf(n, 0) {
			return ""
		}
	}
	return "must be a number"
}

func (a *AttributeDefinition) checkText(v any) string {
	s, ok := v.(string)
	if !ok {
		return "must be a text"
	}
	if a.Pattern == "" {
		return ""
	}
	re, err := compilePattern(a.Pattern)
	if err != nil {
		return "" // the definition was checked when it was saved
	}
	if match, err := re.MatchString(s); err != nil || !match {
		return cmp.Or(a.Hint, "has the wrong format")
	}
	return ""
}
