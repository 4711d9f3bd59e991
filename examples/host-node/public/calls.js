// Shows what Contrail's back end asked of Vitrine. A demonstration: no product needs this.

const list = document.querySelector("#calls");

/** Draws the calls of this visit, newest first. */
async function showCalls() {
  const answer = await fetch("/calls");
  if (answer.ok) list.replaceChildren(...(await answer.json()).map(drawn));
}

function drawn({ method, path, body, status, answer }) {
  const item = document.createElement("li");
  const line = element("p", "call");
  line.append(element("span", "method", method), " ", element("code", "path", path), " ", badge(status));
  item.append(line);
  if (body !== undefined) item.append(detail("Asked", body, true));
  if (answer !== undefined) item.append(detail("Answered", answer, status >= 400));
  return item;
}

function detail(title, value, open) {
  const details = element("details", "");
  details.open = open;
  details.append(element("summary", "", title), element("pre", "", JSON.stringify(value, null, 2)));
  return details;
}

function badge(status) {
  return element("span", status < 400 ? "status good" : "status bad", String(status));
}

function element(name, className, text = "") {
  const made = document.createElement(name);
  if (className) made.className = className;
  made.textContent = text;
  return made;
}

document.querySelector("#end-session").addEventListener("click", async () => {
  await fetch("/end-session", { method: "POST" });
  showCalls();
});

document.addEventListener("vitrine-called", showCalls);
showCalls();
