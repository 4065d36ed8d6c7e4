// Plain elements from a nested list: what layouts/kit/markup.py hands over as one component.
(function () {
  "use strict";
  const innerview = (window.innerview = window.innerview || {});

  function element(node, key, went) {
    if (!Array.isArray(node)) return node;
    const [tag, { go, ...properties }, ...children] = node;
    if (go) properties.onClick = () => went(go);
    return React.createElement(tag, { ...properties, key }, ...children.map((child, i) => element(child, i, went)));
  }

  innerview.Markup = function Markup({ id, tree, className, setProps }) {
    const made = React.useMemo(
      () => tree.map((node, i) => element(node, i, (go) => setProps({ went: { ...go, stamp: Date.now() } }))),
      [tree]
    );
    return React.createElement("div", { className, "data-markup": id.markup || id }, made);
  };
})();
