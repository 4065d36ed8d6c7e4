/* What the gallery knows of the server's columns, as React hooks. */
(function () {
  "use strict";
  const innerview = (window.innerview = window.innerview || {});
  const parts = (innerview.gallery = innerview.gallery || {});

  const PATIENCE = 2000; // ms in which the server has taken note of an edit

  const NOTHING = { url: null, data: null, error: "" };

  /* The column at a URL; the last one stays until the next has come. */
  function useColumn(url) {
    const { useEffect, useState } = window.React;
    const [found, set] = useState(NOTHING);
    const [attempt, again] = useState(0);
    useEffect(() => {
      if (!url) {
        set(NOTHING);
        return undefined;
      }
      let current = true;
      innerview.column(url).then(
        ({ data }) => current && set({ url, data, error: "" }),
        (error) => current && set((last) => ({ ...last, error: `The samples could not be loaded: ${error.message}.` }))
      );
      return () => { current = false; };
    }, [url, attempt]);
    return [found, () => again((count) => count + 1)];
  }

  /* The rows, without those that were taken out here and are still being taken out there. */
  function useRows(prop, editing) {
    const { useMemo, useRef, useState } = window.React;
    const [column, retry] = useColumn(prop ? prop.url : null);
    const gone = useRef(new Map()); // index -> when it was taken out
    const [edits, count] = useState(0);
    const rows = useMemo(() => {
      if (!column.data) return null;
      const late = Date.now() - PATIENCE;
      for (const [index, stamp] of gone.current) if (stamp < late || editing !== "remove") gone.current.delete(index);
      return gone.current.size ? column.data.filter((index) => !gone.current.has(index)) : column.data;
    }, [column.data, edits, editing]);
    const remove = (index) => {
      gone.current.set(index, Date.now());
      count((number) => number + 1);
      return [...gone.current.keys()];
    };
    const edited = () => [...gone.current.values()].some((stamp) => stamp > Date.now() - PATIENCE);
    return { rows, url: column.url, error: column.error, retry, remove, edited };
  }

  /* Facts with their values, as far as they have come. */
  function useFacts(list) {
    const { useEffect, useMemo, useState } = window.React;
    const key = JSON.stringify(list);
    const [values, set] = useState(() => new Map());
    useEffect(() => {
      let current = true;
      for (const { url } of list) {
        innerview.column(url).then(
          ({ data }) => current && set((last) => new Map(last).set(url, data)),
          () => null // a card shows a dash
        );
      }
      return () => { current = false; };
    }, [key]);
    return useMemo(() => parts.sorted(list.map((fact) => ({ ...fact, values: values.get(fact.url) }))), [key, values]);
  }

  /* Whether a sample is selected; what was clicked counts at once. */
  function useMarks(selection) {
    const { useMemo, useRef, useState } = window.React;
    const [bits] = useColumn(selection ? selection.url : null);
    const flips = useRef(new Map());
    const [, count] = useState(0);
    useMemo(() => flips.current.clear(), [bits.data]);
    const has = (index) => flips.current.get(index) ?? innerview.hasBit(bits.data, index);
    const flip = (index) => {
      const on = !has(index);
      flips.current.set(index, on);
      count((number) => number + 1);
      return { on, indices: [...flips.current].filter(([, value]) => value === on).map(([other]) => other) };
    };
    return { has, flip };
  }

  Object.assign(parts, { useRows, useFacts, useMarks });
})();
