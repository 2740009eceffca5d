package chatwoot_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
)

// A client of Chatwoot that writes back one row a day wipes nothing it does not
// know of, unless it sets the day.
func TestWorkingHoursOfOldClients(t *testing.T) {
	t.Parallel()
	onStores(t, "", func(t *testing.T, w *world) {
		id := fmt.Sprint(w.call("POST", "/inboxes", `{"name":"Shop","channel":{"type":"api"}}`).at("id"))
		for _, path := range []string{
			"/inboxes/" + id,
			"/teams/" + fmt.Sprint(w.call("POST", "/teams", `{"name":"night"}`).at("id")),
			"/agents/" + fmt.Sprint(w.call("GET", "/agents", nil).at("0.id")),
		} {
			monday := func(name string) any {
				for _, row := range w.call("PATCH", path, `{"timezone":"Europe/Berlin"}`).at("working_hours").([]any) {
					if row := row.(map[string]any); row["day_of_week"] == json.Number("1") || row["day_of_week"] == 1.0 {
						return row[name]
					}
				}
				return nil
			}
			parts := func() int { return len(monday("intervals").([]any)) }
			split := `{"working_hours":[{"day_of_week":1,"intervals":[{"open_hour":9,"open_minutes":0,"close_hour":12,"close_minutes":0},{"open_hour":13,"open_minutes":30,"close_hour":18,"close_minutes":0}]}],"holidays":[{"date":"2026-12-25"}]}`
			require.Equal(t, 200, w.call("PATCH", path, split).status)
			require.Equal(t, 2, parts(), path)
			require.EqualValues(t, "12", fmt.Sprint(monday("close_hour")), "the row is its first interval")

			var all []map[string]any // as a client of Chatwoot writes it back
			raw, err := json.Marshal(w.call("PATCH", path, `{"timezone":"Europe/Berlin"}`).at("working_hours"))
			require.NoError(t, err)
			require.NoError(t, json.Unmarshal(raw, &all))
			for _, row := range all {
				delete(row, "intervals")
				if row["day_of_week"] == 2.0 {
					row["open_hour"] = 8
				}
			}
			back, err := json.Marshal(map[string]any{"working_hours": all, "working_hours_enabled": true})
			require.NoError(t, err)
			require.Equal(t, 200, w.call("PATCH", path, string(back)).status)
			require.Equal(t, 2, parts(), path)
			require.NotEmpty(t, w.call("PATCH", path, `{"timezone":"Europe/Berlin"}`).at("holidays"))

			require.Equal(t, 200, w.call("PATCH", path, `{"working_hours":[{"day_of_week":1,"open_hour":10,"open_minutes":0,"close_hour":12,"close_minutes":0}]}`).status)
			require.Equal(t, 1, parts(), "it set the day")
			require.Equal(t, 200, w.call("PATCH", path, `{"holidays":[]}`).status)
			require.Empty(t, w.call("PATCH", path, `{"timezone":"Europe/Berlin"}`).at("holidays"))

			wrong := w.send(request{method: "PATCH", path: w.path(path), token: w.token, json: `{"timezone":"Mars/Phobos","working_hours":[{"day_of_week":1,"intervals":[{"open_hour":9,"open_minutes":75,"close_hour":12,"close_minutes":0}]}],"holidays":[{"date":"soon"}]}`})
			require.Equal(t, 422, wrong.status)
			for _, field := range []string{"timezone", "working_hours", "holidays"} {
				require.Contains(t, wrong.body, field)
			}
		}
	})
}
