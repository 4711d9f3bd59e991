// What is asked for by the address: `?person=…`, and everything else is an attribute of the element.

const { person, ...attributes } = Object.fromEntries(new URL(location.href).searchParams);
const dashboard = document.createElement("vitrine-dashboard");
const all = { server: "http://127.0.0.1:8080", "client-id": "contrail-web", ...attributes };
for (const [name, value] of Object.entries(all)) dashboard.setAttribute(name, value);
dashboard.getCode = async () => {
  const answer = await fetch(`/vitrine-code?person=${person}`, { method: "POST" });
  if (!answer.ok) throw new Error(await answer.text());
  return answer.text();
};
document.body.append(dashboard);
