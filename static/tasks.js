// The day without a network: the page is kept, taps wait in a queue and are sent in order, each once.
// Without this file, and outside the flag, every tap is a plain form.
"use strict";

// --- the queue: knows no page, so that tests/js can run it
const outcome = async (answer, cookie) => {
  if (answer.redirected || !cookie.includes("csrftoken=")) return { state: "signed-out" };
  if (answer.ok) return { state: "sent", ...(await answer.json()) };
  if (answer.status >= 500 || answer.status === 429) return { state: "wait" };
  if (answer.status === 404) return { state: "dropped" };
  const told = await answer.json().catch(() => ({}));
  return { state: "dropped", why: told.detail };
};
const queueOf = (store, name) => {
  const taps = () => JSON.parse(store.getItem(name) || "[]");
  const keep = (left) => store.setItem(name, JSON.stringify(left));
  const without = (key) => taps().filter((tap) => tap.key !== key);
  // In order, until one has to wait. What becomes of each is told before it leaves the queue.
  const sendAll = async (send, tell) => {
    let moved = false;
    let state;
    for (let tap; (tap = taps()[0]); ) {
      let result;
      try {
        result = await send(tap);
      } catch {
        break;
      }
      state = result.state;
      if (state === "signed-out" || state === "wait") break;
      tell({ state, what: `${tap.title} · ${tap.label}`, why: result.why });
      const rest = without(tap.key);
      for (const other of rest) {
        // It was tapped on the task as this one has left it.
        if (other.task === tap.task && result.version) {
          other.fields = other.fields.map(([field, value]) => [field, field === "version" ? result.version : value]);
        }
      }
      keep(rest);
      moved = true;
    }
    return { moved, state };
  };
  return { taps, add: (tap) => keep([...taps(), tap]), takeBack: (key) => keep(without(key)), sendAll };
};

const day = document.getElementById("day");
const worker = day.dataset.worker; // the address of the day, when it may be kept

