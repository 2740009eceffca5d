package apidocs_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gohelpdesk/helpdesk/server/apidocs"
)

func TestPageAndWhatItLoads(t *testing.T) {
	t.Parallel()
	h := apidocs.New("The <API>", "/api/openapi.json")
	get := func(path, encoding string) *httptest.ResponseRecorder {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil)
		r.Header.Set("Accept-Encoding", encoding)
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		return w
	}
	page := get("/", "")
	require.Equal(t, http.StatusOK, page.Code)
	require.Contains(t, page.Body.String(), `data-document="/api/openapi.json"`)
	require.Contains(t, page.Body.String(), "The &lt;API&gt;")
	require.NotContains(t, page.Body.String(), "<script>", "no inline script")
	for _, path := range []string{"/start.js", "/swagger-ui-bundle.js", "/swagger-ui.css", "/favicon-32x32.png"} {
		plain, packed := get(path, ""), get(path, "gzip, br")
		require.Equal(t, http.StatusOK, plain.Code, path)
		require.Empty(t, plain.Header().Get("Content-Encoding"), path)
		require.NotEmpty(t, plain.Body.Bytes(), path)
		require.LessOrEqual(t, packed.Body.Len(), plain.Body.Len(), path)
		require.Contains(t, plain.Header().Get("Content-Security-Policy"), "script-src 'self';", path)
	}
	require.Equal(t, http.StatusNotFound, get("/other", "").Code)
}
