// Draws each chart from the JSON beside it; its table stays below, and is all there is without this.
// Also read by portal/frontend/draw_charts.mjs, so that paper and screen show the same.
"use strict";

globalThis.belfryCharts = (() => {
  const LEGEND_LINE = 32;

  // The chart with its numbers in words of this language, and room for its legend at this width.
  function fitted({ option, decimals }, language, width) {
    const numbers = new Intl.NumberFormat(language, { maximumFractionDigits: decimals });
    // A tick of less than one would be written as 0, like all others beside it.
    const small = new Intl.NumberFormat(language, { maximumSignificantDigits: 2 });
    const tick = (value) => (Math.abs(value) < 1 ? small : numbers).format(value);
    const inWords = (value) => (typeof value === "number" ? tick(value) : "–");
    const axes = [option.xAxis, option.yAxis].map((axis) => (axis.type === "value"
      ? { ...axis, axisLabel: { ...axis.axisLabel, formatter: tick } }
      : axis));
    const lines = option.legend.show ? linesOfLegend(option.legend.data, width) : 0;
    const legend = lines ? lines * LEGEND_LINE - 10 : 0;
    return {
      ...option,
      xAxis: axes[0],
      yAxis: axes[1],
      tooltip: { ...option.tooltip, valueFormatter: inWords },
      grid: { ...option.grid, top: legend + 34 },
    };
  }

  // ECharts breaks its legend into lines, but does not push the chart down for them.
  function linesOfLegend(names, width) {
    let lines = 1;
    let filled = 0;
    for (const name of names) {
      const needed = 48 + 7.2 * name.length; // Its sign, its gap, and letters as wide as any.
      if (filled && filled + needed > width) {
        lines += 1;
        filled = 0;
      }
      filled += needed;
    }
    return lines;
  }

  return { fitted };
})();

if (typeof document !== "undefined") {
  const PAPER_WIDTH = 680;
  const drawn = new Map();

  const draw = (figure, width) => {
    const { place, said } = drawn.get(figure);
    const language = document.documentElement.lang;
    place.resize({ width: width ?? "auto" });
    place.setOption(belfryCharts.fitted(said, language, place.getWidth()), { notMerge: true });
  };

  const begin = (root) => {
    for (const figure of root.querySelectorAll("figure[data-chart]")) {
      if (drawn.has(figure) || !globalThis.echarts) continue;
      const ground = figure.querySelector(".chart-drawing");
      ground.hidden = false;
      const said = JSON.parse(figure.querySelector("script[type='application/json']").textContent);
      drawn.set(figure, { place: echarts.init(ground, null, { renderer: "svg" }), said });
      draw(figure);
      figure.querySelector("details").open = false;
    }
    for (const figure of drawn.keys()) if (!figure.isConnected) drawn.delete(figure);
  };

  const all = (width) => { for (const figure of drawn.keys()) draw(figure, width); };

  begin(document);
  document.body.addEventListener("htmx:load", (event) => begin(event.detail.elt));
  let waiting;
  addEventListener("resize", () => { clearTimeout(waiting); waiting = setTimeout(all, 150); });

  // On paper every chart fits the page and shows its table.
  const opened = new Set();
  addEventListener("beforeprint", () => {
    all(PAPER_WIDTH);
    for (const details of document.querySelectorAll("figure[data-chart] details:not([open])")) {
      details.open = true;
      opened.add(details);
    }
  });
  addEventListener("afterprint", () => {
    all();
    for (const details of opened) details.open = false;
    opened.clear();
  });
}
