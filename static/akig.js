// What HTML cannot do by itself. Every page works without this file.
"use strict";

document.documentElement.classList.add("js");

// A selector with a small OK button: chosen with the pointer it is sent at once. The keyboard passes
// over every option on its way, so there the button stays.
for (const form of document.querySelectorAll("form[data-autosubmit]")) {
  const select = form.querySelector("select");
  select.addEventListener("keydown", () => form.classList.add("by-keyboard"));
  select.addEventListener("pointerdown", () => form.classList.remove("by-keyboard"));
  select.addEventListener("change", () => {
    if (!form.classList.contains("by-keyboard")) form.requestSubmit();
  });
}

// A menu made of <details> closes when one clicks elsewhere or presses Escape.
const closeMenus = (except) => {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (menu !== except) menu.open = false;
  }
};
document.addEventListener("click", (event) => closeMenus(event.target.closest("details.menu")));
document.addEventListener("keydown", (event) => {
  const menu = event.key === "Escape" && document.querySelector("details.menu[open]");
  if (menu) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

// "/" goes to the search box: the page's own, the header's, or on a phone, where there is none, to the search page.
document.addEventListener("keydown", (event) => {
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest("input, select, textarea, [contenteditable]")) return;
  const box = document.querySelector("main [type=search]") || document.querySelector(".find input");
  if (!box) return;
  event.preventDefault();
  if (box.checkVisibility()) {
    box.focus();
    box.select();
  } else document.querySelector(".find a").click();
});

// A second click on the button of a form that is on its way must not send it twice.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (Date.now() - (form.dataset.sent || 0) < 4000) event.preventDefault();
  else form.dataset.sent = Date.now();
});

// What only a script can do stays hidden without one: .js-only in the stylesheet.
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-print]")) print();
});

// A day kept for when there is no network (static/tasks.js) is for the person signed in alone: any other page, and
// signing out, throws away what is another's. An error page that does not know who is there throws away nothing.
const forgetDays = async (person) => {
  for (const name of await caches.keys()) {
    if (name.startsWith("day-") && name !== `day-${person}`) await caches.delete(name);
  }
};
if (window.caches && "person" in document.body.dataset) {
  forgetDays(document.body.dataset.person);
  document.addEventListener("submit", (event) => {
    if (event.target.matches("form[action$='/accounts/logout/']")) forgetDays("");
  });
}
