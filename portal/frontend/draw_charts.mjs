// Draws charts as SVG for reports: reads {language, width, height, charts} as JSON on standard
// input, writes a JSON list of SVG documents. Nothing is fetched and no browser is needed.
import { readFileSync } from "node:fs";
import * as echarts from "echarts/index.common.js";
import "../static/belfry/charts.js";

const { language, width, height, charts } = JSON.parse(readFileSync(0, "utf8"));

function draw(chart) {
  const place = echarts.init(null, null, { renderer: "svg", ssr: true, width, height });
  place.setOption(globalThis.belfryCharts.fitted(chart, language, width));
  const drawn = place.renderToSVGString();
  place.dispose();
  return drawn;
}

process.stdout.write(JSON.stringify(charts.map(draw)));
