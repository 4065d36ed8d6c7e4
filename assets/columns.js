/* Columns by URL, for everything on the page, and how their values are written.

   A column's URL holds a hash of its content, so what was fetched once never changes: two parts that show
   the same column share one request and one array. The cache forgets what was used longest ago. */
(function () {
  "use strict";
  const innerview = (window.innerview = window.innerview || {});

  const NONE = "–";
  const LIMIT = 256 * 2 ** 20; // bytes; a million positions are 8 MB
  const TYPES = { float32: Float32Array, float64: Float64Array, int32: Int32Array, uint8: Uint8Array };
  const cache = new Map(); // url -> {promise, bytes}; the first key was used longest ago

  /* -> Promise of {data: typed array, shape: [n, ...]}. A failed request is not remembered. */
  function column(url) {
    let entry = cache.get(url);
    if (entry) {
      cache.delete(url);
    } else {
      entry = { promise: read(url), bytes: 0 };
      entry.promise.then(
        (found) => {
          entry.bytes = found.data.byteLength;
          forget();
        },
        () => cache.delete(url)
      );
    }
    cache.set(url, entry);
    return entry.promise;
  }

  async function read(url) {
    const answer = await fetch(url);
    if (answer.status !== 200) throw new Error(`the server answered ${answer.status}`);
    const Type = TYPES[answer.headers.get("X-Innerview-Dtype")];
    if (!Type) throw new Error(`unknown kind of number: ${answer.headers.get("X-Innerview-Dtype")}`);
    const shape = (answer.headers.get("X-Innerview-Shape") || "").split(",").map(Number);
    const bytes = await answer.arrayBuffer();
    const length = shape.reduce((product, size) => product * size, 1);
    if (bytes.byteLength !== length * Type.BYTES_PER_ELEMENT) {
      throw new Error(`${bytes.byteLength} bytes came instead of ${length * Type.BYTES_PER_ELEMENT}`);
    }
    return { data: new Type(bytes), shape };
  }

  function forget() {
    let total = 0;
    for (const entry of cache.values()) total += entry.bytes;
    for (const [url, entry] of cache) {
      if (total <= LIMIT || cache.size === 1) return;
      if (!entry.bytes) continue; // still on its way
      cache.delete(url);
      total -= entry.bytes;
    }
  }

  /* A number as a person writes it: 12,345 or 0.0123 or 1.2e-7; a dash where there is none. */
  function format(value, digits) {
    if (value === null || value === undefined || Number.isNaN(value)) return NONE;
    if (!Number.isFinite(value)) return value > 0 ? "∞" : "−∞";
    const size = Math.abs(value);
    let text;
    if (digits !== undefined && digits !== null) text = value.toLocaleString("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits });
    else if (Number.isInteger(value) && size < 1e9) text = value.toLocaleString("en-US");
    else if (size < 1e-3 || size >= 1e9) text = value.toExponential(1);
    else text = Number(value.toPrecision(3)).toLocaleString("en-US", { maximumFractionDigits: 6 });
    return text.replace("-", "−");
  }

  /* Which of the names in `bits` a sample has: name k where bit k % 8 of its byte k // 8 is set. */
  function factNames({ bits, values }, index) {
    const width = Math.ceil(bits.length / 8);
    return bits.map((_, code) => code).filter((code) => values && (values[index * width + (code >> 3)] >> (code & 7)) & 1);
  }

  /* What a fact {values, names or bits, digits} says of a sample. */
  function factText(fact, index) {
    if (!fact || !fact.values) return NONE;
    if (fact.bits) return factNames(fact, index).map((code) => fact.bits[code]).join(", ") || NONE;
    const value = fact.values[index];
    return fact.names && fact.names.length ? fact.names[value] ?? NONE : format(value, fact.digits);
  }

  /* Of a column of one bit a sample, as selections and results of a query are. */
  const hasBit = (bits, index) => Boolean(bits && (bits[index >> 3] >> (index & 7)) & 1);

  Object.assign(innerview, { column, format, factNames, factText, hasBit });
})();
