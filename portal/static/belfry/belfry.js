// Belfry works without JavaScript where it can; what is here only makes it quicker to use.
"use strict";

// Buttons with data-copy="#id" copy that element's text; they stay hidden where that cannot work.
function offerCopying(root) {
  for (const button of root.querySelectorAll("button[data-copy]")) {
    button.hidden = !navigator.clipboard;
  }
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest("button[data-copy]");
  if (!button) return;
  const said = button.querySelector("[data-copy-label]");
  await navigator.clipboard.writeText(document.querySelector(button.dataset.copy).textContent);
  const label = said.textContent;
  said.textContent = button.dataset.copied;
  setTimeout(() => { said.textContent = label; }, 2000);
});

// A summary of errors takes the focus, so that it is read out first.
document.querySelector("[data-focus]")?.focus();

// An open menu of the bar closes by Escape, and when somebody turns to something else.
const openMenus = () => document.querySelectorAll("details.menu[open]");

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of openMenus()) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

for (const turn of ["click", "focusin"]) {
  document.addEventListener(turn, (event) => {
    for (const menu of openMenus()) {
      if (!menu.contains(event.target)) menu.open = false;
    }
  });
}

// A form that is saving itself is sent only when the answer with its new version is there.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("[data-autosave].htmx-request")) return;
  event.preventDefault();
  form.addEventListener("htmx:afterRequest", () => {
    setTimeout(() => form.requestSubmit(event.submitter), 0);
  }, { once: true });
});

document.body.addEventListener("htmx:load", (event) => offerCopying(event.detail.elt));
offerCopying(document);

// A link to the same list in another form keeps to what the list shows now.
document.body.addEventListener("htmx:pushedIntoHistory", () => {
  for (const link of document.querySelectorAll("a[data-follows-address]")) {
    const query = new URLSearchParams(location.search);
    query.delete("page");
    link.href = `?${query}&${link.dataset.followsAddress}`;
  }
});
