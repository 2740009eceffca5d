package web_test

import (
	"net/http/httptest"
	"net/netip"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gohelpdesk/helpdesk/server/internal/web"
)

func TestClientIP(t *testing.T) {
	t.Parallel()
	proxies := []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}
	tests := []struct {
		name, remote string
		forwarded    []string
		want         string
	}{
		{"direct", "203.0.113.1:5000", nil, "203.0.113.1"},
		{"a stranger's claim", "203.0.113.1:5000", []string{"198.51.100.7"}, "203.0.113.1"},
		{"behind a proxy", "10.0.0.1:5000", []string{"198.51.100.7"}, "198.51.100.7"},
		{"behind two", "10.0.0.1:5000", []string{"198.51.100.7, 10.0.0.2"}, "198.51.100.7"},
		{"a claim before the proxy's word", "10.0.0.1:5000", []string{"1.1.1.1, 198.51.100.7"}, "198.51.100.7"},
		{"two headers", "10.0.0.1:5000", []string{"1.1.1.1", "198.51.100.7"}, "198.51.100.7"},
		{"nonsense", "10.0.0.1:5000", []string{"x"}, "10.0.0.1"},
		{"a proxy on this machine", "127.0.0.1:5000", []string{"198.51.100.7"}, "198.51.100.7"},
		{"a claim before its word", "[::1]:5000", []string{"127.0.0.1, 198.51.100.7"}, "198.51.100.7"},
		{"two on this machine", "127.0.0.1:5000", []string{"1.1.1.1, 198.51.100.7, ::1"}, "198.51.100.7"},
		{"this machine itself", "127.0.0.1:5000", nil, "127.0.0.1"},
		{"a stranger's claim to be this machine", "203.0.113.1:5000", []string{"127.0.0.1"}, "203.0.113.1"},
		{"mapped", "[::ffff:203.0.113.1]:5000", nil, "203.0.113.1"},
		{"no port", "203.0.113.1", nil, "203.0.113.1"},
	}
	for _, tt := range tests {
		r := httptest.NewRequestWithContext(t.Context(), "GET", "/", nil)
		r.RemoteAddr = tt.remote
		for _, v := range tt.forwarded {
			r.Header.Add("X-Forwarded-For", v)
		}
		require.Equal(t, tt.want, web.ClientIP(r, proxies).String(), tt.name)
	}
}

func TestLimit(t *testing.T) {
	t.Parallel()
	l := &web.Limit{Max: 2, Per: time.Minute}
	now := time.Date(2026, 3, 14, 15, 0, 0, 0, time.UTC)
	require.True(t, l.Allow("a", now))
	require.True(t, l.Allow("a", now))
	require.False(t, l.Allow("a", now.Add(59*time.Second)))
	require.True(t, l.Allow("b", now))
	require.True(t, l.Allow("a", now.Add(time.Minute)))
}

func TestNetworkIsWhatASubscriberHas(t *testing.T) {
	t.Parallel()
	same := web.Network(netip.MustParseAddr("2001:db8::1"))
	require.Equal(t, same, web.Network(netip.MustParseAddr("2001:db8::ffff:1")))
	require.NotEqual(t, same, web.Network(netip.MustParseAddr("2001:db8:0:1::1")))
	require.NotEqual(t, web.Network(netip.MustParseAddr("203.0.113.1")), web.Network(netip.MustParseAddr("203.0.113.2")))
}
