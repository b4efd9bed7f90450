// Time that runs: since a moment, by the server's clock.
import { h } from "vue";

export default {
  props: { since: Number, now: Number, words: String },
  data() {
    return { skew: this.now - Date.now(), moment: this.now };
  },
  mounted() {
    this.timer = setInterval(() => (this.moment = Date.now() + this.skew), 1000);
  },
  unmounted() {
    clearInterval(this.timer);
  },
  render() {
    if (!this.since) return h("span", { class: "unseen" });
    const seconds = Math.max(0, Math.floor((this.moment - this.since) / 1000));
    const time = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
    return h("span", { class: "running", role: "timer" }, `${this.words} ${time}`);
  },
};
