// What the owner of a site adds to it: the two lines that a widget's settings show.
const token = document.currentScript.dataset.token;
window.helpdeskSettings = { type: "expanded_bubble", launcherTitle: "Questions?", showPopoutButton: true, useBrowserLanguage: true };
const script = document.createElement("script");
script.src = "/packs/js/sdk.js";
script.onload = () => window.helpdeskSDK.run({ websiteToken: token, baseUrl: location.origin });
document.head.append(script);

// And what the shop itself does with it.
for (const button of document.querySelectorAll(".ask")) {
  button.addEventListener("click", () => {
    window.$helpdesk?.toggle("open");
    if (button.dataset.bike) window.$helpdesk?.setConversationCustomAttributes({ bicycle: button.dataset.bike });
  });
}
