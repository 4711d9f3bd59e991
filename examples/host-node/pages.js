// Contrail's pages: who are you, a workbook in its frame, and one workbook in three frames.

import { doorScripts, hasDoors, threeDoors } from "./doors.js";
import { html } from "./html.js";
import { everybody } from "./people.js";

const DOORS = "Three doors";
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

export function workbookPage({ person, workbook, contrail }) {
  const { vitrine } = contrail;
  return frame({
    title: TITLES[workbook],
    header: menu(person),
    main: html`
      ${heading(contrail, person, workbook)}
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

/** The flights through Vitrine's own door and those of two products that Contrail used before. */
export function doorsPage({ person, contrail }) {
  return frame({
    title: DOORS,
    header: menu(person),
    main: html`${heading(contrail, person, "doors")}${threeDoors(contrail, person)}`,
    scripts: html`
      <script type="module" src="${contrail.vitrine.url}/sdk/v1.js"></script>
      <script type="module" src="/embed.js"></script>
      ${doorScripts(contrail)}`,
  });
}

function menu(person) {
  return html`
    <details class="menu">
      <summary><span class="person">${person.name}</span><span class="role">${person.role}</span></summary>
      <div class="menu-body">
        ${picker(person)}
        <form method="post" action="/sign-out"><button class="quiet">Sign out</button></form>
      </div>
    </details>`;
}

function heading(contrail, person, current) {
  const pages = person.workbooks.map((workbook) => [workbook, TITLES[workbook]]);
  if (hasDoors(contrail) && person.workbooks.includes("flights")) pages.push(["doors", DOORS]);
  const title = current === "doors" ? DOORS : TITLES[current];
  return html`<div class="title"><h1>${title}</h1>${pages.length > 1 ? tabs(pages, current) : ""}</div>`;
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

function tabs(pages, current) {
  const links = pages.map(([path, title]) =>
    path === current
      ? html`<a href="/${path}" aria-current="page">${title}</a>`
      : html`<a href="/${path}">${title}</a>`,
  );
  return html`<nav aria-label="Pages">${links}</nav>`;
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
