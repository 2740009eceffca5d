package dashboard_test

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gohelpdesk/helpdesk"
)

// Two contacts become one, as the preview says, and two again.
func TestMergeOfContacts(t *testing.T) {
	t.Parallel()
	onStores(t, func(w *world) {
		w.label("vip")
		ada := w.signIn(w.ada.Email)
		base, other := w.contact("Ann", "ann@x.example", ""), w.contact("<i>Annie</i>", "annie@x.example", "+5511987654321")
		_, err := w.admin.Contacts.SetLabels(w.Context(), other.ID, []string{"vip"})
		require.NoError(w, err)
		ada.get(contactPath(base, "/merge")).expect(http.StatusOK, "the same person as Ann")
		ada.get(contactPath(base, "/merge?q=ann")).expect(http.StatusOK, "&lt;i&gt;Annie&lt;/i&gt;", fmt.Sprintf("merge?other=%d", other.ID)).without("<i>Annie", fmt.Sprintf("other=%d\"", base.ID))
		ada.get(contactPath(base, "/merge?q=zzz")).expect(http.StatusOK, "Nobody was found")
		ada.get(contactPath(base, fmt.Sprintf("/merge?other=%d", base.ID))).expect(http.StatusOK, "This is the same contact")
		ada.get(contactPath(base, "/merge?other=99")).expect(http.StatusNotFound)
		ada.get(contactPath(base, fmt.Sprintf("/merge?other=%d", other.ID))).
			expect(http.StatusOK, "<s><bdi>annie@x.example</bdi></s>", "5511987654321", ">added<", "vip", "Swap")
		ada.post(contactPath(base, "/merge"), "other", fmt.Sprint(base.ID)).expect(http.StatusUnprocessableEntity, "must be another contact")
		ada.post(contactPath(base, "/merge"), "other", fmt.Sprint(other.ID)).to(contactPath(base)).
			expect(http.StatusOK, "Merged", "&lt;i&gt;Annie&lt;/i&gt; was merged into this contact", "5511987654321", "vip")
		ada.get(contactPath(other)).to(contactPath(base))

		merges, err := w.admin.Contacts.Merges(w.Context(), base.ID)
		require.NoError(w, err)
		undo := fmt.Sprintf("/merge/%d/undo", merges[0].ID)
		stranger := w.contact("Cy", "cy@x.example", "")
		ada.post(contactPath(stranger, undo)).expect(http.StatusNotFound)
		ada.post(contactPath(base, undo)).to(contactPath(base)).expect(http.StatusOK, "The merge is undone", "and the merge undone").without("5511987654321")
		ada.get(contactPath(other)).expect(http.StatusOK, "annie@x.example", "5511987654321")
		ada.post(contactPath(base, undo)).expect(http.StatusUnprocessableEntity, "undone already")
		got, err := w.admin.Contacts.Get(w.Context(), other.ID)
		require.NoError(w, err)
		require.Equal(w, helpdesk.ContactID(0), got.MergedInto)
	})
}
