// The board of charts of the metrics page: what is chosen in the menus over a chart, and what is added, copied and
// removed, becomes part of the board in the link, at once, so that two choices in quick succession both count.
// The board as text: workspace/charts.py.
(function () {
  "use strict";

  const TOGETHER = "-"; // in place of a column whose groups get a picture each
  const EMPTY = "-"; // a board without charts, which is not the usual one
  const CHART = /^[^~]+~[^~]+(~[^~]*)?$/;
  const skip = () => window.dash_clientside.no_update;

  const escaped = (name) => name.replace(/[%;~]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
  const read = (board, most) => board.split(";").filter((chart) => CHART.test(chart)).slice(0, most);

  // What was changed since the board was drawn that one sees: where each of its charts stands now, null if removed.
  let since = { drawn: null, board: null, places: [] };

  // The board as it is now, and the places on it of the charts that one sees.
  function now(told, state) {
    if (!told) return null;
    const { board: drawn, usual, added, most } = JSON.parse(told);
    const board = (state && state.charts) || usual || "";
    const same = since.drawn === drawn && since.board === board;
    const places = same ? since.places : read(drawn, most).map((_, at) => at);
    return { drawn, added, most, board, charts: read(board, most), places };
  }

  function told({ drawn, board, charts, places }, state) {
    const next = charts.join(";") || EMPTY;
    if (next === board) return skip();
    since = { drawn, board: next, places };
    return { ...state, charts: next };
  }

  // A chart after one of its fields got another value.
  function changed(chart, field, value) {
    const [x, y, by] = chart.split("~");
    const next = { x, y, by, [field]: value === TOGETHER ? "" : escaped(value) };
    return [next.x, next.y, next.by].filter(Boolean).join("~");
  }

  // What to add: a property that is on none of the charts, against the last one's metric.
  function another({ charts, added }) {
    const used = charts.map((chart) => chart.split("~")[0]);
    const [x, y] = (added.find((chart) => !used.includes(chart.split("~")[0])) || added[0] || "").split("~");
    const metrics = charts.map((chart) => chart.split("~")[1]);
    return x && `${x}~${metrics.pop() || y}`;
  }

  const DOES = {
    add(on) {
      const more = another(on);
      if (more) on.charts.push(more);
    },
    copy(on, at) {
      on.charts.splice(at + 1, 0, on.charts[at]);
      on.places = on.places.map((place) => (place > at ? place + 1 : place));
    },
    remove(on, at) {
      on.charts.splice(at, 1);
      on.places = on.places.map((place) => (place === at ? null : place > at ? place - 1 : place));
    },
  };

  // Every press of a button, one after the other: Dash tells of two at once as if they were one.
  const pressed = [];
  document.addEventListener("click", ({ target }) => {
    const button = target.closest("button[id*='\"chart_do\"']");
    if (button && !button.disabled) pressed.push(JSON.parse(button.id));
  }, true);

  window.dash_clientside = Object.assign({}, window.dash_clientside, {
    metrics: {
      change(values, ids, [drawn], state) {
        const on = now(drawn, state);
        for (const { at, chart_field: field } of ids) {
          const value = window.innerview.taken(JSON.stringify({ at, chart_field: field }));
          const place = on && on.places[at];
          if (value !== undefined && on.charts[place]) on.charts[place] = changed(on.charts[place], field, value);
        }
        return on ? told(on, state) : skip();
      },

      press(clicks, ids, [drawn], state) {
        const on = now(drawn, state);
        for (const { at, chart_do: what } of pressed.splice(0)) {
          const place = on && on.places[at], fits = what === "remove" || (on && on.charts.length < on.most);
          if (on && fits && (what === "add" || on.charts[place])) DOES[what](on, place);
        }
        return on ? told(on, state) : skip();
      },
    },
  });
})();
