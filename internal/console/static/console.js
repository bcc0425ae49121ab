// Conveniences. Everything works without them.
"use strict";

// Times are shown in the reader's zone; UTC stays in the title.
function showTimes(root) {
  const format = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });
  for (const t of root.querySelectorAll("time[datetime]:not([data-local])")) {
    const when = new Date(t.dateTime);
    if (!Number.isNaN(when.valueOf())) {
      t.textContent = format.format(when);
      t.dataset.local = "";
    }
  }
}

showTimes(document);
document.addEventListener("htmx:load", (event) => showTimes(event.detail.elt));

// What is wrong with a form is read first.
document.getElementById("summary")?.focus();

// A menu that is open closes when the reader turns to something else.
document.addEventListener("click", (event) => {
  for (const open of document.querySelectorAll("details.who[open]")) {
    if (!open.contains(event.target)) open.open = false;
  }
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const open of document.querySelectorAll("details.who[open]")) {
    open.open = false;
    open.querySelector("summary").focus();
  }
});

// A form that came into the page is where the reader goes on.
document.addEventListener("htmx:afterSettle", (event) => {
  const field = event.detail.target.querySelector("form.sheet :is(input:not([type=hidden]), select, textarea)");
  if (field && event.detail.target.classList.contains("here")) field.focus();
});
