/* From columns to looks: which tone, size and turn each point has, and which color each tone is.

   Categories: tone = the category's code. Numbers: tone = the place on the scale, 0..STEPS. The tones
   are made once per column; a change of theme only makes a new palette. */
(function () {
  "use strict";
  const innerview = (window.innerview = window.innerview || {});
  const parts = (innerview.sampleMap = innerview.sampleMap || {});

  const STEPS = 1000;
  const LEVELS = 1024; // heights in the pile of dots

  /* A number's place between low and high, 0..1, NaN where it has none. On a log scale nothing lies below low. */
  function share(value, { low, high, log }) {
    if (log) {
      const least = low > 0 ? low : Math.min(1e-6, high / 1e6);
      if (Number.isNaN(value)) return NaN;
      return value <= least ? 0 : Math.min(1, Math.log(value / least) / Math.log(high / least || Math.E));
    }
    return Math.max(0, Math.min(1, (value - low) / (high - low || 1)));
  }

  /* The number in the middle of the scale. */
  function middle(scale) {
    if (!scale.log) return (scale.low + scale.high) / 2;
    return Math.sqrt((scale.low > 0 ? scale.low : Math.min(1e-6, scale.high / 1e6)) * scale.high);
  }

  /* color: the prop, or null; values: its column.
     -> {tones, counts, missing, least, most}; what is counted are the points in `present` (n),
     those that have a place and match the query. */
  function coloring(color, values, present) {
    const n = present.length;
    const { MISSING } = parts;
    const tones = new Uint16Array(n);
    if (!color) return { tones, counts: [], missing: 0 };
    let missing = 0;
    if (color.kind === "category") {
      const known = color.names.length;
      const counts = new Array(known).fill(0);
      for (let i = 0; i < n; i++) {
        const code = values[i];
        const has = code >= 0 && code < known;
        tones[i] = has ? code % MISSING : MISSING;
        if (!present[i]) continue;
        if (has) counts[code]++;
        else missing++;
      }
      return { tones, counts, missing };
    }
    let least = Infinity, most = -Infinity;
    for (let i = 0; i < n; i++) {
      const value = values[i];
      const place = share(value, color);
      tones[i] = Number.isNaN(place) ? MISSING : Math.round(place * STEPS);
      if (!present[i]) continue;
      if (Number.isNaN(value)) missing++;
      else {
        if (value < least) least = value;
        if (value > most) most = value;
      }
    }
    return { tones, counts: [], missing, least, most };
  }

  /* size: the prop; values: its column -> one byte a point; without a value: the smallest dot. */
  function sizing(size, values, n) {
    const bytes = new Uint8Array(n);
    for (let i = 0; i < n; i++) bytes[i] = Math.round(255 * (share(values[i], size) || 0));
    return bytes;
  }

  /* How far up each dot lies, 0 (at the bottom) to LEVELS - 1. front: "high" or "low" puts that end of the number
     which colors the dots, else of that which sizes them, else of the category's code, on top, and dots without one at the bottom. */
  function levels(front, color, tones, sizes) {
    if (!front) return sizes;
    const numbers = color && color.kind === "number";
    if (!color && !sizes) return null;
    const found = new Uint16Array(tones.length);
    const most = numbers ? STEPS : sizes ? 255 : LEVELS - 2;
    const from = numbers || !sizes ? tones : sizes;
    for (let i = 0; i < found.length; i++) {
      if (from[i] <= most) found[i] = 1 + (front === "low" ? most - from[i] : from[i]);
    }
    return found;
  }

  /* Who is drawn, in which order: never by row, or the class that comes last in the file would cover the
     others; by `level` (n) if there is one, and selected ones over all. -> {order, rest}; from `rest` on they are
     selected. */
  function drawingOrder(shown, selected, levels) {
    const n = shown.length;
    let stride = Math.max(1, Math.floor(n * 0.618));
    while (greatestCommon(stride, n) > 1) stride++;
    const level = (i) => (selected && selected[i] ? LEVELS : 0) + (levels ? levels[i] : 0);
    const starts = new Uint32Array(2 * LEVELS + 1); // a counting sort
    for (let i = 0; i < n; i++) if (shown[i]) starts[level(i) + 1]++;
    for (let k = 1; k <= 2 * LEVELS; k++) starts[k] += starts[k - 1];
    const rest = starts[LEVELS];
    const order = new Uint32Array(starts[2 * LEVELS]);
    for (let k = 0; k < n; k++) {
      const i = (k * stride) % n;
      if (shown[i]) order[starts[level(i)]++] = i;
    }
    return { order, rest };
  }

  function greatestCommon(a, b) {
    return b ? greatestCommon(b, a % b) : a;
  }

  /* "#abc", "#aabbcc" or "rgb(1, 2, 3)" -> [r, g, b] in 0..255 */
  function rgb(css) {
    const text = (css || "").trim();
    if (text[0] === "#") {
      const digits = text.length === 4 ? [...text.slice(1)].map((d) => d + d).join("") : text.slice(1, 7);
      return [0, 2, 4].map((k) => parseInt(digits.slice(k, k + 2), 16) || 0);
    }
    return (text.match(/[\d.]+/g) || [128, 128, 128]).slice(0, 3).map(Number);
  }

  /* A scale may be one list for both themes, or {light: [...], dark: [...]}. */
  function stops(color, theme) {
    return Array.isArray(color.scale) ? color.scale : color.scale[theme];
  }

  /* RGBA bytes of every tone. plain: the color of dots that nothing colors. */
  function palette(color, theme, plain) {
    const { TONES, MISSING } = parts;
    const bytes = new Uint8Array(4 * TONES).fill(255);
    const put = (tone, parts3) => bytes.set(parts3, 4 * tone);
    if (!color) {
      put(0, rgb(plain));
      return bytes;
    }
    put(MISSING, rgb(color.missing || "#9aa0aa"));
    if (color.kind === "category") {
      const known = color.colors.map(rgb);
      for (let tone = 0; tone < Math.min(color.names.length, MISSING); tone++) put(tone, known[tone % known.length]);
      return bytes;
    }
    const known = stops(color, theme).map(rgb);
    for (let tone = 0; tone <= STEPS; tone++) {
      const at = (tone / STEPS) * (known.length - 1);
      const k = Math.min(Math.floor(at), known.length - 2);
      put(tone, known[k].map((value, c) => value + (known[k + 1][c] - value) * (at - k)));
    }
    return bytes;
  }

  Object.assign(parts, { LEVELS, coloring, levels, drawingOrder, sizing, palette, rgb, share, middle, stops });
})();
