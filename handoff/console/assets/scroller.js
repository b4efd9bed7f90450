// A log that stays at its end, unless the reader has scrolled back.
import { h } from "vue";

const NEAR = 80;

export default {
  props: { chat: String, label: String },
  data: () => ({ following: true }),
  watch: {
    chat() {
      this.following = true;
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
      if (this.following) this.$el.scrollTop = this.$el.scrollHeight;
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
