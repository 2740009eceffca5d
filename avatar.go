package helpdesk

import (
	"bytes"
	"context"
	"encoding/json"
	"image"
	"image/jpeg"
	"image/png"
	"io"
	"strings"

	"golang.org/x/image/draw"
	_ "golang.org/x/image/webp" // one more format that people upload
)

// Limits of pictures of people, inboxes and bots.
const (
	maxPicture   = 15 << 20   // bytes of the file
	maxPixels    = 40_000_000 // of the picture as it comes, looked at before it is decoded
	pictureSide  = 250        // pixels of the longer side as it is kept
	pictureTries = 3          // of fetching one
)

// avatarMark ends the keys of pictures in Blobs: they are shown to whoever knows
// the key, and no other file is.
const avatarMark = "-avatar"

// storePicture checks a picture, makes it small and puts it into Blobs. What is
// kept was drawn here: nothing that hid in the file is left.
func (e *Engine) storePicture(ctx context.Context, f File) (key string, err error) {
	if e.opts.Blobs == nil {
		return "", errNoFiles()
	}
	raw, err := io.ReadAll(io.LimitReader(f.Data, maxPicture+1))
	if err != nil {
		return "", &Error{Code: Invalid, Message: "the picture could not be read", Err: err}
	}
	small, err := e.draw(raw)
	if err != nil {
		return "", err
	}
	key = newToken() + avatarMark
	if err := e.opts.Blobs.Put(ctx, key, bytes.NewReader(small)); err != nil {
		return "", &Error{Code: Unavailable, Message: "the picture could not be stored", Err: err}
	}
	return key, nil
}

// draw is smallPicture, one at a time: a few bytes may become hundreds of MB.
func (e *Engine) draw(raw []byte) ([]byte, error) {
	e.drawing.Lock()
	defer e.drawing.Unlock()
	return smallPicture(raw)
}

// smallPicture is a picture as it is kept: a JPEG, or a PNG where something may
// be transparent, at most 250 pixels wide and high.
func smallPicture(raw []byte) ([]byte, error) {
	p := problems{}
	p.add(len(raw) > maxPicture, "avatar", "is too big (maximum is 15 MB)")
	if err := p.err(); err != nil {
		return nil, err
	}
	size, format, err := image.DecodeConfig(bytes.NewReader(raw))
	p.add(err != nil, "avatar", "must be a JPEG, PNG, GIF or WebP picture")
	p.add(err == nil && (size.Width <= 0 || size.Height <= 0 || int64(size.Width)*int64(size.Height) > maxPixels), "avatar", "has too many pixels")
	if err := p.err(); err != nil {
		return nil, err
	}
	src, _, err := image.Decode(bytes.NewReader(raw))
	if err != nil {
		return nil, problems{"avatar": "is damaged"}.err()
	}
	w, h := fitted(size.Width, size.Height)
	dst := image.NewRGBA(image.Rect(0, 0, w, h))
	draw.CatmullRom.Scale(dst, dst.Bounds(), src, src.Bounds(), draw.Src, nil)
	var out bytes.Buffer
	if format == "jpeg" {
		err = jpeg.Encode(&out, dst, &jpeg.Options{Quality: 85})
	} else {
		err = png.Encode(&out, dst)
	}
	return out.Bytes(), err
}

// fitted is the size of a picture that is made to fit, and never grows.
func fitted(w, h int) (int, int) {
	if long := max(w, h); long > pictureSide {
		w, h = w*pictureSide/long, h*pictureSide/long
	}
	return max(w, 1), max(h, 1)
}

// OpenAvatar returns the picture of a key that a contact, user, inbox or bot
// shows as its Avatar. Whoever knows the key may see it. The caller closes it.
func (e *Engine) OpenAvatar(ctx context.Context, key string) (io.ReadSeekCloser, error) {
	if !strings.HasSuffix(key, avatarMark) || strings.Trim(strings.TrimSuffix(key, avatarMark), base58) != "" || e.opts.Blobs == nil {
		return nil, notFound("picture")
	}
	return e.opts.Blobs.Open(ctx, key)
}

