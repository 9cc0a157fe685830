"use strict";
(() => {
  const form = document.getElementById("filters");
  const rows = [...document.querySelectorAll("#table tbody tr")];
  const shown = document.getElementById("shown");
  const none = document.getElementById("none");
  const search = document.getElementById("search");
  const chosen = ["verdict", "grade", "document"].map((name) => [name, document.getElementById(name)]);

  const filter = () => {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    let count = 0;
    for (const row of rows) {
      const keep =
        words.every((word) => row.dataset.search.includes(word)) &&
        chosen.every(([name, select]) => !select.value || row.dataset[name] === select.value);
      row.hidden = !keep;
      // What a row leads to is shown with it.
      const section = document.getElementById(row.querySelector("a").hash.slice(1));
      if (section) section.hidden = !keep;
      count += keep;
    }
    shown.textContent = `${count} of ${rows.length} claims`;
    none.hidden = count > 0;
  };

  // A link leads to what a filter has hidden, and into what is folded.
  const reveal = () => {
    let target = null;
    try {
      target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    } catch {
      return;
    }
    if (!target) return;
    if (target.closest("[hidden]")) {
      form.reset();
      filter();
    }
    for (let part = target; part; part = part.parentElement) {
      if (part.tagName === "DETAILS") part.open = true;
    }
    target.scrollIntoView();
  };

  for (const pre of document.querySelectorAll(".snippet pre")) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = "Copy";
    button.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(pre.textContent);
        button.textContent = "Copied";
      } catch {
        getSelection().selectAllChildren(pre);
        button.textContent = "Selected";
      }
      setTimeout(() => { button.textContent = "Copy"; }, 1500);
    });
    pre.after(button);
  }

  // Other readings are printed, though they are folded on the screen; steps only where unfolded.
  let opened = [];
  addEventListener("beforeprint", () => {
    opened = [...document.querySelectorAll("section.claim details.reading:not([open])")];
    for (const part of opened) part.open = true;
  });
  addEventListener("afterprint", () => {
    for (const part of opened) part.open = false;
  });

  form.hidden = false;
  form.addEventListener("input", filter);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(filter));
  addEventListener("hashchange", reveal);
  filter();
  reveal();
})();
