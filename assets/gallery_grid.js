/* Where cards stand on the wall, and which of them are in sight: numbers only. */
(function () {
  "use strict";
  const innerview = (window.innerview = window.innerview || {});
  const parts = (innerview.gallery = innerview.gallery || {});

  const GAP = 8; // pixels between cards
  const PAD = 5; // around the picture in a card
  const ROOMY = 72; // from this edge on a card has room for words
  const NARROWEST = 92; // pixels that the words need
  const SMALLEST = 24; // pixels that the buttons on a card need
  const LINE = 17; // pixels a line of words is high
  const TALLEST = 8e6; // pixels; browsers stop counting somewhere above
  const SPARE = 2; // rows drawn beyond the edges

  /* n cards with pictures of `size` [rows, columns], whose longer edge is `thumb` on the page, on a wall `width`
     wide of which `height` is in sight. */
  function grid({ n, width, height, thumb, size, lines }) {
    const roomy = thumb >= ROOMY;
    const [pictureHeight, pictureWidth] = size.map((edge) => Math.max(1, Math.round((thumb * edge) / Math.max(...size))));
    const cardWidth = Math.max(pictureWidth, roomy ? NARROWEST : SMALLEST) + 2 * PAD + 2;
    const cardHeight = Math.max(pictureHeight, SMALLEST) + 2 * PAD + 2 + (roomy ? lines * LINE + 4 : 0);
    const columns = Math.max(1, Math.floor((width - GAP) / (cardWidth + GAP)));
    const rows = Math.ceil(n / columns);
    const step = cardHeight + GAP;
    const whole = rows * step + GAP;
    // The wall is shown shorter than it is when it is too tall; then the scroll bar moves faster than it says.
    const shown = Math.min(whole, TALLEST);
    const spare = Math.max(width - columns * (cardWidth + GAP) - GAP, 0);
    const margin = GAP + Math.floor(spare / 2);
    const scale = shown > height ? Math.max(whole - height, 0) / (shown - height) : 1;
    return {
      n, columns, rows, step, whole, shown, scale, roomy, cardWidth, cardHeight, pictureWidth, pictureHeight, height,
      perPage: Math.max(1, Math.floor(height / step)),
      left: (at) => margin + (at % columns) * (cardWidth + GAP),
      top: (at) => GAP + Math.floor(at / columns) * step,
    };
  }

  /* The rows of cards in sight at a scroll position: [first, last), as places in the list. */
  function sight(wall, scrolled) {
    const top = scrolled * wall.scale;
    const first = Math.max(0, Math.floor((top - GAP) / wall.step) - SPARE);
    const last = Math.ceil((top + wall.height) / wall.step) + SPARE;
    return [Math.min(first * wall.columns, wall.n), Math.min(last * wall.columns, wall.n)];
  }

  /* The scroll position that brings a place into sight with the least movement. */
  function reach(wall, scrolled, at) {
    const top = wall.top(at) - GAP, bottom = wall.top(at) + wall.step;
    const now = scrolled * wall.scale;
    if (top < now) return top / wall.scale;
    if (bottom > now + wall.height) return (bottom - wall.height) / wall.scale;
    return scrolled;
  }

  /* Where a key leads from a place; null when it leads nowhere. */
  function step(wall, at, key) {
    const page = wall.perPage * wall.columns;
    const moves = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -wall.columns, ArrowDown: wall.columns, PageUp: -page, PageDown: page };
    if (key === "Home") return 0;
    if (key === "End") return wall.n - 1;
    if (!(key in moves)) return null;
    const next = at + moves[key];
    if (key.startsWith("Page")) return Math.max(0, Math.min(wall.n - 1, next));
    if (next >= 0 && next < wall.n) return next;
    // Down from above a row that is not full leads to its last card.
    const isAbove = Math.floor(at / wall.columns) < wall.rows - 1;
    return key === "ArrowDown" && isAbove ? wall.n - 1 : at;
  }

  Object.assign(parts, { grid, sight, reach, step });
})();
