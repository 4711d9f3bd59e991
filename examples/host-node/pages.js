// Contrail's two pages: who are you, and a workbook in its frame.

import { html } from "./html.js";
import { everybody } from "./people.js";

const TITLES = { flights: "Flights", accounts: "Accounts", sales: "Regional sales" };

export function signInPage() {
  return frame({
    title: "Sign in",
    header: html``,
    main: html`
      <section class="sign-in">
        <h1>Who is working today?</h1>
        <p>Contrail is made up, and so is everybody here. Pick a person; the dashboards show what that person may see.</p>
        ${picker()}
      </section>`,
  });
}

export function workbookPage({ person, workbook, vitrine }) {
  return frame({
    title: TITLES[workbook],
    header: html`
      <details class="menu">
        <summary><span class="person">${person.name}</span><span class="role">${person.role}</span></summary>
        <div class="menu-body">
          ${picker(person)}
          <form method="post" action="/sign-out"><button class="quiet">Sign out</button></form>
        </div>
      </details>`,
    main: html`
      <div class="title">
        <h1>${TITLES[workbook]}</h1>
        ${person.workbooks.length > 1 ? tabs(person.workbooks, workbook) : ""}
      </div>
      <div class="columns">
        <section class="dashboard" aria-label="Dashboard">
          <vitrine-dashboard server="${vitrine.url}" client-id="${vitrine.clientId}" workbook="${workbook}"></vitrine-dashboard>
          <p id="no-vitrine" class="notice" hidden>The dashboards do not answer at the moment. Is Vitrine running at ${vitrine.url}?</p>
        </section>
        <aside class="calls" aria-labelledby="calls-title">
          <div class="calls-head">
            <h2 id="calls-title">What Contrail asked of Vitrine</h2>
            <button id="end-session" class="quiet" type="button">End session</button>
          </div>
          <p class="hint">From its back end, with its own secret. The browser only ever gets the code.</p>
          <ol id="calls" aria-live="polite"></ol>
        </aside>
      </div>`,
    scripts: html`
      <script type="module" src="${vitrine.url}/sdk/v1.js"></script>
      <script type="module" src="/embed.js"></script>
      <script type="module" src="/calls.js"></script>`,
  });
}

export function messagePage(title, sentence) {
  return frame({
    title,
    header: html``,
    main: html`<section class="sign-in"><h1>${title}</h1><p>${sentence}</p><p><a href="/">Back to Contrail</a></p></section>`,
  });
}

function picker(current) {
  const groups = Object.entries(TITLES).map(([workbook, title]) => {
    const people = everybody().filter((person) => person.workbooks[0] === workbook);
    return html`<fieldset><legend>${title}</legend>${people.map((person) => choice(person, current))}</fieldset>`;
  });
  return html`<form class="picker" method="post" action="/sign-in" aria-label="People">${groups}</form>`;
}

function choice(person, current) {
  const pressed = person.handle === current?.handle ? "true" : "false";
  return html`<button name="person" value="${person.handle}" aria-pressed="${pressed}">
    <span class="person">${person.name}</span><span class="role">${person.role}</span>
  </button>`;
}

function tabs(workbooks, current) {
  const links = workbooks.map((workbook) =>
    workbook === current
      ? html`<a href="/${workbook}" aria-current="page">${TITLES[workbook]}</a>`
      : html`<a href="/${workbook}">${TITLES[workbook]}</a>`,
  );
  return html`<nav aria-label="Workbooks">${links}</nav>`;
}

function frame({ title, header, main, scripts = html`` }) {
  return html`<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <title>${title} · Contrail</title>
    <link rel="stylesheet" href="/contrail.css">
    <link rel="icon" href="/contrail.svg" type="image/svg+xml">
    ${scripts}
  </head>
  <body>
    <header><a class="brand" href="/"><img src="/contrail.svg" alt="" width="28" height="28">Contrail</a>${header}</header>
    <main>${main}</main>
  </body>
</html>
`.toString();
}
