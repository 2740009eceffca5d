package chatwoot

import (
	"context"
	"mime/multipart"
	"net/http"
	"strconv"
	"strings"

	"github.com/gohelpdesk/helpdesk"
	"github.com/gohelpdesk/helpdesk/server/internal/web"
)

type uploadInput struct {
	File     *multipart.FileHeader `in:"attachment"`
	External string                `in:"external_url"`
}

// uploadView is a file that waits for its use: file_url shows it, blob_id is
// what an attachment or an action takes.
type uploadView struct {
	FileURL string `json:"file_url"`
	BlobID  string `json:"blob_id"`
}

func uploadFile(ctx context.Context, c *call, in uploadInput) (uploadView, error) {
	var row *helpdesk.Upload
	var err error
	switch {
	case in.File != nil:
		files, closeFiles, failed := openFiles([]*multipart.FileHeader{in.File})
		if failed != nil {
			return uploadView{}, failed
		}
		defer closeFiles()
		row, err = c.desk.Uploads.Store(ctx, files[0])
	case in.External != "":
		row, err = c.desk.Uploads.Fetch(ctx, in.External)
	default:
		return uploadView{}, refused(http.StatusUnprocessableEntity, "No file or URL provided")
	}
	if err != nil {
		return uploadView{}, err
	}
	token, err := c.e.UploadToken(row)
	if err != nil {
		return uploadView{}, err
	}
	return uploadView{c.files.UploadURL(token, row.Name), token}, nil
}

type directUpload struct {
	onConversation
	Blob struct {
		Name        string `in:"filename"`
		ContentType string `in:"content_type"`
		Size        int64  `in:"byte_size"`
		Checksum    string `in:"checksum"`
	} `in:"blob"`
}

// blobView is an announced file as ActiveStorage's clients read it.
type blobView struct {
	ID           helpdesk.UploadID `json:"id"`
	Key          string            `json:"key"`
	Filename     string            `json:"filename"`
	ContentType  string            `json:"content_type"`
	Metadata     map[string]any    `json:"metadata"`
	ServiceName  string            `json:"service_name"`
	ByteSize     int64             `json:"byte_size"`
	Checksum     string            `json:"checksum"`
	CreatedAt    iso               `json:"created_at"`
	SignedID     string            `json:"signed_id"`
	DirectUpload directTarget      `json:"direct_upload"`
}

type directTarget struct {
	URL     string            `json:"url"`
	Headers map[string]string `json:"headers"`
}

func announceUpload(ctx context.Context, c *call, in directUpload) (blobView, error) {
	row, err := in.find(ctx, c)
	if err != nil {
		return blobView{}, err
	}
	return c.announce(ctx, in, row.ID)
}

func (c *call) announce(ctx context.Context, in directUpload, to helpdesk.ConversationID) (blobView, error) {
	row, err := c.desk.Uploads.Announce(ctx, helpdesk.NewUpload{
		Conversation: to, Name: in.Blob.Name, ContentType: in.Blob.ContentType, Size: in.Blob.Size, Checksum: in.Blob.Checksum,
	})
	if err != nil {
		return blobView{}, err
	}
	token, err := c.e.UploadToken(row)
	if err != nil {
		return blobView{}, err
	}
	return blobView{
		ID: row.ID, Key: strconv.FormatInt(int64(row.ID), 10), Filename: row.Name, ContentType: row.ContentType, Metadata: map[string]any{}, ServiceName: "local",
		ByteSize: row.Size, Checksum: row.Checksum, CreatedAt: iso{row.CreatedAt}, SignedID: token,
		DirectUpload: directTarget{c.files.PutURL(token), map[string]string{"Content-Type": row.ContentType}},
	}, nil
}

// fill takes the bytes of an announced file: who knows its address may, once.
func (a *api) fill(w http.ResponseWriter, r *http.Request) {
	err := a.e.FillUpload(r.Context(), r.PathValue("token"), http.MaxBytesReader(w, r.Body, a.o.MaxUpload))
	switch helpdesk.CodeOf(err) {
	case "":
		w.WriteHeader(http.StatusNoContent)
	case helpdesk.NotFound:
		web.WriteJSON(w, http.StatusNotFound, unknownPath{http.StatusNotFound, "Not Found"})
	case helpdesk.Conflict, helpdesk.Invalid, helpdesk.Unsupported:
		web.WriteJSON(w, http.StatusUnprocessableEntity, errorText{Error: err.Error()})
	default:
		a.o.Logger.Error("taking an upload", "err", err)
		w.WriteHeader(http.StatusInternalServerError)
	}
}

// pictures links the pictures of an answer. Shapes do not know under which
// address they are served: they name the path, and a link begins with the rest.
func pictures(base string, body []byte) []byte {
	if base == "" || !strings.Contains(string(body), `"`+web.AvatarPrefix) {
		return body
	}
	return []byte(strings.ReplaceAll(string(body), `"`+web.AvatarPrefix, `"`+base+web.AvatarPrefix))
}

// picture is the path of what was uploaded, else the address it was given by.
func picture(key, address string) string {
	if key == "" {
		return address
	}
	return web.AvatarPrefix + key
}

type attachmentsView struct {
	Meta    attachmentsMeta `json:"meta"`
	Payload []fileView      `json:"payload"`
}

type attachmentsMeta struct {
	TotalCount int `json:"total_count"`
}

// fileView is a file in the list of a conversation's.
type fileView struct {
	MessageID helpdesk.MessageID `json:"message_id"`
	ThumbURL  any                `json:"thumb_url"`
	DataURL   any                `json:"data_url"`
	FileSize  any                `json:"file_size"`
	FileType  string             `json:"file_type"`
	Extension any                `json:"extension"`
	Width     any                `json:"width"`
	Height    any                `json:"height"`
	CreatedAt epoch              `json:"created_at"`
	Sender    any                `json:"sender,omitempty"`
}

type attachmentsInput struct {
	onConversation
	pageInput
}

func listAttachments(ctx context.Context, c *call, in attachmentsInput) (out attachmentsView, err error) {
	row, err := in.find(ctx, c)
	if err != nil {
		return out, err
	}
	d, err := c.detail(ctx, row.ID)
	if err != nil {
		return out, err
	}
	files, total, err := c.desk.Messages.Attachments(ctx, row.ID, in.page(100))
	if err != nil {
		return out, err
	}
	v, err := c.views(ctx)
	out.Meta.TotalCount = total
	out.Payload = each(files, func(f helpdesk.FileOf) fileView {
		a := v.attachment(f.Attachment)
		return fileView{
			MessageID: f.Message, ThumbURL: a["thumb_url"], DataURL: a["data_url"], FileSize: a["file_size"], FileType: f.Type,
			Extension: a["extension"], Width: a["width"], Height: a["height"], CreatedAt: epoch{f.Said.CreatedAt}, Sender: v.sender(d, f.Said),
		}
	})
	return out, err
}
