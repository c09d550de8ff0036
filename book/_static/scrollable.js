// An equation or a table that is wider than its box can be scrolled with the keyboard too.
// Whether it is wider depends on the window, so only the browser can know. (The theme does
// the same for code.)
(() => {
  const kinds = [
    [".katex-display", "Equation, scrolls sideways"],
    [".pst-scrollable-table-container", "Table, scrolls sideways"],
  ];
  const update = (box, label) => {
    if (box.scrollWidth > box.clientWidth) {
      box.tabIndex = 0;
      box.setAttribute("role", "group");
      box.setAttribute("aria-label", label);
    } else {
      for (const name of ["tabindex", "role", "aria-label"]) box.removeAttribute(name);
    }
  };
  for (const [selector, label] of kinds) {
    const observer = new ResizeObserver((entries) => entries.forEach((e) => update(e.target, label)));
    document.querySelectorAll(selector).forEach((box) => observer.observe(box));
  }
})();
