const [person, airport, toggle, output] = ["person", "airport", "toggle", "event"].map((id) =>
  document.getElementById(id),
);
const dashboard = document.querySelector("vitrine-dashboard");

dashboard.getCode = async () => {
  const answer = await fetch(`/vitrine-code?person=${person.value}`, { method: "POST" });
  if (!answer.ok) throw new Error(await answer.text());
  return answer.text();
};

function filter() {
  dashboard.filters({ origin: airport.value ? [airport.value] : [] });
}

airport.addEventListener("change", filter);

// Another person gets another frame, with nothing of the old one, filters neither.
person.addEventListener("change", () => {
  dashboard.reload();
  filter();
});

toggle.addEventListener("click", () => {
  if (dashboard.isConnected) dashboard.remove();
  else document.body.append(dashboard);
  toggle.textContent = dashboard.isConnected ? "Close" : "Open";
  filter();
});

for (const event of ["vitrine-filters", "vitrine-select", "vitrine-error"]) {
  dashboard.addEventListener(event, ({ type, detail }) => {
    output.textContent = `${type} ${JSON.stringify(detail)}`;
  });
}
