// The command palette and the help on keys: conveniences, for everything is linked.
"use strict";

(() => {
  const palette = document.getElementById("palette");
  if (!palette) return;
  const text = document.getElementById("palette-text");
  const found = document.getElementById("palette-found");
  const nothing = palette.querySelector("[role=status]");
  const help = document.getElementById("shortcuts");
  let asked = 0;
  let waiting;

  function choose(option) {
    for (const other of found.querySelectorAll("[role=option]")) other.setAttribute("aria-selected", String(other === option));
    if (option) {
      text.setAttribute("aria-activedescendant", option.id);
      option.scrollIntoView({ block: "nearest" });
    } else {
      text.removeAttribute("aria-activedescendant");
    }
  }

  // What the search page has found, as options.
  async function look() {
    const turn = ++asked;
    const answer = await fetch(palette.dataset.search + "?" + new URLSearchParams({ q: text.value }));
    if (!answer.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (turn !== asked) return;
    const options = [...page.querySelectorAll("#found section")].flatMap((section) => {
      const kind = section.querySelector("h2").textContent;
      return [...section.querySelectorAll("li")].map((item) => ({ kind, item }));
    });
    found.replaceChildren(...options.map(({ kind, item }, i) => {
      const option = document.createElement("li");
      option.id = "palette-" + i;
      option.setAttribute("role", "option");
      option.dataset.to = item.querySelector("a").getAttribute("href");
      for (const [name, value] of [["what", item.querySelector("a").textContent], ["note", item.querySelector(".note")?.textContent || kind]]) {
        const span = document.createElement("span");
        span.className = name;
        span.textContent = value;
        option.append(span);
      }
      return option;
    }));
    nothing.hidden = options.length > 0;
    choose(found.firstElementChild);
  }

  function open() {
    if (palette.open || help.open) return;
    text.value = "";
    palette.showModal();
    look();
  }

  const isTyping = (at) => at.closest?.("input, textarea, select, [contenteditable]");

  document.addEventListener("keydown", (event) => {
    const isCommand = (event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === "k";
    const isPlain = !event.ctrlKey && !event.metaKey && !event.altKey && !isTyping(event.target);
    if (isCommand || (isPlain && event.key === "/")) {
      event.preventDefault();
      open();
    } else if (isPlain && event.key === "?" && !palette.open && !help.open) {
      event.preventDefault();
      help.showModal();
    }
  });

  text.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(look, 150);
  });

  text.addEventListener("keydown", (event) => {
    const options = [...found.querySelectorAll("[role=option]")];
    const at = options.findIndex((o) => o.getAttribute("aria-selected") === "true");
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      const step = event.key === "ArrowDown" ? 1 : options.length - 1;
      if (options.length > 0) choose(options[(Math.max(at, 0) + step) % options.length]);
    } else if (event.key === "Enter") {
      event.preventDefault();
      if (at >= 0) location.assign(options[at].dataset.to);
    }
  });

  found.addEventListener("click", (event) => {
    const option = event.target.closest("[role=option]");
    if (option) location.assign(option.dataset.to);
  });

  palette.addEventListener("click", (event) => {
    if (event.target === palette) palette.close();
  });

  document.querySelector("a.find")?.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    open();
  });
})();
