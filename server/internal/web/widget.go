package web

import "fmt"

// WidgetScript is what a site's owner pastes into their pages: base is where the
// server is reached, token the widget's.
func WidgetScript(base, token string) string {
	return fmt.Sprintf(`<script>
  (function(d,t) {
    var BASE_URL=%q;
    var g=d.createElement(t),s=d.getElementsByTagName(t)[0];
    g.src=BASE_URL+"/packs/js/sdk.js";
    g.async=true;
    s.parentNode.insertBefore(g,s);
    g.onload=function(){
      window.chatwootSDK.run({websiteToken: %q, baseUrl: BASE_URL})
    }
  })(document,"script");
</script>
`, base, token)
}
