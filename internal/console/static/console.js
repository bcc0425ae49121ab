// Conveniences. Everything works without them.
"use strict";

// The next pages show and ask for times in the browser's zone; without a script they do so in UTC.
document.cookie = "comity-zone=" + new Intl.DateTimeFormat().resolvedOptions().timeZone +
  "; path=/; max-age=31536000; samesite=lax" + (location.protocol === "https:" ? "; secure" : "");

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
