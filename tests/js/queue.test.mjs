// The queue of taps of static/tasks.js, as the browser gets it, without a browser.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import vm from "node:vm";

// A page on which nothing may be kept: the file defines its queue and does nothing else.
const page = vm.createContext({ document: { getElementById: () => ({ dataset: {} }) }, navigator: {} });
vm.runInContext(readFileSync(new URL("../../static/tasks.js", import.meta.url), "utf8"), page);
const { queueOf, outcome } = vm.runInContext("({ queueOf, outcome })", page);

const storage = () => {
  const kept = new Map();
  return { getItem: (name) => kept.get(name) ?? null, setItem: (name, text) => kept.set(name, text) };
};
const tapOf = (key, task = `task of ${key}`, version = 1) => ({
  key,
  task,
  url: `/GN_KINDIA/tasks/${task}/`,
  title: `Call about ${key}`,
  label: "Done",
  fields: [["key", key], ["version", version]],
});
const plain = (value) => JSON.parse(JSON.stringify(value)); // what the other context made, made here
const keys = (queue) => plain(queue.taps()).map((tap) => tap.key);
const filled = (...taps) => {
  const queue = queueOf(storage(), "taps-7");
  taps.forEach(queue.add);
  return queue;
};
// A server that gives these answers, one after the other; "down" is no answer at all.
const server = (...answers) => {
  const sent = [];
  const send = async (tap) => {
    sent.push(plain(tap));
    const answer = answers.shift() ?? { state: "sent" };
    if (answer === "down") throw new TypeError("Failed to fetch");
    return answer;
  };
  return { sent, send };
};
const told = () => {
  const lines = [];
  return { lines, tell: (line) => lines.push(plain(line)) };
};
const answerOf = (status, body, more = {}) => ({
  status,
  ok: status < 300,
  redirected: false,
  json: async () => JSON.parse(body),
  ...more,
});
const SIGNED_IN = "csrftoken=abc";
const outcomeOf = async (...given) => plain(await outcome(...given));

test("taps are kept in order and survive the page", () => {
  const store = storage();
  ["a", "b", "c"].forEach((key) => queueOf(store, "taps-7").add(tapOf(key)));
  assert.deepEqual(keys(queueOf(store, "taps-7")), ["a", "b", "c"]);
});

test("each is sent once, in order, with its key and to the site on which it was tapped", async () => {
  const dakar = { ...tapOf("b"), url: "/SN_DAKAR/tasks/9/" };
  const queue = filled(tapOf("a"), dakar, tapOf("c"));
  const { sent, send } = server();
  const { lines, tell } = told();
  assert.deepEqual(plain(await queue.sendAll(send, tell)), { moved: true, state: "sent" });
  assert.deepEqual(sent, plain([tapOf("a"), dakar, tapOf("c")]));
  assert.deepEqual(lines.map((line) => line.what), ["a", "b", "c"].map((key) => `Call about ${key} · Done`));
  assert.deepEqual(keys(queue), []);
  await queue.sendAll(send, tell);
  assert.equal(sent.length, 3);
});

test("a tap that the server refuses is told with the reason and taken off, and the rest is sent", async () => {
  const queue = filled(tapOf("a"), tapOf("b"));
  const { sent, send } = server({ state: "dropped", why: "Someone else has done it." });
  const { lines, tell } = told();
  await queue.sendAll(send, tell);
  assert.deepEqual(lines.map(({ state, why }) => [state, why]), [
    ["dropped", "Someone else has done it."],
    ["sent", undefined],
  ]);
  assert.equal(sent.length, 2);
  assert.deepEqual(keys(queue), []);
});

test("what becomes of a tap is told before it leaves the queue, so that a closed window loses nothing", async () => {
  const queue = filled(tapOf("a"));
  let there;
  await queue.sendAll(server().send, () => (there = keys(queue)));
  assert.deepEqual(there, ["a"]);
});

for (const [what, answer, result] of [
  ["no network", "down", { moved: true, state: "sent" }],
  ["a server that cannot now", { state: "wait" }, { moved: true, state: "wait" }],
  ["a session that has ended", { state: "signed-out" }, { moved: true, state: "signed-out" }],
]) {
  test(`${what} keeps this tap and the rest in their order, and nothing after it is sent`, async () => {
    const queue = filled(tapOf("a"), tapOf("b"), tapOf("c"));
    const { sent, send } = server({ state: "sent" }, answer);
    const { lines, tell } = told();
    assert.deepEqual(plain(await queue.sendAll(send, tell)), result);
    assert.deepEqual(sent.map((tap) => tap.key), ["a", "b"]);
    assert.deepEqual(keys(queue), ["b", "c"]);
    assert.equal(lines.length, 1);
  });
}

test("without a network nothing moves and nothing is said of the session", async () => {
  const queue = filled(tapOf("a"));
  assert.deepEqual(plain(await queue.sendAll(server("down").send, assert.fail)), { moved: false });
  assert.deepEqual(keys(queue), ["a"]);
});

test("another person's queue is neither seen nor sent nor lost", async () => {
  const store = storage();
  const [awa, binta] = ["taps-7", "taps-8"].map((name) => queueOf(store, name));
  awa.add(tapOf("a"));
  binta.add(tapOf("b"));
  const { sent, send } = server();
  await binta.sendAll(send, () => {});
  assert.deepEqual(sent.map((tap) => tap.key), ["b"]);
  assert.deepEqual(keys(awa), ["a"]);
});

test("a second tap on a task follows the version that the first one left, one on another task does not", async () => {
  const queue = filled(tapOf("a", "t", 4), tapOf("b", "t", 4), tapOf("c", "other", 4));
  const { sent, send } = server({ state: "sent", version: 5 });
  await queue.sendAll(send, () => {});
  assert.deepEqual(sent.map((tap) => tap.fields[1][1]), [4, 5, 4]);
});

test("a tap taken back is not sent, one made meanwhile is", async () => {
  const queue = filled(tapOf("a"), tapOf("b"));
  queue.takeBack("a");
  const { sent, send } = server();
  await queue.sendAll(async (tap) => {
    if (tap.key === "b") queue.add(tapOf("c"));
    return send(tap);
  }, () => {});
  assert.deepEqual(sent.map((tap) => tap.key), ["b", "c"]);
});

test("an answer means sent, wait, signed out, or dropped with the server's reason", async () => {
  assert.deepEqual(await outcomeOf(answerOf(200, '{"version": 3}'), SIGNED_IN), { state: "sent", version: 3 });
  assert.deepEqual(await outcomeOf(answerOf(409, '{"detail": "Changed."}'), SIGNED_IN), {
    state: "dropped",
    why: "Changed.",
  });
  assert.deepEqual(await outcomeOf(answerOf(403, "<html>"), SIGNED_IN), { state: "dropped" });
  assert.deepEqual(await outcomeOf(answerOf(404, ""), SIGNED_IN), { state: "dropped" });
  for (const status of [429, 500, 503]) {
    assert.deepEqual(await outcomeOf(answerOf(status, ""), SIGNED_IN), { state: "wait" });
  }
  assert.deepEqual(await outcomeOf(answerOf(200, "", { redirected: true }), SIGNED_IN), { state: "signed-out" });
  assert.deepEqual(await outcomeOf(answerOf(403, ""), "sessionid=1"), { state: "signed-out" });
});
