// One row of bars over time. Renders from data only: every string becomes a text node.
// Colour is never alone: every bar says its figure to the pointer, and the page has the same as a table.
import { h } from "vue";

const WIDTH = 960;
const HEIGHT = 180;
const LEFT = 52;
const BOTTOM = 28;
const TOP = 10;

export default {
  props: { name: String, title: String, summary: String, bars: Array, top: Number, ticks: Array },
  methods: {
    y(value) {
      return HEIGHT - BOTTOM - (value / this.top) * (HEIGHT - BOTTOM - TOP);
    },
    tick(tick) {
      const y = this.y(tick.at);
      return h("g", { key: tick.words }, [
        h("line", { class: "grid", x1: LEFT, x2: WIDTH, y1: y, y2: y }),
        h("text", { class: "scale", x: LEFT - 8, y: y + 4, "text-anchor": "end" }, tick.words),
      ]);
    },
    bar(bar, index) {
      const step = (WIDTH - LEFT) / this.bars.length;
      const x = LEFT + index * step;
      const children = [];
      if (bar.value !== null) {
        const y = this.y(Math.min(bar.value, this.top));
        const height = Math.max(HEIGHT - BOTTOM - y, bar.value === 0 ? 0 : 1);
        const shape = { class: "bar", x: x + step * 0.12, y, width: step * 0.76, height };
        children.push(h("rect", shape, [h("title", bar.words)]));
      }
      if (bar.label) {
        const place = { class: "scale", x: x + step / 2, y: HEIGHT - 8, "text-anchor": "middle" };
        children.push(h("text", place, bar.label));
      }
      return h("g", { key: index }, children);
    },
  },
  render() {
    const title = `${this.name}-title`;
    const summary = `${this.name}-summary`;
    const frame = { class: "plot", viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img" };
    return h("figure", { class: "plot-place" }, [
      h("figcaption", { id: title }, this.title),
      h("p", { id: summary, class: "quiet" }, this.summary),
      h("svg", { ...frame, "aria-labelledby": title, "aria-describedby": summary }, [
        ...this.ticks.map(this.tick),
        ...this.bars.map(this.bar),
      ]),
    ]);
  },
};
