package storetest

import (
	"context"

	"github.com/gohelpdesk/helpdesk"
)

func uploadNoun() noun[helpdesk.UploadID, helpdesk.Upload, helpdesk.UploadFilter] {
	return noun[helpdesk.UploadID, helpdesk.Upload, helpdesk.UploadFilter]{
		name: "Upload", repo: helpdesk.Tx.Uploads,
		make: func(d *desk) *helpdesk.Upload {
			return &helpdesk.Upload{
				Account: d.account, By: helpdesk.ActorRef{Kind: helpdesk.ByAgent, ID: 1 << 40}, Name: awkward("file"),
				ContentType: "image/png", Size: 1 << 40, Checksum: "XUFAKrxLKna5cZ2REBfFkg==", Width: 3, Height: 4,
				Blob: d.name("blob"), Held: true, CreatedAt: away(1),
			}
		},
		change: func(d *desk, v *helpdesk.Upload) {
			*v = helpdesk.Upload{
				Account: v.Account, ID: v.ID, Version: v.Version, CreatedAt: v.CreatedAt,
				By: helpdesk.ActorRef{Kind: helpdesk.ByContact, ID: 2}, Name: "plain", Blob: d.name("blob"),
			}
		},
	}
}

// testUploads: what waits for its use is found by its age.
func testUploads(s suite) {
	s.test("Before finds what is older and not held", func(d *desk) {
		put := func(n int, held bool) helpdesk.UploadID {
			return insert(d, helpdesk.Tx.Uploads, &helpdesk.Upload{Account: d.account, Name: "file", Held: held, CreatedAt: at(n)}).ID
		}
		old := put(1, false)
		put(1, true)
		put(2, false)
		d.view(func(ctx context.Context, tx helpdesk.Tx) error {
			f := helpdesk.UploadFilter{Before: at(2)}
			rows, err := tx.Uploads().List(ctx, f, helpdesk.Page{})
			if err != nil {
				return err
			}
			equal(d, "uploads before 2", ids[helpdesk.UploadID](rows), []helpdesk.UploadID{old})
			n, err := tx.Uploads().Count(ctx, f)
			equal(d, "their number", n, 1)
			return err
		})
	})
}
