// Opens the page of the day when the network does not: a copy that static/tasks.js has kept at the last visit, marked
// as one. Each person's copy has a cache of its own, and a page throws away the others' (static/akig.js).
"use strict";

const PATIENCE = 8000;
const LONGEST_KEPT = 7 * 24 * 3600 * 1000;

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

// ?changed=… finds the day too.
const asDay = { ignoreSearch: true };
const days = async () =>
  Promise.all((await caches.keys()).filter((name) => name.startsWith("day-")).map((name) => caches.open(name)));

const kept = async (request) => {
  for (const cache of await days()) {
    const page = request.mode === "navigate";
    const found = await cache.match(request, page ? asDay : {});
    // Its files have the date on which they were first kept.
    if (found && !(page && new Date() - new Date(found.headers.get("Date")) > LONGEST_KEPT)) return found;
    if (found) await cache.delete(request, asDay);
  }
};

// Whoever may not see the day any more does not keep it either.
const forget = async (request) => {
  for (const cache of await days()) await cache.delete(request, asDay);
};

const fetched = async (request) => {
  const answer = await fetch(request);
  if (answer.status === 403 || answer.status === 404) await forget(request);
  return answer;
};

const marked = async (copy) => {
  const text = await copy.text();
  return new Response(text.replace("<body", "<body data-offline"), { headers: copy.headers });
};

const day = async (request) => {
  const copy = await kept(request);
  if (!copy) return fetched(request);
  const slow = new Promise((resolve) => setTimeout(resolve, PATIENCE));
  try {
    return (await Promise.race([fetched(request), slow])) || marked(copy);
  } catch {
    return marked(copy);
  }
};

const file = async (request) => {
  try {
    return await fetch(request);
  } catch (error) {
    const copy = await kept(request);
    if (copy) return copy;
    throw error;
  }
};

self.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET") return;
  if (request.mode !== "navigate") event.respondWith(file(request));
  // A colleague's day is not kept.
  else if (!new URL(request.url).searchParams.has("agent")) event.respondWith(day(request));
});
