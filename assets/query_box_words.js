/* The words of a query, as far as the box must know them: to color them, and to complete the one being typed.
   The server alone decides what a query means (workspace/query/syntax.py); here half a query is as good as a whole one. */
(function () {
  "use strict";
  const innerview = (window.innerview = window.innerview || {});
  const parts = (innerview.queryBox = innerview.queryBox || {});

  const KEYWORDS = ["and", "or", "not", "in", "between", "contains", "startswith", "endswith", "is", "null", "true", "false"];
  const MATCHES = ["contains", "startswith", "endswith"];
  const SHAPES = [
    ["space", /\s+/y],
    ["column", /`(?:[^`]|``)*`?/y],
    ["text", /"[^"]*(?:""[^"]*)*"?|'[^']*(?:''[^']*)*'?/y],
    ["number", /-?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?/y],
    ["name", /[\p{L}_][\p{L}\p{N}_]*/uy],
    ["compare", /==|!=|<>|<=|>=|=|<|>|!/y],
    ["mark", /[[\](),]/y],
    ["odd", /[^]/uy],
  ];

  /* [{kind, start, end, text, word}]: every character belongs to one; `word` is what it says in lower case. */
  parts.words = function words(text) {
    const found = [];
    for (let at = 0; at < text.length; ) {
      for (const [shape, pattern] of SHAPES) {
        pattern.lastIndex = at;
        const match = pattern.exec(text);
        if (!match || !match[0]) continue;
        const word = match[0].toLowerCase();
        const kind = shape === "name" ? (KEYWORDS.includes(word) ? "keyword" : "column") : shape;
        found.push({ kind, start: at, end: at + match[0].length, text: match[0], word });
        at += match[0].length;
        break;
      }
    }
    return found;
  };

  parts.columnName = (text) => (text[0] === "`" ? text.replace(/^`|`$/g, "").replaceAll("``", "`") : text);

  function literal(text) {
    const quote = text.includes('"') && !text.includes("'") ? "'" : '"';
    return quote + text.replaceAll(quote, quote + quote) + quote;
  }

  const isValue = (word) => ["text", "number", "column"].includes(word.kind) || ["true", "false"].includes(word.word);

  /* What can stand after these words: {want, column, open, second}. */
  function expected(words, columns) {
    let want = "condition", column = null, second = false;
    const open = [];
    for (const word of words) {
      if (want === "condition") {
        if (word.text === "(") open.push(word.text);
        else if (isValue(word)) {
          column = word.kind === "column" ? columns.get(parts.columnName(word.text)) || null : null;
          want = "operator";
        }
      } else if (want === "operator" || want === "not") {
        if (word.kind === "compare") want = "value";
        else if (word.word === "in") want = "list";
        else if (word.word === "between") [want, second] = ["value", "and"];
        else if (MATCHES.includes(word.word)) want = "match";
        else if (word.word === "is") want = "null";
        else if (word.word === "not") want = "not";
        else if (["and", "or"].includes(word.word)) want = "condition";
        else if (word.text === ")") { open.pop(); want = "done"; }
      } else if (want === "value" && isValue(word)) {
        if (!column && word.kind === "column") column = columns.get(parts.columnName(word.text)) || null;
        want = second || "done";
        second = false;
      } else if (want === "and") { if (word.word === "and") want = "value"; }
      else if (want === "list") { if ("[(".includes(word.text)) want = "item"; }
      else if (want === "item" && isValue(word)) want = "more";
      else if ((want === "more" || want === "item") && "])".includes(word.text)) want = "done";
      else if (want === "more" && word.text === ",") want = "item";
      else if (want === "match" && word.kind === "text") want = "done";
      else if (want === "null" && word.word === "null") want = "done";
      else if (want === "done") {
        if (["and", "or"].includes(word.word)) want = "condition";
        else if (word.kind === "compare") want = "value";
        else if (word.text === ")") open.pop();
      }
    }
    return { want, column, open: open.length };
  }

  const OPERATORS = {
    number: [[">", "greater than"], ["<", "less than"], [">=", "at least"], ["<=", "at most"], ["==", "equal"],
      ["!=", "not equal"], ["between", "two numbers, both included"], ["in", "one of a list"],
      ["is null", "has no value"], ["is not null", "has a value"]],
    class: [["==", "is this class"], ["!=", "is another class"], ["in", "one of several classes"],
      ["not in", "none of several classes"], ["contains", "the class name contains a text"],
      ["startswith", "the class name starts with a text"], ["endswith", "the class name ends with a text"],
      ["is null", "has no class"], ["is not null", "has a class"]],
    text: [["contains", "contains a text"], ["startswith", "starts with a text"], ["endswith", "ends with a text"],
      ["==", "is this text"], ["!=", "is another text"], ["in", "one of several texts"]],
    set: [["contains", "is one of its names"], ["in", "one of a list is"], ["not in", "none of a list is"],
      ["startswith", "a name starts with a text"], ["is null", "has none"], ["is not null", "has one"]],
    truth: [["and", "and also"], ["or", "or else"], ["== true", "is true"], ["== false", "is false"],
      ["is null", "is not known"]],
  };
  const NEGATED = [["in", "none of a list"], ["between", "outside two numbers"], ["contains", "does not contain a text"],
    ["startswith", "does not start with a text"], ["endswith", "does not end with a text"]];

  const keyword = ([text, detail]) => ({ text, label: text, detail, kind: "keyword" });

  function columnItem(column) {
    const more = column.description && column.description !== column.title ? `${column.title}: ${column.description}` : column.title;
    return { text: column.text, label: column.name, detail: more, kind: column.kind };
  }

  /* What a column can be compared with: its values, and the other columns of its kind. */
  function values(column, total) {
    if (!column) return [];
    const item = (text, label, detail) => ({ text, label, detail, kind: column.kind });
    if (column.kind === "class") return column.names.map((name) => item(literal(name), name, `a class of ${column.title}`));
    if (column.kind === "set") return column.names.map((name) => item(literal(name), name, `one of ${column.title}`));
    if (column.kind === "text") return column.examples.map((text) => item(literal(text), text, "a value"));
    if (column.kind === "truth") return ["true", "false"].map((text) => item(text, text, "a value"));
    return column.quantiles.map(({ text, share }) => item(text, text, quantile(share, text, total)));
  }

  function alike(column, columns) {
    const all = [...columns.values()];
    return (column ? all.filter((other) => other.kind === column.kind && other !== column) : all).map(columnItem);
  }

  const quantile = (share, text, total) => `${share} of the ${total.toLocaleString("en-US")} samples are below ${text}`;

  /* The completions at a place: {start, end, items, of}: the items take the place of start..end; `of` is how many
     there would be without the limit. */
  parts.completions = function completions(text, caret, vocabulary, limit = 12) {
    const none = { start: caret, end: caret, items: [], of: 0 };
    if (!vocabulary) return none;
    const columns = new Map(vocabulary.columns.map((column) => [column.name, column]));
    const all = parts.words(text);
    const here = all.find((word) => word.start < caret && caret <= word.end && !["space", "mark"].includes(word.kind));
    const before = all.filter((word) => word.kind !== "space" && word.end <= (here ? here.start : caret));
    const { want, column, open } = expected(before, columns);
    const typed = here ? text.slice(here.start, caret) : "";
    const range = here ? { start: here.start, end: here.end } : { start: caret, end: caret };
    // A number that is being typed needs no help, unless it is the beginning of a class name.
    if (here && here.kind === "number" && !(column && column.kind === "class")) return none;
    let items = [];
    if (want === "condition") {
      items = [...columns.values()].map(columnItem);
      if (typed) items.push(keyword(["not", "the opposite"]));
    } else if (want === "operator" && column) items = OPERATORS[column.kind].map(keyword);
    else if (want === "not") items = NEGATED.map(keyword);
    else if (want === "value") items = [...values(column, vocabulary.total), ...alike(column, columns)];
    else if (want === "item") items = values(column, vocabulary.total);
    else if (want === "more") items = [[",", "one more"], ["]", "end of the list"]].map(keyword);
    else if (want === "list") items = [keyword(["[", "begins a list"])];
    else if (want === "match" && column && column.kind !== "number") items = values(column, vocabulary.total);
    else if (want === "null") items = [keyword(["null", "has no value"]), keyword(["not null", "has a value"])];
    else if (want === "and") items = [keyword(["and", "then the upper bound"])];
    else if (want === "done") {
      items = [keyword(["and", "and also"]), keyword(["or", "or else"])];
      if (open) items.push(keyword([")", "ends the group"]));
    }
    const wanted = typed.replace(/^["'`]/, "").toLowerCase();
    const fits = items.map((item) => [rank(item, wanted, typed), item]).filter(([place]) => place < 9);
    fits.sort(([a], [b]) => a - b);
    const found = fits.map(([, item]) => item);
    if (found.length === 1 && found[0].text === typed) return none; // it is written already
    const unlisted = column && ["value", "item", "match"].includes(want) ? column.n_names - column.names.length : 0;
    return { ...range, items: found.slice(0, limit), of: found.length + unlisted };
  };

  /* 0 begins with what is typed, 1 a later word does, 2 it is somewhere, 9 not at all. */
  function rank({ label, text, detail }, wanted, typed) {
    if (!wanted) return 0;
    const name = label.toLowerCase();
    if (name.startsWith(wanted) || text.toLowerCase().startsWith(typed.toLowerCase())) return 0;
    if (name.split(/[\s_/.-]+/).some((word) => word.startsWith(wanted))) return 1;
    if (name.includes(wanted)) return 2;
    return wanted.length > 1 && detail.toLowerCase().split(":")[0].includes(wanted) ? 3 : 9;
  }

  /* The text with an item in its place, and where the caret goes. */
  parts.completed = function completed(text, { start, end }, item) {
    const [head, rest] = [text.slice(0, start), text.slice(end)];
    const closes = [",", "]", ")"].includes(item.text);
    const made = (closes ? head.trimEnd() : head) + item.text;
    const blank = item.text === "[" || /^\s/.test(rest) ? "" : " ";
    return { text: made + blank + rest, caret: made.length + (item.text === "[" ? 0 : 1) };
  };
})();
