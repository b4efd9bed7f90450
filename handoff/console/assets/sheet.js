// A modal dialog of the browser's own: it keeps the focus, Escape closes it, the rest is inert.
import { h } from "vue";

export default {
  props: { open: Boolean, heading: String },
  emits: ["close"],
  watch: { open: "show" },
  mounted() {
    this.show();
  },
  methods: {
    show() {
      if (this.open && !this.$el.open) this.$el.showModal();
      if (!this.open && this.$el.open) this.$el.close();
    },
  },
  render() {
    return h("dialog", { class: "sheet", "aria-label": this.heading, onClose: () => this.$emit("close") }, [
      h("div", { class: "sheet-head" }, [
        h("h2", this.heading),
        h("button", { type: "button", onClick: () => this.$emit("close") }, "Close"),
      ]),
      this.$slots.default?.(),
    ]);
  },
};
