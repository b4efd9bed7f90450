// A log that stays at its end, unless the reader has scrolled back or came for a certain line.
import { h } from "vue";

const NEAR = 80;

export default {
  props: { chat: String, label: String, mark: Number },
  data: () => ({ following: true, marked: 0 }),
  watch: {
    chat() {
      this.following = true;
      this.marked = 0;
    },
  },
  mounted() {
    this.follow();
  },
  updated() {
    this.follow();
  },
  methods: {
    follow() {
      const line = this.mark && this.mark !== this.marked && this.$el.querySelector(".evidence");
      if (line) {
        this.marked = this.mark;
        this.following = false;
        line.scrollIntoView({ block: "center" });
      } else if (this.following) this.$el.scrollTop = this.$el.scrollHeight;
    },
    scrolled() {
      const { scrollHeight, scrollTop, clientHeight } = this.$el;
      this.following = scrollHeight - scrollTop - clientHeight < NEAR;
    },
  },
  render() {
    return h(
      "div",
      { role: "log", tabindex: 0, "aria-label": this.label, onScrollPassive: this.scrolled },
      this.$slots.default?.(),
    );
  },
};
