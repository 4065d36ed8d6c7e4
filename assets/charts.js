// Charts as files: the buttons under every chart (layouts/kit/figures.py).
//
// On a page the theme colors a chart's text by CSS, which a file does not have. So the figure is drawn once more
// as it was written, for a light page, on white: the file looks the same whatever the theme is.
(function () {
  "use strict";
  const innerview = (window.innerview = window.innerview || {});

  const WHITE = "#ffffff";
  const FINE = 2; // pixels of a PNG for one on the page

  function blobOf(address) {
    const comma = address.indexOf(",");
    const [type, coding] = address.slice("data:".length, comma).split(";");
    const body = address.slice(comma + 1);
    if (coding !== "base64") return new Blob([decodeURIComponent(body)], { type });
    return new Blob([Uint8Array.from(atob(body), (letter) => letter.charCodeAt(0))], { type });
  }

  async function save(button) {
    const { chart, kind } = button.dataset;
    const plot = button.closest(".graph").querySelector(".js-plotly-plot");
    if (!plot || !window.Plotly) return;
    const { clientWidth: width, clientHeight: height } = plot;
    const layout = { ...plot.layout, width, height, autosize: false, paper_bgcolor: WHITE, plot_bgcolor: WHITE };
    button.disabled = true;
    try {
      const scale = kind === "png" ? FINE : 1;
      const address = await window.Plotly.toImage({ data: plot.data, layout }, { format: kind, width, height, scale });
      innerview.download(blobOf(address), `innerview-${chart}.${kind}`);
    } finally {
      button.disabled = false;
    }
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest("button[data-chart]");
    if (button) save(button);
  });
})();
