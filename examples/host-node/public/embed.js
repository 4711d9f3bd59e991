// The page's side of embedding: hand the frame a code whenever it asks for one. Copy this file.


const dashboard = document.querySelector("vitrine-dashboard");

dashboard.getCode = async () => {
  const workbook = encodeURIComponent(dashboard.getAttribute("workbook"));
  const answer = await fetch(`/vitrine-code?workbook=${workbook}`, { method: "POST" });
  document.dispatchEvent(new Event("vitrine-called"));
  if (!answer.ok) throw new Error(await answer.text());
  return answer.text();
};

// The SDK is the server's script: without it, the server does not answer.
const notice = document.querySelector("#no-vitrine");
if (notice) notice.hidden = customElements.get("vitrine-dashboard") !== undefined;
