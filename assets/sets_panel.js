/* The groups beside a map: a Dash component (layouts/kit/sets_panel.py). What is clicked is shown at once and told;
   the server's answer replaces it. */
(function () {
  "use strict";
  const innerview = (window.innerview = window.innerview || {});
  const h = (...args) => window.React.createElement(...args);

  const MANY = 12; // groups from which on a list can be searched
  const NARROW = 1000; // pixels of the window below which the panel comes folded
  const NO_VALUE = "?"; // the key of those without a value

  /* [key, name, total, shown, hidden, light, dark] as an object */
  const read = ([key, name, total, shown, hidden, light, dark]) => ({ key, name, total, shown, hidden, light, dark });

  function counted({ total, shown }) {
    const all = innerview.format(total);
    return shown === total ? all : `${innerview.format(shown)} of ${all}`;
  }

  function Row({ group, grouping, reach, press, pick }) {
    const { name, hidden, shown, light, dark } = group;
    const told = `${name}: ${counted(group)} samples${hidden ? ", hidden" : ""}`;
    return h(
      "li",
      { className: `iv-sets-row${hidden ? " iv-sets-hidden" : ""}` },
      h("button",
        { type: "button", className: "iv-sets-name", "aria-pressed": !hidden, tabIndex: reach, onClick: press, "data-key": group.key,
          "aria-label": told, title: `${told}\nClick hides or shows, double click (or Shift) shows only this` },
        light && h("i", { className: "iv-sets-swatch", style: { "--light": light, "--dark": dark } }),
        h("span", { className: group.key === NO_VALUE ? "iv-sets-none" : "" }, name),
        h("small", null, counted(group))),
      h("button",
        { type: "button", className: "iv-sets-ring", tabIndex: reach, disabled: !shown, onClick: pick,
          "aria-label": `Select the ${innerview.format(shown)} shown of ${grouping.title} ${name}`,
          title: `Select the ${innerview.format(shown)} that are shown (Shift adds to the selection, Alt takes away)` },
        h("i"))
    );
  }

  /* Arrows lead from row to row, Left and Right between name and ring: a list is one stop of the Tab key. */
  function walk(event, setAt) {
    const button = event.target.closest("button");
    const steps = { ArrowDown: 1, ArrowUp: -1, Home: -Infinity, End: Infinity };
    if (!button || !(event.key in steps || ["ArrowLeft", "ArrowRight"].includes(event.key))) return;
    event.preventDefault();
    const rows = [...event.currentTarget.children];
    const row = button.closest("li");
    const place = Math.max(0, Math.min(rows.length - 1, rows.indexOf(row) + (steps[event.key] || 0)));
    const isRing = event.key === "ArrowRight" || (event.key !== "ArrowLeft" && button.classList.contains("iv-sets-ring"));
    setAt(place);
    const [name, ring] = rows[place].querySelectorAll("button");
    (isRing && !ring.disabled ? ring : name).focus();
  }

  function Grouping({ grouping, hide, pick, remove }) {
    const { useRef, useState } = window.React;
    const [folded, fold] = useState(false);
    const [search, setSearch] = useState("");
    const [at, setAt] = useState(0);
    const before = useRef([]); // what was hidden before the first click of a double click
    const groups = grouping.groups;
    const gone = groups.filter((group) => group.hidden).map((group) => group.key);

    const press = (key) => (event) => {
      if (event.detail === 2 || event.shiftKey) {
        const others = groups.map((group) => group.key).filter((other) => other !== key);
        const old = event.shiftKey ? gone : before.current;
        const isAlone = !old.includes(key) && others.every((other) => old.includes(other));
        return hide(isAlone ? [] : others);
      }
      before.current = gone;
      return hide(gone.includes(key) ? gone.filter((other) => other !== key) : [...gone, key]);
    };

    const wanted = search.trim().toLowerCase();
    const listed = wanted ? groups.filter((group) => group.name.toLowerCase().includes(wanted)) : groups;
    const reached = Math.min(at, listed.length - 1);
    const found = `${innerview.format(listed.length)} of ${innerview.format(groups.length)}`;
    return h(
      "section",
      { className: "iv-sets-grouping", "data-grouping": grouping.name },
      h("div", { className: "iv-sets-head" },
        h("button", { type: "button", className: "iv-sets-fold", "aria-expanded": !folded, onClick: () => fold(!folded),
          title: folded ? "Unfold" : "Fold" }, h("span", { className: "iv-sets-arrow" }), grouping.title),
        gone.length > 0 && h("button", { type: "button", className: "iv-sets-link", onClick: () => hide([]), title: `Hide nothing of ${grouping.title}` }, "show all"),
        !grouping.fixed && h("button", { type: "button", className: "iv-sets-link", onClick: remove, title: `Take ${grouping.title} off this list; what it hides stays hidden`,
          "aria-label": `Take ${grouping.title} off this list` }, "×")),
      !folded && grouping.waiting && h("div", { className: "iv-sets-waiting", role: "status" }, grouping.waiting),
      !folded && groups.length > MANY && h("div", { className: "iv-sets-find" },
        h("input", { type: "search", value: search, placeholder: "Find", "aria-label": `Find a group of ${grouping.title}`, onChange: (event) => setSearch(event.target.value) }),
        h("small", null, found)),
      !folded && h("ul", { className: "iv-sets-list", "aria-label": grouping.title, onKeyDown: (event) => walk(event, setAt) },
        listed.map((group, place) =>
          h(Row, { key: group.key, group, grouping, reach: place === reached ? 0 : -1, press: press(group.key), pick: pick(group.key) })))
    );
  }

  function SetsPanel(props) {
    const { useEffect, useState } = window.React;
    const [ahead, setAhead] = useState({}); // grouping -> keys that are hidden, until the server says so
    const [folded, fold] = useState(() => window.innerWidth < NARROW);
    useEffect(() => setAhead({}), [props.groupings]);

    const stamp = () => Date.now();
    const groupings = (props.groupings || []).map((grouping) => {
      const keys = ahead[grouping.name];
      const groups = grouping.groups.map(read);
      return { ...grouping, groups: keys ? groups.map((group) => ({ ...group, hidden: keys.includes(group.key) })) : groups };
    });
    const hide = (name) => (keys) => {
      setAhead({ ...ahead, [name]: keys });
      props.setProps({ hide: { name, keys, stamp: stamp() } });
    };
    const pick = (name) => (key) => (event) =>
      props.setProps({ picked: { name, key, mode: event.shiftKey ? "add" : event.altKey ? "remove" : "replace", stamp: stamp() } });
    const others = groupings.filter((grouping) => !grouping.fixed).map((grouping) => grouping.name);
    const list = (names) => props.setProps({ listed: { names, stamp: stamp() } });
    const menu = props.menu || [];
    const { shown, total } = props;
    const key = typeof props.id === "string" ? props.id : JSON.stringify(props.id, Object.keys(props.id).sort());

    return h(
      "div",
      { className: "iv-sets", id: key },
      h("div", { className: "iv-sets-top" },
        h("button", { type: "button", className: "iv-sets-fold", "aria-expanded": !folded, onClick: () => fold(!folded) },
          h("span", { className: "iv-sets-arrow" }), "Groups"),
        total !== null && total !== undefined &&
          h("small", { role: "status" }, shown === total ? `${innerview.format(total)} samples` : `${innerview.format(shown)} of ${innerview.format(total)} shown`)),
      !folded && groupings.map((grouping) =>
        h(Grouping, { key: grouping.name, grouping, hide: hide(grouping.name), pick: pick(grouping.name),
          remove: () => list(others.filter((name) => name !== grouping.name)) })),
      !folded && menu.length > 0 &&
        h("select", { className: "form-select form-select-sm iv-sets-add", "aria-label": "Add a grouping", title: "Group the samples by something else, too", value: "",
          onChange: (event) => event.target.value && list([...others, event.target.value]) },
          h("option", { value: "" }, "Add a grouping …"),
          menu.map(([name, title]) => h("option", { key: name, value: name }, title)))
    );
  }

  innerview.SetsPanel = SetsPanel;
})();
