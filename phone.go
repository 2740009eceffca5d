package helpdesk

import (
	"strings"

	"github.com/nyaruka/phonenumbers"
)

// phoneNumber is a telephone number in its two forms.
type phoneNumber struct {
	E164      string // as people and providers write it: +5511987654321
	Canonical string // one form for all spellings of one line; what identities are compared by
}

// parsePhone reads a number as typed. country (ISO 3166 alpha-2) completes one
// without a country code; "" refuses it. An impossible number is an error.
func parsePhone(raw, country string) (phoneNumber, error) {
	n, err := phonenumbers.Parse(raw, strings.ToUpper(country))
	if err == nil && !phonenumbers.IsPossibleNumber(n) { // Mexico's 1 is out of the books, and still in use
		n, err = phonenumbers.Parse(canonicalPhone(phonenumbers.Format(n, phonenumbers.E164)), "")
	}
	if err != nil || !phonenumbers.IsPossibleNumber(n) {
		return phoneNumber{}, Errorf(Invalid, "%q is not a possible phone number", raw)
	}
	e164 := phonenumbers.Format(n, phonenumbers.E164)
	return phoneNumber{E164: e164, Canonical: canonicalPhone(e164)}, nil
}

// canonicalPhone gives all spellings of one mobile line one form (FEATURES B7).
// Brazil writes mobiles with a ninth digit, which some networks leave out;
// Argentina and Mexico put a 9 or a 1 after the country code, likewise. Landlines
// are left alone.
func canonicalPhone(e164 string) string {
	switch {
	case strings.HasPrefix(e164, "+55") && len(e164) == 13 && e164[5] >= '6':
		return e164[:5] + "9" + e164[5:] // +55 DD NNNNNNNN, and mobiles begin with 6 to 9
	case strings.HasPrefix(e164, "+549") && len(e164) == 14:
		return "+54" + e164[4:]
	case strings.HasPrefix(e164, "+521") && len(e164) == 14:
		return "+52" + e164[4:]
	}
	return e164
}
