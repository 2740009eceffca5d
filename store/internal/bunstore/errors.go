package bunstore

import (
	"errors"

	"modernc.org/sqlite"

	"github.com/gohelpdesk/helpdesk"
)

func wrap(err error) error {
	if err == nil {
		return nil
	}
	return unavailable(err)
}

func unavailable(err error) error {
	return &helpdesk.Error{Code: helpdesk.Unavailable, Message: "the database cannot be reached", Err: err}
}

func isBusy(err error) bool {
	e, ok := errors.AsType[*sqlite.Error](err)
	return ok && e.Code()&0xff == 5
}
