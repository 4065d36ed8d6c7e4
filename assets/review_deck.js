// The samples of the review page as a pile of cards: the one that is looked at, and the next ones behind it, ready.
//
// A key shows the next card at once and leaves the rest to the outbox. Whatever a server says later adds cards and
// says which come next; what is looked at changes only by a key, by an answer to one that asked where to go (back,
// undo), when another list is chosen, or when a verdict was refused and its sample comes back.
(function () {
  "use strict";
  const innerview = (window.innerview = window.innerview || {});

  const QUIET = 1000; // ms after the last answer until the rest of the page follows
  const LEADS = new Set(["undo", "previous", "next"]); // ask the server where to go

  const trees = new Map(); // sample -> what stands on its card
  let view = {}, shown = null, ahead = [], end = [], version = null;
  let out = false; // the last card was judged, and the next is not there yet
  let leading = 0; // how many answers will say where to go
  let moved = true; // a link was followed: the next props say what is looked at
  let quiet = 0, latest = 0; // the version that the rest of the page has
  let seen = null; // the props that were last taken in
  let draw = () => {};

  const unsaved = (index) => innerview.outbox.has(index);
  const isHere = () => Boolean(document.querySelector(".review-deck"));
  const isSame = (other) => JSON.stringify(other) === JSON.stringify(view);
  const tell = (id, props) => window.dash_clientside.set_props(id, props);
  const who = () => (document.getElementById("viewer-name") || { value: "" }).value;

  function line(order) {
    ahead = [...new Set(order)].filter((index) => index !== shown && !unsaved(index) && trees.has(index));
  }

  function forget() {
    const kept = new Set([shown, ...ahead]);
    for (const index of [...trees.keys()]) if (!kept.has(index) && !unsaved(index)) trees.delete(index);
  }

  // The next card; without one, that of before stays until an answer brings some, or says that there are none.
  function advance() {
    const next = ahead.shift();
    out = next === undefined && !innerview.outbox.idle;
    if (!out) shown = next === undefined ? null : next;
  }

  function settle() {
    clearTimeout(quiet);
    quiet = setTimeout(() => {
      if (!innerview.outbox.idle) return; // the last answer comes back here
      if (latest > version) look();
      tell("reviewed", { data: { reviewing: shown === null ? "" : String(shown), version, stamp: Date.now() } });
    }, QUIET);
  }

  function toast(text) {
    tell("message-text", { children: text });
    tell("message", { is_open: true });
  }

  // -- keys ----------------------------------------------------------------------------------

  function say(what, more) {
    if (!isHere()) return;
    if (what !== "undo" && (out || leading || shown === null)) return; // what is to be judged is not in sight yet
    const act = { do: what, index: shown, view, who: who(), ...more };
    if (what === "next" && ahead.length) {
      advance();
      innerview.outbox.add({ ...act, do: "look", index: shown });
    } else {
      if (LEADS.has(what)) leading += 1;
      innerview.outbox.add(act);
      if (!LEADS.has(what)) advance();
    }
    draw();
    settle();
  }

  // -- answers -------------------------------------------------------------------------------

  function add(given) {
    for (const [index, tree] of Object.entries(given.cards)) trees.set(Number(index), tree);
    [end, version] = [given.end, given.version];
  }

  function take(act, answer) {
    const leads = LEADS.has(act.do);
    if (answer.said) tell("tags-said", { children: answer.said });
    if (answer.message) {
      toast(answer.message);
      version = latest; // not asked for again until something changes
    }
    if (!isSame(act.view)) return settle(); // another list was chosen meanwhile
    if (leads) leading = Math.max(0, leading - 1);
    if (answer.order) {
      add(answer);
      const [first = null] = answer.order;
      if (answer.go && !leading && (first === null || trees.has(first))) [shown, out] = [first, false];
      const place = answer.order.indexOf(shown); // who has gone on meanwhile has left the first ones behind
      if (out || shown === null) {
        line(answer.order);
        advance();
      } else if (place >= 0) line(answer.order.slice(place));
      forget();
    }
    draw();
    settle();
  }

  // What was not done: its samples come back, the first of them is looked at again.
  function back(acts, why) {
    const mine = acts.filter((act) => isSame(act.view));
    leading = Math.max(0, leading - mine.filter((act) => LEADS.has(act.do)).length);
    const verdicts = acts.filter((act) => !LEADS.has(act.do) && act.do !== "look");
    const again = verdicts.filter((act) => isSame(act.view) && trees.has(act.index) && isHere());
    const others = verdicts.filter((act) => !again.includes(act)).map((act) => act.index);
    if (again.length) {
      const rest = shown === null || out ? ahead : [shown, ...ahead];
      shown = again[0].index;
      line([...again.map((act) => act.index), ...rest]);
    }
    out = false;
    if (why && acts[0].do === "look") version = latest; // as it was not given, it is not asked for again at once
    const more = again.length > 1 ? ` ${again.length} samples are open again.` : "";
    if (why) toast(why + more + (others.length ? ` It was about sample ${others.join(", ")}.` : ""));
    draw();
    settle();
  }

  // What to send along with a thing to do: the sample in sight, and the cards that need not come again.
  function wants(act) {
    const isGone = out || shown === null;
    return { at: isGone ? null : shown, have: act.do === "look" ? [] : ahead };
  }

  function look() {
    if (isHere() && !innerview.outbox.looks()) innerview.outbox.add({ do: "look", index: shown, view, who: who() });
  }

  // -- the component -------------------------------------------------------------------------

  // Another list, or a link, says what is looked at; else what is new of the same list is asked for.
  function adopt(props) {
    if (props.cards === seen) return;
    seen = props.cards;
    const other = moved || !isSame(props.view);
    moved = false;
    if (!other) return look();
    [view, out, leading] = [props.view, false, 0];
    trees.clear();
    add(props);
    shown = null;
    line(props.order);
    advance();
    draw();
  }

  innerview.Deck = function Deck(props) {
    const [, redraw] = React.useReducer((n) => n + 1, 0);
    React.useLayoutEffect(() => {
      draw = redraw;
      return () => { [draw, seen] = [() => {}, null]; };
    }, []);
    React.useLayoutEffect(() => adopt(props), [props.cards]);
    const body = (tree) => React.createElement(innerview.Markup, { id: props.id, setProps: props.setProps, tree });
    const card = (index) => React.createElement("div", {
      key: index,
      className: index !== shown ? "review-next" : out ? "review-sample out" : "review-sample",
      hidden: index !== shown,
      "data-index": index,
    }, body(trees.get(index)));
    const cards = shown === null ? body(end) : [shown, ...ahead].map(card);
    return React.createElement("div", { className: "review-deck" }, cards);
  };

  window.dash_clientside = Object.assign({}, window.dash_clientside, {
    review: {
      moved() { moved = true; },

      heard(now) {
        latest = now;
        if (version !== null && now !== version && innerview.outbox.idle) look();
      },

      // What others of the page depend on, once after several keys: the address, and all that follows the version.
      settled(said, state, now) {
        const skip = window.dash_clientside.no_update;
        const same = (state || {}).reviewing === said.reviewing;
        return [same ? skip : { ...state, reviewing: said.reviewing }, said.version > now ? said.version : skip];
      },
    },
  });

  innerview.deck = { say, take, back, wants, get shown() { return shown; } };
})();
