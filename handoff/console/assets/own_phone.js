// The number on which the agent is put through to callers. Kept by the server, which also says what is wrong.
import { h } from "vue";

export default {
  props: { number: String, refusal: String, said: String, shown: Number, refused: Number },
  emits: ["save"],
  data: () => ({ typed: "" }),
  watch: {
    // Counts: what was typed and not kept is gone when the dialog opens again, and stays when it is refused.
    shown() {
      this.typed = this.number;
    },
    refused() {
      this.$nextTick(() => this.$refs.box.focus());
    },
  },
  mounted() {
    this.typed = this.number;
  },
  methods: {
    send(event) {
      event.preventDefault();
      this.$emit("save", this.typed);
    },
  },
  render() {
    return h("form", { class: "own-phone", novalidate: true, onSubmit: this.send }, [
      h("label", { for: "own-phone" }, "Your telephone number for calls"),
      h("div", { class: "beside" }, [
        h("input", {
          id: "own-phone",
          ref: "box",
          type: "tel",
          autocomplete: "tel",
          maxlength: 40,
          value: this.typed,
          "aria-invalid": this.refusal ? "true" : "false",
          "aria-describedby": "own-phone-hint own-phone-refusal",
          onInput: (event) => (this.typed = event.target.value),
        }),
        h("button", { type: "submit" }, "Save number"),
      ]),
      h("p", { id: "own-phone-hint", class: "hint" }, "Callers are put through to it. Without one you get no calls."),
      h("div", { id: "own-phone-refusal", role: "alert" }, this.refusal ? [h("p", { class: "alert" }, this.refusal)] : []),
      h("p", { class: "hint", role: "status" }, this.said),
    ]);
  },
};
