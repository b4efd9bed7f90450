// A decision: choose what to do, say why, confirm. Nothing is sent before the second step.
import { h } from "vue";

export default {
  props: { subject: String, acts: Array, answered: Number },
  emits: ["decide"],
  data: () => ({ chosen: "", values: {}, sending: false }),
  computed: {
    act() {
      return this.acts.find((one) => one.name === this.chosen);
    },
  },
  watch: {
    subject: "reset",
    // A count: each answer of the server is a new one. What was typed stays, for a refusal is tried again.
    answered() {
      this.sending = false;
    },
  },
  methods: {
    reset() {
      this.chosen = "";
      this.values = {};
      this.sending = false;
    },
    choose(name) {
      this.chosen = this.chosen === name ? "" : name;
      this.values = {};
      for (const field of this.act?.fields ?? []) this.values[field.name] = field.value ?? (field.kind === "tick" ? false : "");
      this.$nextTick(() => this.$refs.form?.querySelector("input, textarea, select, button")?.focus());
    },
    cancel() {
      const name = this.chosen;
      this.reset();
      this.$nextTick(() => this.$el.querySelector(`[data-act="${name}"]`)?.focus());
    },
    send(event) {
      event.preventDefault();
      if (this.sending) return;
      this.sending = true;
      this.$emit("decide", { subject: this.subject, act: this.chosen, values: { ...this.values } });
    },
    field(field) {
      const id = `verdict-${this.subject}-${this.chosen}-${field.name}`;
      const hint = field.hint ? `${id}-hint` : undefined;
      const shared = { id, name: field.name, required: field.required, "aria-describedby": hint };
      const value = this.values[field.name];
      const keep = (event) => (this.values[field.name] = event.target.value);
      if (field.kind === "tick") {
        return h("div", { key: id, class: "tick" }, [
          h("input", {
            ...shared,
            type: "checkbox",
            checked: value,
            onChange: (event) => (this.values[field.name] = event.target.checked),
          }),
          h("label", { for: id }, field.label),
        ]);
      }
      const box =
        field.kind === "area"
          ? h("textarea", { ...shared, rows: 3, maxlength: field.length, value, onInput: keep })
          : field.kind === "choice"
            ? h("select", { ...shared, value, onChange: keep }, [
                h("option", { value: "" }, "Choose…"),
                ...field.options.map((option) => h("option", { key: option, value: option }, option)),
              ])
            : h("input", {
                ...shared,
                type: "text",
                inputmode: field.kind === "money" ? "decimal" : field.kind === "digits" ? "numeric" : undefined,
                autocomplete: "off",
                maxlength: field.length,
                value,
                onInput: keep,
              });
      return h("div", { key: id, class: "field" }, [
        h("label", { for: id }, field.label),
        box,
        field.hint ? h("p", { id: hint, class: "hint" }, field.hint) : null,
      ]);
    },
  },
  render() {
    const act = this.act;
    return h("div", { class: "verdict" }, [
      h(
        "div",
        { class: "verdict-acts", role: "group", "aria-label": `Decide on ${this.subject}` },
        this.acts.map((one) =>
          h(
            "button",
            {
              key: one.name,
              type: "button",
              "data-act": one.name,
              class: { primary: one.primary && !act },
              "aria-expanded": String(one.name === this.chosen),
              onClick: () => this.choose(one.name),
            },
            one.title,
          ),
        ),
      ),
      act
        ? h(
            "form",
            {
              ref: "form",
              class: "verdict-form",
              "aria-label": act.title,
              onSubmit: this.send,
              onKeydown: (event) => event.key === "Escape" && this.cancel(),
            },
            [
              act.hint ? h("p", { class: "verdict-hint" }, act.hint) : null,
              ...act.fields.map(this.field),
              h("div", { class: "verdict-foot" }, [
                h("button", { type: "submit", class: "primary", disabled: this.sending }, act.confirm),
                h("button", { type: "button", onClick: this.cancel }, "Back"),
              ]),
            ],
          )
        : null,
    ]);
  },
};
