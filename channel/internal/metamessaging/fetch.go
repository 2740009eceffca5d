package metamessaging

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"path"
	"strings"

	"github.com/gohelpdesk/helpdesk"
	"github.com/gohelpdesk/helpdesk/channel/internal/wire"
)

// Fetch implements helpdesk.Fetcher. A file's address lives for a while; when it has
// gone, a new one is asked for. No token goes along.
func (b *Inbox) Fetch(ctx context.Context, ref string) (*helpdesk.FetchedFile, error) {
	mid, index, link, ok := readRef(ref)
	if !ok {
		return nil, helpdesk.Permanent(helpdesk.Errorf(helpdesk.Invalid, "this is no file of %s's", b.Product.Name))
	}
	f, gone, err := b.download(ctx, link)
	if !gone || mid == "" {
		return f, err
	}
	fresh, failure := b.addressOf(ctx, mid, index)
	switch {
	case failure != nil:
		return nil, failure
	case fresh == "":
		return nil, helpdesk.Permanent(err)
	}
	f, gone, err = b.download(ctx, fresh)
	if gone {
		err = helpdesk.Permanent(err)
	}
	return f, err
}

// addressOf asks where a message's file is now; "" = it has gone for good.
func (b *Inbox) addressOf(ctx context.Context, mid string, index int) (string, error) {
	var answer struct {
		Attachments struct {
			Data json.RawMessage `json:"data"`
		} `json:"attachments"`
	}
	err := b.Graph.Get(ctx, url.PathEscape(mid), url.Values{"fields": {"attachments"}}, &answer)
	if refusal, ok := errors.AsType[*wire.GraphError](err); ok && Class(refusal) == wire.ClassPermanent {
		return "", nil
	}
	if err != nil {
		return "", wire.Fail(Repeatable(err), 1, Class)
	}
	type address struct {
		URL string `json:"url"`
	}
	type file struct {
		Image address `json:"image_data"`
		Video address `json:"video_data"`
		File  string  `json:"file_url"`
	}
	list := wire.Each[file](answer.Attachments.Data)
	if index < 0 || index >= len(list) {
		return "", nil
	}
	return webLink(first(list[index].Image.URL, list[index].Video.URL, list[index].File)), nil
}

func (b *Inbox) download(ctx context.Context, link string) (f *helpdesk.FetchedFile, gone bool, err error) {
	address, err := url.Parse(link)
	if err != nil || webLink(link) == "" || address.Host == "" {
		return nil, false, helpdesk.Permanent(helpdesk.Errorf(helpdesk.Invalid, "the provider names no address of the file"))
	}
	r, err := wire.Request(ctx, http.MethodGet, link, "", nil)
	if err != nil {
		return nil, false, helpdesk.Permanent(err)
	}
	r.Header.Set("User-Agent", "helpdesk/1.0")
	res, err := wire.Open(b.Graph.HTTP, r)
	if err != nil {
		return nil, false, wire.Fail(Repeatable(err), 1, Class)
	}
	if res.StatusCode == http.StatusOK {
		name := path.Base(address.Path)
		if !strings.Contains(name, ".") {
			name = ""
		}
		return &helpdesk.FetchedFile{Body: res.Body, Name: name, ContentType: res.Header.Get("Content-Type")}, false, nil
	}
	switch res.StatusCode {
	case http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound, http.StatusGone:
		gone = true
	}
	_, _ = io.CopyN(io.Discard, res.Body, 4096) // so that the connection can be used again
	if err := res.Body.Close(); err != nil {
		return nil, gone, err
	}
	failure := helpdesk.Errorf(helpdesk.Unavailable, "the provider answered %d for the file", res.StatusCode)
	if wait := wire.RetryAfter(res.Header); wait > 0 {
		return nil, gone, helpdesk.RetryAfter(failure, wait)
	}
	return nil, gone, failure
}

// Profile implements helpdesk.Profiler. Somebody who has not agreed to be known, or is
// gone, stays unknown.
func (b *Inbox) Profile(ctx context.Context, source string) (*helpdesk.Person, error) {
	if !graphID.MatchString(source) {
		return nil, nil
	}
	var who struct {
		Name     string    `json:"name"`
		First    string    `json:"first_name"`
		Last     string    `json:"last_name"`
		Picture  string    `json:"profile_pic"`
		Username string    `json:"username"`
		Follows  wire.Text `json:"follower_count"`
		Verified *bool     `json:"is_verified_user"`
		Follower *bool     `json:"is_user_follow_business"`
		Followed *bool     `json:"is_business_follow_user"`
	}
	err := b.Graph.Get(ctx, source, url.Values{"fields": {b.Product.Profile}}, &who)
	if refusal, ok := errors.AsType[*wire.GraphError](err); ok && refusal.Code != 190 {
		switch c := Class(refusal); {
		case c == wire.ClassPermanent, c == wire.ClassAdmin: // 10, 100, 200, 230, 9010
			return nil, nil
		}
	}
	if err != nil {
		return nil, wire.Fail(Repeatable(err), 1, Class)
	}
	name := first(who.Name, strings.TrimSpace(who.First+" "+who.Last), who.Username)
	p := &helpdesk.Person{Source: source, Name: wire.Clip(wire.Clean(name), 255), AvatarURL: webLink(who.Picture), Extra: map[string]any{}}
	if who.Username != "" {
		username := wire.Clean(who.Username)
		p.Extra["social_instagram_user_name"] = username
		p.Extra["social_profiles"] = map[string]any{"instagram": username}
	}
	if who.Follows != "" {
		p.Extra["social_instagram_follower_count"] = who.Follows.Int()
	}
	for key, is := range map[string]*bool{
		"social_instagram_is_verified_user": who.Verified, "social_instagram_is_user_follow_business": who.Follower, "social_instagram_is_business_follow_user": who.Followed,
	} {
		if is != nil {
			p.Extra[key] = *is
		}
	}
	return p, nil
}
