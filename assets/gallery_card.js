/* One card of the gallery: the picture, and what is known about the sample. */
(function () {
  "use strict";
  const innerview = (window.innerview = window.innerview || {});
  const parts = (innerview.gallery = innerview.gallery || {});
  const h = (...args) => window.React.createElement(...args);

  const RIGHT = "✓", WRONG = "✗";
  const SHORT = 4; // letters of two class names that fit on one line

  const text = (fact, index) => innerview.factText(fact, index);

  /* Whether the prediction is the label: RIGHT, WRONG, or "" where one of them is missing. */
  function verdict(facts, index) {
    const { label, predicted } = facts;
    if (!label || !predicted || !label.values || !predicted.values) return "";
    const said = predicted.values[index], is = label.values[index];
    return said < 0 || is < 0 ? "" : said === is ? RIGHT : WRONG;
  }

  function sentence(facts, index, mark) {
    const words = facts.list.map((fact) => `${fact.title.toLowerCase()} ${text(fact, index)}`);
    if (mark) words.push(mark === WRONG ? "predicted wrongly" : "predicted rightly");
    return [`sample ${index.toLocaleString("en-US")}`, ...words].join(", ");
  }

  /* How many lines of words a card with these facts has. */
  function lines(facts) {
    return 1 + (facts.label || facts.predicted ? (facts.long ? 2 : 1) : 0) + facts.others.length;
  }

  /* A list of facts, sorted by what they are for. */
  function sorted(list) {
    const named = (name) => list.find((fact) => fact.name === name) || null;
    const [label, predicted, loss] = ["label", "predicted", "loss"].map(named);
    const long = [label, predicted].some((fact) => fact && (fact.names || []).some((name) => name.length > SHORT));
    return { list, label, predicted, loss, long, others: list.filter((fact) => ![label, predicted, loss].includes(fact)) };
  }

  /* The picture from its sheet, with the bars around it that make it square left out. */
  function Picture({ thumb, pictureWidth: width, pictureHeight: height, url, column, row, across, down, pixelated, sharp }) {
    const style = { width, height };
    if (url) {
      style.backgroundImage = `url("${url}")`;
      style.backgroundSize = `${across * thumb}px ${down * thumb}px`;
      style.backgroundPosition = `${-(column * thumb + (thumb - width) / 2)}px ${-(row * thumb + (thumb - height) / 2)}px`;
    }
    return h("div", { className: "iv-card-frame" },
      h("div", { className: `iv-card-picture${pixelated ? " pixels" : ""}${url || sharp ? "" : " iv-card-blank"}`, style },
        sharp && h("img", { src: sharp, alt: "", decoding: "async", width, height, draggable: false })));
  }

  /* Label and prediction: "4 → 9 ✗" on one line, or two where the names are long. */
  function Classes({ facts, index, mark }) {
    const className = mark === WRONG ? "iv-card-missed" : undefined;
    const label = h("span", { key: "label", className: "iv-card-class" }, text(facts.label, index));
    const rest = [
      h("span", { key: "arrow", className: "iv-card-arrow" }, "→"),
      h("span", { key: "predicted", className: "iv-card-class" }, text(facts.predicted, index)),
      h("span", { key: "mark", className: "iv-card-mark" }, mark),
    ];
    if (!facts.long) return h("div", { className }, label, rest);
    return [h("div", { key: "label", className }, label), h("div", { key: "predicted", className }, rest)];
  }

  /* The tags of a sample, each behind its color; an empty line where there are none, for all cards are as high. */
  function Tags({ fact, index }) {
    const codes = fact.values ? innerview.factNames(fact, index) : [];
    return h("div", { className: "iv-card-tags" }, codes.map((code) =>
      h("span", { key: code }, h("i", { style: { backgroundColor: fact.colors[code] } }), fact.bits[code])));
  }

  function Words({ facts, index, mark }) {
    const { label, predicted, loss, others } = facts;
    return h("div", { className: "iv-card-words" },
      h("div", null,
        h("span", { className: "iv-card-index" }, index.toLocaleString("en-US")),
        loss && h("span", { className: "iv-card-loss" }, text(loss, index))),
      (label || predicted) && Classes({ facts, index, mark }),
      others.map((fact) => fact.bits ? h(Tags, { key: fact.name, fact, index }) : h("div", { key: fact.name },
        h("span", { className: "iv-card-title" }, fact.title), h("span", { className: "iv-card-loss" }, text(fact, index)))));
  }

  function Card(props) {
    const { id, at, n, index, left, top, width, height, roomy, facts, editing, marked, active, focused } = props;
    const mark = verdict(facts, index);
    const said = sentence(facts, index, mark);
    const classes = ["iv-card"];
    if (active) classes.push("iv-card-active");
    if (focused) classes.push("iv-card-focus");
    if (marked) classes.push("iv-card-marked");
    const button = editing === "remove"
      ? { text: "×", title: "Take it out of the selection (Delete)", className: "iv-card-remove" }
      : { text: RIGHT, title: marked ? "Take it out of the selection (Space)" : "Select it (Space)", className: "iv-card-choose" };
    return h("div",
      { id, role: "option", className: classes.join(" "), "data-at": at, title: said, "aria-label": said,
        "aria-setsize": n, "aria-posinset": at + 1, "aria-selected": editing === "remove" || marked,
        style: { transform: `translate(${left}px, ${top}px)`, width, height } },
      h(Picture, props),
      !roomy && mark === WRONG && h("span", { className: "iv-card-corner", "aria-hidden": true }, WRONG),
      // The keyboard has Delete and Space; a button inside an option would not be read out.
      h("span", { className: button.className, title: button.title, "data-edit": true, "aria-hidden": true }, button.text),
      roomy && h(Words, { facts, index, mark }));
  }

  let kept = null;
  Object.defineProperty(parts, "Card", { get: () => (kept = kept || window.React.memo(Card)) }); // React comes after the scripts
  Object.assign(parts, { lines, sorted });
})();
