// The page that opens other pairs: what is said under "More options" becomes part of the link, at once.
// As text: workspace/more_options.py. The form sends the same fields, so that nothing is lost by a quick press.
(function () {
  "use strict";

  const TICK = "join-"; // and the key of data: a box to tick
  const skip = () => window.dash_clientside.no_update;

  function joined(said, key, ticked) {
    const keys = (said.get("join") || "").split(",").filter((each) => each && each !== key);
    if (ticked) keys.push(key);
    if (keys.length) said.set("join", keys.join(","));
    else said.delete("join");
  }

  const written = (said) => said.toString().replaceAll("%2C", ",");

  window.dash_clientside = Object.assign({}, window.dash_clientside, {
    open: {
      say(values, ids, state) {
        const said = new URLSearchParams((state && state.opening) || "");
        for (const { opening: name, usual } of ids) {
          const value = window.innerview.taken(JSON.stringify({ opening: name, usual }));
          if (value === undefined) continue;
          if (name.startsWith(TICK)) joined(said, name.slice(TICK.length), value);
          else if (value === usual) said.delete(name);
          else said.set(name, value);
        }
        const opening = written(said);
        return opening === ((state && state.opening) || "") ? skip() : { ...state, opening };
      },

      reset(clicks, ids, values, state) {
        if (!clicks.some(Boolean)) return [skip(), values.map(skip)];
        const back = ids.map(({ opening: name, usual }) => (name.startsWith(TICK) ? false : usual));
        return [{ ...state, opening: "" }, back];
      },
    },
  });
})();
