// What Metabase's documentation asks of a page: where the instance is, and where a new token comes from.

window.metabaseConfig = {
  isGuest: true,
  instanceUrl: document.currentScript.dataset.instance,
  guestEmbedProviderUri: "/guest-token",
};
