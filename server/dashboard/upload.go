package dashboard

import (
	"mime/multipart"

	"github.com/gohelpdesk/helpdesk"
)

// uploads are the files of a form's field, and what closes them again. A field
// left empty has none.
func (c *call) uploads(name string) (files []helpdesk.File, done func(), err error) {
	var open []multipart.File
	done = func() {
		for _, f := range open {
			_ = f.Close() // it was only read
		}
	}
	if c.r.MultipartForm == nil {
		return nil, done, nil
	}
	for _, head := range c.r.MultipartForm.File[name] {
		f, err := head.Open()
		if err != nil {
			done()
			return nil, func() {}, err
		}
		open = append(open, f)
		files = append(files, helpdesk.File{Name: head.Filename, ContentType: head.Header.Get("Content-Type"), Data: f})
	}
	return files, done, nil
}
