// One workbook through three doors, and what Contrail signs for each.

import { html } from "./html.js";
import { claimsFor } from "./people.js";
import { guestClaims, sigmaAddress, sigmaClaims, sign } from "./signing.js";

/** Whether Contrail has what it needs to sign for all three. */
export function hasDoors({ vitrine }) {
  return Boolean(vitrine.metabase && vitrine.sigma);
}

/** The three frames for one person, each beside what was said or signed for it. */
export function threeDoors({ vitrine, origin }, person) {
  const [guest, sigma] = [guestClaims(person), sigmaClaims(person)];
  return html`
    <div class="doors">
      ${door("Vitrine", "Contrail's back end says who is looking, and the page gets a code.", claimsFor(person, "flights", origin), html`
        <vitrine-dashboard server="${vitrine.url}" client-id="${vitrine.clientId}" workbook="flights"></vitrine-dashboard>`)}
      ${door("Metabase guest embed", "A token names the dashboard and locks the carrier. Nobody is known.", guest, html`
        <metabase-dashboard token="${sign(guest, vitrine.metabase.secret)}" with-title="true" with-downloads="true"></metabase-dashboard>`)}
      ${door("Sigma JWT", "A token in the address says who is looking, once.", sigma, html`
        <iframe class="sigma" title="Flights in Sigma's way" src="${sigmaAddress(vitrine, sigma)}"></iframe>`)}
    </div>`;
}

/** What those frames need of the page. */
export function doorScripts({ vitrine }) {
  return html`
    <script src="/metabase-config.js" data-instance="${vitrine.url}"></script>
    <script defer src="${vitrine.url}/app/embed.js"></script>
    <script type="module" src="/sigma.js"></script>`;
}

function door(name, sentence, claims, frame) {
  return html`
    <section class="door" aria-label="${name}">
      <h2>${name}</h2>
      <p class="hint">${sentence}</p>
      <details class="signed"><summary>What Contrail says</summary><pre>${JSON.stringify(claims, null, 2)}</pre></details>
      ${frame}
    </section>`;
}