if (worker) {
  const person = document.body.dataset.person;
  const named = `taps-${person}`;
  const queue = queueOf(localStorage, named);
  const results = `told-${person}`;
  const stale = "offline" in document.body.dataset;
  const toldBefore = () => JSON.parse(sessionStorage.getItem(results) || "[]");
  const tell = (one) => sessionStorage.setItem(results, JSON.stringify([...toldBefore(), one]));
  const show = (name, shown) => {
    document.querySelector(`[data-${name}]`).hidden = !shown;
  };
  const filled = (name, parts) => {
    const copy = document.querySelector(`template[data-${name}]`).content.cloneNode(true);
    for (const [part, text] of Object.entries(parts)) if (text) copy.querySelector(`[data-${part}]`).textContent = text;
    return copy;
  };

  // --- the copy: as the server sent it, before anything below changes it
  const copy = document.documentElement.cloneNode(true);
  for (const passing of copy.querySelectorAll("[data-passing]")) passing.remove();
  const page = `<!doctype html>\n${copy.outerHTML}`;
  const keep = async () => {
    const cache = await caches.open(`day-${person}`);
    const headers = {
      "Content-Type": "text/html; charset=utf-8",
      Date: new Date().toUTCString(),
      "Content-Security-Policy": "default-src 'self'; img-src 'self' data:",
    };
    await cache.put(worker, new Response(page, { headers }));
    const files = [...document.querySelectorAll("link[href], script[src], use[href]")]
      .map((one) => new URL(one.getAttribute("href") || one.getAttribute("src"), location).href.split("#")[0]);
    const known = (await cache.keys()).map((request) => request.url);
    const wanted = [...new Set(files)];
    // The days of other sites stay: one person may work on two.
    const old = known.filter((address) => !wanted.includes(address) && !address.endsWith("/tasks/today/"));
    for (const address of old) await cache.delete(address);
    await cache.addAll(wanted.filter((address) => !known.includes(address)));
  };
  if (stale) {
    show("stale", true);
    // Only the day itself is kept: its links lead nowhere without a network.
    for (const link of document.querySelectorAll(".task a[href^='/'], .rest a")) link.removeAttribute("href");
  } else if (window.caches) keep();
  if (navigator.serviceWorker) navigator.serviceWorker.register("/service-worker.js", { scope: worker });

  // --- what waits
  const titleOf = (task) => document.querySelector(`#title-${task} a`)?.textContent.trim() || "";
  const mark = () => {
    const taps = queue.taps();
    show("waiting", taps.length > 0);
    document.querySelector("[data-count]").textContent = taps.length;
    for (const old of document.querySelectorAll(".waiting")) old.remove();
    for (const acts of document.querySelectorAll("[data-acts]")) {
      const task = acts.closest("[data-task]").dataset.task;
      const mine = taps.filter((tap) => tap.task === task);
      const last = mine.at(-1);
      // After a start the task can still be done, or put off.
      acts.hidden = last !== undefined && last.verb !== "start";
      for (const form of acts.querySelectorAll("form[data-tap='start']")) form.hidden = mine.length > 0;
      if (!last) continue;
      acts.before(filled("mark", { what: last.label }));
      acts.parentElement.querySelector("[data-take-back]").addEventListener("click", () => {
        queue.takeBack(last.key);
        mark();
      });
    }
  };

  // --- sending
  const send = async (tap) => {
    const body = new URLSearchParams([...tap.fields, ["person", person]]);
    // The cookie of now: the form may have been kept since an earlier session.
    const token = document.cookie.match(/(?:^|; )csrftoken=([^;]+)/)?.[1] || "";
    return fetch(tap.url, { method: "POST", body, headers: { Accept: "application/json", "X-CSRFToken": token } });
  };
  const sendAll = async () => {
    const { moved, state } = await queue.sendAll(async (tap) => outcome(await send(tap), document.cookie), tell);
    if (state) show("signed-out", state === "signed-out");
    if (moved) location.replace(worker);
    else mark();
  };
  const empty = () => {
    if (queue.taps().length === 0) return undefined;
    // Two windows of one person send one after the other.
    return navigator.locks ? navigator.locks.request(named, sendAll) : sendAll();
  };

  // --- a tap
  const busy = new Set();
  document.addEventListener("submit", async (event) => {
    const { target: form, submitter: button } = event;
    if (!form.matches("[data-tap]") || event.defaultPrevented) return;
    event.preventDefault();
    const fields = [...new FormData(form)].filter(([name]) => name !== "csrfmiddlewaretoken");
    // What the button pressed says, which FormData leaves out.
    if (button?.name) fields.push([button.name, button.value]);
    const { key } = Object.fromEntries(fields);
    if (busy.has(key)) return;
    busy.add(key);
    const task = form.dataset.task;
    const label = [form.closest("details")?.querySelector("summary"), button || form.querySelector("button")]
      .filter(Boolean).map((one) => one.textContent.trim()).join(" · ");
    const tap = { key, task, verb: form.dataset.tap, url: form.action, fields, label, title: titleOf(task) };
    let answer;
    try {
      // What waits goes first.
      if (queue.taps().length === 0) answer = await send(tap);
    } catch {
      answer = undefined;
    }
    busy.delete(key);
    // Sent to the page of signing in: what was tapped is kept, and sent by whoever signs in again.
    const signedOut = answer?.redirected === true;
    if (answer === undefined || answer.status >= 500 || signedOut) {
      queue.add(tap);
      for (const open of form.closest("[data-acts]").querySelectorAll("details[open]")) open.open = false;
      delete form.dataset.sent; // taken back, it can be sent again (static/akig.js)
      mark();
      show("signed-out", signedOut);
      if (answer === undefined && navigator.onLine) empty();
    } else if (answer.ok) location.assign((await answer.json()).next);
    else {
      // The server's own page says what is wrong.
      if (button?.name) form.append(Object.assign(document.createElement("input"), { type: "hidden", name: button.name, value: button.value }));
      form.submit();
    }
  });

  addEventListener("online", () => {
    if (stale && queue.taps().length === 0) location.replace(worker);
    else empty();
  });
  document.addEventListener("visibilitychange", () => document.hidden || empty());
  setInterval(empty, 30000);
  addEventListener("pageshow", (event) => event.persisted && location.reload());
  const told = document.querySelector("[data-told]");
  for (const { state, what, why } of stale ? [] : toldBefore()) {
    told.append(filled(state, { what, why }));
  }
  if (!stale) sessionStorage.removeItem(results);
  mark();
  if (!stale) empty();
} else if (navigator.serviceWorker && "off" in day.dataset) {
  // The flag was lowered: what was kept goes.
  navigator.serviceWorker.getRegistrations().then((all) => all.forEach((one) => one.unregister()));
  caches.keys().then((all) => all.filter((name) => name.startsWith("day-")).forEach((name) => caches.delete(name)));
}
