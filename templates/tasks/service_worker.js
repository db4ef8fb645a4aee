// Opens the page of the day when the network does not: a copy that static/tasks.js has kept at the last visit, marked
// as one. Each person's copy has a cache of its own, and a page throws away the others' (static/akig.js).
const PATIENCE = 8000;

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

// Exact for a page, so that ?changed=… finds the day too.
const kept = async (request) => {
  for (const name of await caches.keys()) {
    if (!name.startsWith("day-")) continue;
    const found = await (await caches.open(name)).match(request, { ignoreSearch: request.mode === "navigate" });
    if (found) return found;
  }
};

const marked = async (copy) => {
  const text = await copy.text();
  return new Response(text.replace("<body", "<body data-offline"), { headers: copy.headers });
};

const day = async (request) => {
  const copy = await kept(request);
  if (!copy) return fetch(request);
  const slow = new Promise((resolve) => setTimeout(resolve, PATIENCE));
  try {
    return (await Promise.race([fetch(request), slow])) || marked(copy);
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
