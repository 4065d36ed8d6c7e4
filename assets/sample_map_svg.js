/* What a sample map's stage shows, as a drawing for print: dots as circles, pictures inside it, the legend below. */
(function () {
  "use strict";
  const innerview = (window.innerview = window.innerview || {});
  const parts = (innerview.sampleMap = innerview.sampleMap || {});

  const LINE = 20, CHIP = 11; // pixels
  const GRADIENT = 220; // pixels a scale is wide
  const FADED = 0.2; // of what is not selected, where something is
  const NEAR = 16; // pixels beyond the stage from which a dot may still reach into it

  const short = (value) => Math.round(value * 10) / 10;
  // A width that no letter exceeds: a file cannot measure its text.
  const wide = (text) => 7.2 * String(text).length;

  function saveDrawing(scene) {
    if (!scene.shown) return;
    innerview.download(new Blob([drawing(scene)], { type: "image/svg+xml" }), `${parts.fileName(scene)}.svg`);
  }

  function drawing(scene) {
    const { width, height } = scene.camera;
    const { page, text } = scene.theme.colors;
    const below = legend(scene, height + LINE);
    const whole = short(below.end + 8);
    return [
      `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${whole}" viewBox="0 0 ${width} ${whole}"`,
      ` font-family="system-ui, sans-serif" font-size="12" fill="${innerview.escaped(text)}">`,
      `<title>${innerview.escaped((scene.props.positions || {}).name || "samples")}</title>`,
      `<rect width="${width}" height="${whole}" fill="${innerview.escaped(page)}"/>`,
      `<clipPath id="stage"><rect width="${width}" height="${height}"/></clipPath><g clip-path="url(#stage)">`,
      parts.axesAsText(scene),
      dots(scene),
      ...scene.overlay.placed.map((one) => picture(scene, one)),
      ring(scene),
      "</g>",
      below.text,
      "</svg>",
    ].join("");
  }

  /* Circles in the order in which they are drawn; runs of one color share a group. Without an order that means
     something, all of a color do. */
  function dots(scene) {
    const { order, rest } = parts.drawingOrder(scene.shown, scene.selected, scene.levels);
    const covered = new Set(scene.overlay.placed.map((one) => one.index));
    const { width, height } = scene.camera;
    const pass = (from, to, opacity) => {
      const groups = [];
      const known = new Map();
      for (let k = from; k < to; k++) {
        const index = order[k];
        const [x, y] = scene.place(index);
        if (x < -NEAR || y < -NEAR || x > width + NEAR || y > height + NEAR || covered.has(index)) continue;
        const tone = scene.coloring.tones[index];
        let group = scene.levels ? groups[groups.length - 1] : known.get(tone);
        if (!group || group.tone !== tone) {
          groups.push((group = { tone, color: scene.cssColor(index), circles: [] }));
          known.set(tone, group);
        }
        group.circles.push(`<circle cx="${short(x)}" cy="${short(y)}" r="${short(scene.dotRadius(index))}"/>`);
      }
      const drawn = groups.map((group) => `<g fill="${group.color}">${group.circles.join("")}</g>`).join("");
      return drawn && `<g opacity="${opacity}">${drawn}</g>`;
    };
    return pass(0, rest, rest < order.length ? FADED : 1) + pass(rest, order.length, 1);
  }

  function picture(scene, { index, x, y, w, h }) {
    const image = scene.overlay.pictures.get(index);
    if (!image) return "";
    const sheet = document.createElement("canvas");
    sheet.width = image.naturalWidth;
    sheet.height = image.naturalHeight;
    sheet.getContext("2d").drawImage(image, 0, 0);
    const left = short(x - w / 2), top = short(y - h / 2);
    return `<rect x="${short(left - 2)}" y="${short(top - 2)}" width="${short(w + 4)}" height="${short(h + 4)}" rx="4" ` +
      `fill="${scene.cssColor(index)}"/><image x="${left}" y="${top}" width="${short(w)}" height="${short(h)}" ` +
      `style="image-rendering:pixelated" href="${sheet.toDataURL()}"/>`;
  }

  function ring(scene) {
    const { focus, shown } = scene;
    if (focus < 0 || !shown[focus] || scene.overlay.placed.some((one) => one.index === focus)) return "";
    const [x, y] = scene.place(focus);
    return `<circle cx="${short(x)}" cy="${short(y)}" r="${short(scene.dotRadius(focus) + 3)}" fill="none" ` +
      `stroke="${innerview.escaped(scene.theme.colors.accent)}" stroke-width="2.5"/>`;
  }

  /* Names with their counts, or a scale with three numbers; then how many samples there are. */
  function legend(scene, top) {
    const { color, coloring, props } = scene;
    const lines = [];
    const write = (x, y, text, more = "") => lines.push(`<text x="${short(x)}" y="${short(y)}"${more}>${innerview.escaped(text)}</text>`);
    let y = top;
    if (color) {
      write(8, y, color.title + (color.log ? " (log scale)" : ""), ' font-weight="600"');
      y += LINE;
    }
    if (color && color.kind === "category") y = chips(scene, lines, write, y) + LINE;
    if (color && color.kind === "number") {
      const stops = parts.stops(color, scene.theme.name);
      const shades = stops.map((shade, k) => `<stop offset="${k / (stops.length - 1)}" stop-color="${shade}"/>`);
      lines.push(`<linearGradient id="scale">${shades.join("")}</linearGradient>`,
        `<rect x="8" y="${y - 9}" width="${GRADIENT}" height="8" rx="4" fill="url(#scale)"/>`);
      y += LINE - 4;
      ["start", "middle", "end"].forEach((anchor, k) =>
        write(8 + (k * GRADIENT) / 2, y, parts.ends(color, coloring.least, coloring.most)[k], ` text-anchor="${anchor}" font-size="11"`));
      y += LINE;
    }
    if (scene.sizes && props.size) {
      const texts = parts.ends(props.size, Infinity, -Infinity);
      write(8, y, `Dots: ${props.size.title}${props.size.log ? " (log scale)" : ""}, ${texts[0]} to ${texts[2]}`);
      y += LINE;
    }
    const all = Math.max(props.total ?? scene.n, scene.n);
    write(8, y, `${innerview.format(scene.visible)} of ${innerview.format(all)} samples shown`);
    return { text: lines.join(""), end: y };
  }

  function chips(scene, lines, write, top) {
    const { color, coloring, camera } = scene;
    const known = color.names.map((name, code) => [name, color.colors[code % color.colors.length], coloring.counts[code]]);
    if (coloring.missing) known.push(["no value", color.missing, coloring.missing]);
    let x = 8, y = top;
    for (const [name, shade, count] of known) {
      const text = `${name} ${innerview.format(count)}`;
      if (x > 8 && x + CHIP + wide(text) > camera.width) [x, y] = [8, y + LINE];
      lines.push(`<circle cx="${x + CHIP / 2}" cy="${y - 4}" r="4.5" fill="${shade}"/>`);
      write(x + CHIP + 4, y, text);
      x += CHIP + 18 + wide(text);
    }
    return y;
  }

  parts.saveDrawing = saveDrawing;
})();
