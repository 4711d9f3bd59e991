// The page's side of embedding: hand the frame a code whenever it asks for one. Copy this file.

import { showCalls } from "/calls.js";

const dashboard = document.querySelector("vitrine-dashboard");

dashboard.getCode = async () => {
  const workbook = encodeURIComponent(dashboard.getAttribute("workbook"));
  const answer = await fetch(`/vitrine-code?workbook=${workbook}`, { method: "POST" });
  showCalls();
  if (!answer.ok) throw new Error(await answer.text());
  return answer.text();
};

// The SDK is the server's script: without it, the server does not answer.
document.querySelector("#no-vitrine").hidden = customElements.get("vitrine-dashboard") !== undefined;
