// Each element is for the person whose name is its id. What they tell is kept, for the test to read.

window.heard = [];
for (const name of ["select", "error", "loaded"]) {
  document.addEventListener(`vitrine-${name}`, ({ type, target, detail }) => {
    window.heard.push({ type, id: target.id, ...detail });
  });
}

for (const element of document.querySelectorAll("vitrine-element")) {
  element.getCode = async () => {
    const answer = await fetch(`/vitrine-code?person=${element.id}`, { method: "POST" });
    if (!answer.ok) throw new Error(await answer.text());
    return answer.text();
  };
}
