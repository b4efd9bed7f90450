// How a conversation ended: the agent chooses and writes it down once.
import { h } from "vue";

export default {
  props: { open: Boolean, heading: String, options: Array, postpones: Boolean, length: Number },
  emits: ["resolve", "postpone", "close"],
  data: () => ({ disposition: "", notes: "" }),
  watch: { open: "show" },
  mounted() {
    this.show();
  },
  methods: {
    show() {
      if (this.open && !this.$el.open) {
        this.disposition = "";
        this.notes = "";
        this.$el.showModal();
      }
      if (!this.open && this.$el.open) this.$el.close();
    },
    resolve(event) {
      event.preventDefault();
      this.$emit("resolve", { disposition: this.disposition, notes: this.notes });
    },
  },
  render() {
    const button = (title, onClick) => h("button", { type: "button", onClick }, title);
    return h("dialog", { class: "sheet", "aria-label": this.heading, onClose: () => this.$emit("close") }, [
      h("form", { onSubmit: this.resolve }, [
        h("h2", this.heading),
        h("label", { for: "disposition" }, "How did it end?"),
        h(
          "select",
          {
            id: "disposition",
            required: true,
            value: this.disposition,
            onChange: (event) => (this.disposition = event.target.value),
          },
          [
            h("option", { value: "" }, "Choose…"),
            ...this.options.map(({ value, words }) => h("option", { key: value, value }, words)),
          ],
        ),
        h("label", { for: "notes" }, "Notes for colleagues (optional)"),
        h("textarea", {
          id: "notes",
          rows: 4,
          maxlength: this.length,
          value: this.notes,
          onInput: (event) => (this.notes = event.target.value),
        }),
        h("div", { class: "sheet-foot" }, [
          button("Cancel", () => this.$emit("close")),
          this.postpones ? button("End now, write up later", () => this.$emit("postpone")) : null,
          h("button", { type: "submit", class: "primary" }, "Resolve"),
        ]),
      ]),
    ]);
  },
};
