// What was said on the review page, on its way to the server: one thing at a time, in the order of the keys.
//
// Each has a name of its own, so that what is sent twice is done once. Only one is under way, so no older answer can
// come after a newer one. Who leaves the page at once has the rest sent behind him.
(function () {
  "use strict";
  const innerview = (window.innerview = window.innerview || {});

  const PATIENCE = 15000; // ms
  const GONE = "The server does not answer and may not have saved this: do it again, it counts once.";
  const VERDICTS = new Set(["keep", "relabel", "drop", "unsure", "accept"]);
  const us = Date.now().toString(36) + Math.random().toString(36).slice(2);
  const queue = [];
  const unsure = new Map(); // subject -> the act that a server got, or did not get, before it went away
  let flying = null;
  let number = 0;

  const isVerdict = (act) => VERDICTS.has(act.do);
  const subject = (act) => (isVerdict(act) ? act.index : act.do);
  const all = () => (flying ? [flying, ...queue] : [...queue]);

  function add(act) {
    const before = unsure.get(subject(act));
    const same = before && before.do === act.do && before.new === act.new;
    if (isVerdict(act)) unsure.delete("undo"); // the next step back is for this one
    else if (act.do === "undo") unsure.clear(); // whatever is said after it is said anew
    queue.push({ ...act, id: same ? before.id : `${us}-${++number}` });
    queueMicrotask(send); // the next card is shown first: what goes along says which it is
  }

  const request = (acts) => ({
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ acts, ...innerview.deck.wants(acts[0]) }),
  });

  async function send() {
    if (flying || !queue.length) return;
    const act = (flying = queue.shift());
    let answer = null, why = "", gone = false;
    try {
      const response = await fetch("reviewed", { ...request([act]), signal: AbortSignal.timeout(PATIENCE) });
      if (response.ok) answer = await response.json();
      else why = (await response.text()).trim().slice(0, 300) || `The server answered ${response.status}.`;
    } catch {
      gone = true;
    }
    flying = null;
    if (answer) why = answer.refused || "";
    if (gone) {
      const lost = [act, ...queue.splice(0)];
      for (const each of lost) unsure.set(subject(each), each);
      innerview.deck.back(lost, lost.some((each) => each.do !== "look") ? GONE : "");
    } else if (why) {
      const undo = undoOf();
      innerview.deck.back([act, ...(undo && isVerdict(act) ? queue.splice(queue.indexOf(undo), 1) : [])], why);
    } else {
      unsure.delete(subject(act));
      innerview.deck.take(act, answer);
    }
    send();
  }

  // The step back that was meant for the verdict before the queue: not for those in it.
  function undoOf() {
    let open = 0;
    for (const act of queue) {
      if (isVerdict(act)) open += 1;
      else if (act.do === "undo" && open-- === 0) return act;
    }
    return null;
  }

  window.addEventListener("pagehide", () => {
    const rest = all().filter((act) => act.do !== "look");
    if (rest.length) fetch("reviewed", { ...request(rest), keepalive: true }).catch(() => {});
  });

  innerview.outbox = {
    add,
    get idle() { return !flying && !queue.length; },
    has: (index) => all().some((act) => isVerdict(act) && act.index === index),
    looks: () => all().some((act) => act.do === "look"),
  };
})();
