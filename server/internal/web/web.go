// Package web holds what the server's handlers share and a host need not see.
package web

import (
	"encoding/json"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// JSONType is the content type of every JSON answer.
const JSONType = "application/json; charset=utf-8"

// WriteJSON answers with v. What cannot be encoded is a defect and becomes an
// empty 500.
func WriteJSON(w http.ResponseWriter, status int, v any) {
	body, err := json.Marshal(v)
	if err != nil {
		w.WriteHeader(http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", JSONType)
	w.WriteHeader(status)
	_, _ = w.Write(body) // the client left: nobody to tell
}

// ClientIP is the address a request came from. X-Forwarded-For is believed only
// as far as its hops are among proxies; the first that is not is the client. What
// calls from this machine's own loopback and forwards for others is a proxy of the
// operator, named or not: nobody outside can come from there. The zero Addr means
// that the address could not be read.
func ClientIP(r *http.Request, proxies []netip.Prefix) netip.Addr {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		host = r.RemoteAddr
	}
	ip, err := netip.ParseAddr(host)
	if err != nil {
		return netip.Addr{}
	}
	ip = ip.Unmap()
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for _, hop := range slices.Backward(hops) {
		if !among(ip, proxies) && !ip.IsLoopback() {
			return ip
		}
		next, err := netip.ParseAddr(strings.TrimSpace(hop))
		if err != nil {
			return ip
		}
		ip = next.Unmap()
	}
	return ip
}

func among(ip netip.Addr, prefixes []netip.Prefix) bool {
	return slices.ContainsFunc(prefixes, func(p netip.Prefix) bool { return p.Contains(ip) })
}

// Network is an address as limits count it: of IPv6, the part that a subscriber
// is given, since they choose the rest.
func Network(ip netip.Addr) string {
	if p, err := ip.Prefix(64); err == nil && ip.Is6() {
		return p.String()
	}
	return ip.String()
}
