// The menus over the charts of the metrics page: what is chosen there becomes part of the board in the link, at once,
// so that two choices in quick succession both count. The board as text: workspace/charts.py.
(function () {
  "use strict";

  const TOGETHER = "-"; // in place of a column whose groups get a picture each
  const MOST = 12; // charts of a board
  const CHART = /^[^~]+~[^~]+(~[^~]*)?$/;

  const escaped = (name) => name.replace(/[%;~]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);

  // The text of a board after one field of one of its charts got another value.
  function changed(board, { at, chart_field: field }, value) {
    const charts = board.split(";").filter((chart) => CHART.test(chart)).slice(0, MOST);
    if (at >= charts.length) return board;
    const [x, y, by] = charts[at].split("~");
    const chart = { x, y, by, [field]: value === TOGETHER ? "" : escaped(value) };
    charts[at] = [chart.x, chart.y, chart.by].filter(Boolean).join("~");
    return charts.join(";");
  }

  window.dash_clientside = Object.assign({}, window.dash_clientside, {
    metrics: {
      change(values, ids, usual, state) {
        const before = (state && state.charts) || usual[0] || "";
        let board = before;
        for (const id of ids) {
          const value = window.innerview.taken(JSON.stringify({ at: id.at, chart_field: id.chart_field }));
          if (value !== undefined) board = changed(board, id, value);
        }
        return board === before ? window.dash_clientside.no_update : { ...state, charts: board };
      },
    },
  });
})();