// setPicture stores the picture that an input brings, before its transaction. It
// returns nil when there is none, and "" when the picture is to go.
func (e *Engine) setPicture(ctx context.Context, f *File) (key *string, err error) {
	if f == nil {
		return nil, nil
	}
	if f.Data == nil {
		return new(string), nil
	}
	made, err := e.storePicture(ctx, *f)
	return &made, err
}

// swapPicture puts a picture in the place of another, whose bytes go with this
// commit; nil leaves it alone, and "" takes it away.
func (u *unit) swapPicture(field, key *string) {
	if key == nil || *field == *key {
		return
	}
	if *field != "" {
		u.dropBlobs([]string{*field})
	}
	*field = *key
}

// dropPicture removes a picture that was stored for a commit which was refused,
// or had been made before.
func (e *Engine) dropPicture(ctx context.Context, err error, key *string, used bool) {
	if key != nil && *key != "" {
		e.dropUnused(ctx, err, []*Attachment{{Blob: *key}}, func(string) bool { return used })
	}
}

// pictureOwner says whose picture a job fetches.
type pictureOwner string

const (
	contactPicture pictureOwner = "contact"
	botPicture     pictureOwner = "bot"
)

type pictureArgs struct {
	Owner pictureOwner `json:"owner"`
	ID    int64        `json:"id"`
	URL   string       `json:"url"`
}

// fetchPicture arms a job for a picture that was given by its address.
func (u *unit) fetchPicture(owner pictureOwner, id int64, address string) {
	if u.e.opts.Blobs != nil && webAddress(address) {
		u.enqueue(&Job{Kind: jobPicture, Lane: Bulk, Args: args(pictureArgs{owner, id, address})})
	}
}

// loadPicture is the job behind fetchPicture. A picture that cannot be had is
// nobody's alarm: after some tries its owner goes without.
func (e *Engine) loadPicture(ctx context.Context, j *Job) error {
	var a pictureArgs
	if err := json.Unmarshal(j.Args, &a); err != nil {
		return Permanent(err)
	}
	body, err := e.fetch(ctx, a.URL)
	if err == nil {
		defer body.Body.Close()
		var key string
		if key, err = e.storePicture(ctx, File{Data: body.Body}); err == nil {
			return e.keepPicture(ctx, j.Account, a, key)
		}
	}
	if isPermanent(err) || CodeOf(err) == Invalid || j.Attempt >= pictureTries {
		return nil
	}
	return err
}

// keepPicture gives a fetched picture to its owner, unless they have moved on.
func (e *Engine) keepPicture(ctx context.Context, account AccountID, a pictureArgs, key string) error {
	used := false
	err := e.update(ctx, e.System(account), func(u *unit) error {
		used = false
		if a.Owner == botPicture {
			return u.keepBotPicture(a, key, &used)
		}
		c, err := u.tx.Contacts().Get(u.ctx, ContactID(a.ID))
		if CodeOf(err) == NotFound || err == nil && c.AvatarURL != a.URL {
			return nil
		}
		if err != nil {
			return err
		}
		before := *c
		u.swapPicture(&c.Avatar, &key)
		used = true
		return u.saveContact(&before, c)
	})
	e.dropPicture(ctx, err, &key, used)
	return err
}

// shows reports whether a picture that was stored for a bot is the bot's.
func (b *Bot) shows(key *string) bool { return key != nil && b != nil && b.Avatar == *key }

// keepBotPicture gives a fetched picture to its bot, unless that has moved on.
func (u *unit) keepBotPicture(a pictureArgs, key string, used *bool) error {
	b, err := u.tx.Bots().Get(u.ctx, AgentID(a.ID))
	if err != nil || b.AvatarURL != a.URL {
		return absent(err)
	}
	u.swapPicture(&b.Avatar, &key)
	b.UpdatedAt, *used = u.now, true
	u.emit(&Event{Kind: ConfigChanged, Subject: a.ID})
	return u.tx.Bots().Update(u.ctx, b)
}
