// What a page does with Sigma's events: as tall as its content, and a sentence if there is an error.

const frame = document.querySelector("iframe.sigma");
const origin = new URL(frame.src).origin;

addEventListener("message", (event) => {
  if (event.source !== frame.contentWindow || event.origin !== origin) return;
  if (event.data.type === "workbook:pageheight:onchange") frame.height = event.data.pageHeight;
  if (event.data.type === "workbook:error") console.warn(`${event.data.code}: ${event.data.message}`);
});
