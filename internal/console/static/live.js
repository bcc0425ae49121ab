// A part of a page that asks for itself again and again rests while nobody sees it.
"use strict";

document.addEventListener("htmx:beforeRequest", (event) => {
  if (document.hidden && event.target.matches("[data-live]")) event.preventDefault();
});
