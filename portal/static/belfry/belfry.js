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

// A form that is saving itself is sent only when the answer with its new version is there; one whose
// person was signed out, when it could be saved again.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("[data-autosave].htmx-request, [data-autosave][data-signed-out]")) return;
  event.preventDefault();
  form.addEventListener("htmx:afterRequest", (answered) => {
    const { successful, xhr } = answered.detail;
    const wouldBeLost = xhr?.status === 401 || ("signedOut" in form.dataset && !successful);
    if (!wouldBeLost) setTimeout(() => form.requestSubmit(event.submitter), 0);
  }, { once: true });
  if (!form.matches(".htmx-request")) htmx.trigger(form, "input");
});

// What could not be saved is said where else the time would stand.
document.body.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.xhr.status === 401) event.detail.shouldSwap = true;
});

document.body.addEventListener("htmx:afterRequest", (event) => {
  const form = event.target.closest("[data-autosave]");
  if (!form) return;
  const isSignedOut = event.detail.xhr?.status === 401;
  if (isSignedOut) form.dataset.signedOut = "";
  if (event.detail.successful) delete form.dataset.signedOut;
  if (event.detail.successful || isSignedOut) return;
  const said = form.querySelector("[data-unsaved]");
  said.textContent = said.dataset.unsaved;
});

// Who signs in again in another window has another key, which this page's forms then need.
const keyOfForms = () => document.cookie.match(/(?:^|; )csrftoken=([^;]+)/)?.[1];

document.body.addEventListener("htmx:configRequest", (event) => {
  const key = keyOfForms();
  if (key && "csrfmiddlewaretoken" in event.detail.parameters) {
    event.detail.parameters.csrfmiddlewaretoken = key;
  }
});

document.addEventListener("submit", (event) => {
  const field = event.target.querySelector("input[name=csrfmiddlewaretoken]");
  const key = keyOfForms();
  if (field && key) field.value = key;
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
