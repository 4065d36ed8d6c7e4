/* What is written on a wall: names, counts and shares of rows and columns along its edges, and in every cell. */
(function () {
  "use strict";
  const innerview = (window.innerview = window.innerview || {});
  const parts = (innerview.mosaic = innerview.mosaic || {});

  const FONT = 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif';
  const NAMED = 26; // pixels of a strip that also says which cell it is
  const LINE = 14, LEAST = 11; // pixels
  const NARROWEST = 74, WIDEST = 150; // of the names of rows
  const TWO = 26; // pixels a column must have for its total below its name
  const LOW = 52, HIGH = 104; // of the names of columns: side by side, and turned

  const number = (value) => value.toLocaleString("en-US");
  const said = (part, whole) => `${number(part)} · ${share(part, whole)}`;
  const share = (part, whole) => (whole ? `${((100 * part) / whole).toFixed(1)} %` : "–");

  /* The longest beginning of a text that fits, with its width in pixels measured by the pen. */
  function fitted(pen, text, room) {
    if (pen.measureText(text).width <= room) return text;
    let low = 0, high = text.length;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (pen.measureText(`${text.slice(0, middle)}…`).width <= room) low = middle;
      else high = middle - 1;
    }
    return low ? `${text.slice(0, low)}…` : "";
  }

  /* {left, top}: the room that the names need, so that it need not change while one zooms. */
  function margins(pen, wall, width, height) {
    pen.font = `600 12px ${FONT}`;
    const longest = (labels) => labels.reduce((most, label) => Math.max(most, pen.measureText(label).width), 0);
    const names = longest([...wall.rows.labels, `${wall.rows.title} ↓`]);
    pen.font = `400 10.5px ${FONT}`;
    const totals = longest(wall.rows.totals.map((total) => said(total, wall.hits)));
    pen.font = `600 12px ${FONT}`;
    const left = Math.ceil(Math.max(NARROWEST, Math.min(WIDEST, Math.max(names, totals) + 18, 0.25 * width)));
    const each = (width - left) / wall.columns.labels.length;
    const turned = longest(wall.columns.labels) + 6 > each;
    const top = turned ? Math.ceil(Math.max(LOW, Math.min(HIGH, longest(wall.columns.labels) + 34, 0.25 * height))) : LOW;
    return { left, top, turned };
  }

  /* Everything that is written, as a list: {text, x, y, size, weight, tone, turn, anchor}. The pen only measures. */
  function written(pen, scene) {
    const { wall, camera, turned } = scene;
    const found = [];
    const write = (text, x, y, more) => text && found.push({ text, x, y, size: 12, weight: 400, tone: "text", turn: false, anchor: "start", ...more });
    const font = (size, weight) => { pen.font = `${weight} ${size}px ${FONT}`; };
    const window = camera.window();
    cells(pen, scene, window, write, font);
    const { rows, columns } = wall.span(window);
    const bottom = camera.top + camera.height, right = camera.left + camera.width;

    let last = -Infinity;
    for (let row = rows[0]; row < rows[1]; row++) {
      const box = wall.box(row, 0);
      const y0 = Math.max(camera.top, camera.toScreen(0, box.top - wall.strip)[1]);
      const y1 = Math.min(bottom, camera.toScreen(0, box.bottom)[1]);
      const room = y1 - y0, y = (y0 + y1) / 2;
      if (y - last < LEAST || y < camera.top + 4 || y > bottom - 4) continue;
      last = y;
      const two = room >= 2 * LINE + 2;
      font(12, 600);
      write(fitted(pen, wall.rows.labels[row], camera.left - 14), camera.left - 8, two ? y - 2 : y + 4, { size: room < 13 ? 10 : 12, weight: 600, anchor: "end" });
      if (two) {
        font(10.5, 400);
        const total = wall.rows.totals[row];
        write(fitted(pen, said(total, wall.hits), camera.left - 10), camera.left - 8, y + LINE - 3, { size: 10.5, tone: "weak", anchor: "end" });
      }
    }

    // Names stand at one height: above the totals, if any column has room for its own.
    const span = (column) => {
      const box = wall.box(0, column);
      return [Math.max(camera.left, camera.toScreen(box.left, 0)[0]), Math.min(right, camera.toScreen(box.right, 0)[0])];
    };
    let lift = 8;
    for (let column = columns[0]; column < columns[1]; column++) if (span(column)[1] - span(column)[0] > TWO) lift = 20;
    last = -Infinity;
    for (let column = columns[0]; column < columns[1]; column++) {
      const [x0, x1] = span(column);
      const room = x1 - x0, x = (x0 + x1) / 2;
      if (room <= 0) continue;
      const total = wall.columns.totals[column];
      font(12, 600);
      const name = wall.columns.labels[column];
      if (turned && pen.measureText(name).width > room) {
        if (x - last < LEAST || x > right - 4) continue;
        last = x;
        write(fitted(pen, name, camera.top - 28), x + 4, camera.top - 6, { weight: 600, turn: true, size: room < 13 ? 10 : 12 });
        continue;
      }
      last = x + pen.measureText(name).width / 2;
      write(fitted(pen, name, room), x, camera.top - lift, { weight: 600, anchor: "middle" });
      font(10.5, 400);
      const long = said(total, wall.hits);
      const short = pen.measureText(long).width <= room ? long : number(total);
      if (room > TWO && pen.measureText(short).width <= room) write(short, x, camera.top - 6, { size: 10.5, tone: "weak", anchor: "middle" });
    }

    font(11, 600);
    write(fitted(pen, `${wall.columns.title} →`, camera.width), camera.left + 2, 13, { size: 11, weight: 600, tone: "weak" });
    write(fitted(pen, `${wall.rows.title} ↓`, camera.left - 10), 8, camera.top - 20, { size: 11, weight: 600, tone: "weak" });
    write(`n = ${number(wall.hits)}`, 8, camera.top - 6, { size: 10.5, tone: "weak" });
    return found;
  }

  /* Count and share over every cell where there is room; the share is of the row. */
  function cells(pen, scene, window, write, font) {
    const { wall, camera } = scene;
    const high = wall.strip * camera.scale;
    const size = Math.max(9, Math.min(15, high * 0.74));
    if (high < 10) return;
    const name = (axis, at) => (axis.labels.length > 1 ? `${axis.title} ${axis.labels[at]}` : "");
    font(size, 500);
    wall.eachCell(window, (k, row, column) => {
      const box = wall.box(row, column);
      const [x0, y0] = camera.toScreen(box.left, box.top), x1 = camera.toScreen(box.right, 0)[0];
      const left = Math.max(x0, camera.left), room = Math.min(x1, camera.left + camera.width) - left - 4;
      if (y0 < camera.top + 4 || room < 8) return;
      const long = said(wall.cells.count[k], wall.rows.totals[row]);
      const names = [name(wall.rows, row), name(wall.columns, column)].filter(Boolean).join(", ");
      const text = [high > NAMED && `${names}: ${long}`, long, number(wall.cells.count[k])].find((one) => one && pen.measureText(one).width <= room);
      const wrong = wall.cells.wrong[k] > 0 && !wall.cells.right[k];
      write(text, left + 3, y0 - Math.max(2.5, (high - size) / 2.4), { size, weight: 500, tone: wrong ? "wrong" : "weak", inside: true });
    });
  }

  function writeAll(pen, list, colors) {
    for (const { text, x, y, size, weight, tone, turn, anchor } of list) {
      pen.save();
      pen.font = `${weight} ${size}px ${FONT}`;
      pen.fillStyle = colors[tone];
      pen.textAlign = anchor === "middle" ? "center" : anchor;
      pen.translate(x, y);
      if (turn) pen.rotate(-Math.PI / 2);
      pen.fillText(text, 0, 0);
      pen.restore();
    }
  }

  Object.assign(parts, { margins, written, writeAll, number, share });
})();
