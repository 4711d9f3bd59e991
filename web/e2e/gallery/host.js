// The page of a host: hands the frame a code whenever it asks for one, and keeps what it is told.

window.heard = [];
for (const name of ["ready", "loaded", "error", "filters", "navigate", "select", "expired"]) {
  document.addEventListener(`vitrine-${name}`, ({ detail }) => window.heard.push({ type: name, ...detail }));
}

const dashboard = document.querySelector("vitrine-dashboard, vitrine-element");
dashboard.getCode = async () => {
  const answer = await fetch(`${location.pathname}/code`, { method: "POST" });
  if (!answer.ok) throw new Error(await answer.text());
  return answer.text();
};
