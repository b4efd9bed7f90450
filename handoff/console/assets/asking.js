// A dialog that asks for a few things and sends them once. Which, is data from the server.
import { h } from "vue";

export default {
  props: {
    open: Boolean,
    heading: String,
    hint: String,
    alert: String,
    fields: Array,
    confirm: String,
    extra: String,
    since: Number,
    now: Number,
    refused: Number,
  },
  emits: ["answer", "extra", "close"],
  data: () => ({ values: {}, sending: false, moment: 0 }),
  watch: {
    open: "show",
    // A count: each refusal of the server is a new one. What was typed stays and may be sent again.
    refused() {
      this.sending = false;
    },
  },
  mounted() {
    this.show();
  },
  unmounted() {
    clearInterval(this.timer);
  },
  methods: {
    show() {
      if (this.open && !this.$el.open) {
        this.values = Object.fromEntries(this.fields.map(({ name, value }) => [name, value ?? ""]));
        this.sending = false;
        this.count();
        this.$el.showModal();
        this.$nextTick(() => this.$el.querySelector("select, input, textarea")?.focus());
      }
      if (!this.open && this.$el.open) this.$el.close();
    },
    count() {
      clearInterval(this.timer);
      // The server's clock counts; the browser's may be wrong, but it runs as fast.
      const skew = this.now - Date.now();
      const look = () => (this.moment = Date.now() + skew);
      look();
      if (this.since) this.timer = setInterval(look, 1000);
    },
    closed() {
      clearInterval(this.timer);
      this.$emit("close");
      document.dispatchEvent(new CustomEvent("write", { detail: "" }));
    },
    send(event) {
      event.preventDefault();
      if (this.sending) return;
      this.sending = true;
      this.$emit("answer", { ...this.values });
    },
    press(event) {
      if (event.key !== "Enter" || !event.ctrlKey) return;
      event.preventDefault();
      this.$refs.form.requestSubmit();
    },
    options(field) {
      const option = ({ value, words }) => h("option", { key: value, value }, words);
      const groups = [...new Set(field.options.map(({ group }) => group ?? ""))];
      return [
        h("option", { value: "" }, field.none ?? "Choose…"),
        ...groups.flatMap((group) => {
          const listed = field.options.filter((one) => (one.group ?? "") === group).map(option);
          return group ? [h("optgroup", { key: group, label: group }, listed)] : listed;
        }),
      ];
    },
    field(field) {
      const id = `asked-${field.name}`;
      const keep = (event) => (this.values[field.name] = event.target.value);
      const shared = { id, required: field.required, value: this.values[field.name] };
      const boxes = {
        choice: () => h("select", { ...shared, onChange: keep }, this.options(field)),
        area: () => h("textarea", { ...shared, rows: 4, maxlength: field.length, onInput: keep }),
        moment: () => h("input", { ...shared, type: "datetime-local", min: field.least, onInput: keep }),
        number: () => h("input", { ...shared, type: "number", min: 1, max: field.most, onInput: keep }),
      };
      return h("div", { key: id }, [
        h("label", { for: id }, field.required ? field.label : `${field.label} (optional)`),
        boxes[field.kind](),
      ]);
    },
    clock() {
      const seconds = Math.max(0, Math.floor((this.moment - this.since) / 1000));
      return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
    },
  },
  render() {
    const button = (title, onClick) => h("button", { type: "button", onClick }, title);
    return h("dialog", { class: "sheet", "aria-label": this.heading, onClose: this.closed }, [
      h("form", { ref: "form", onSubmit: this.send, onKeydown: this.press }, [
        h("div", { class: "sheet-head" }, [
          h("h2", this.heading),
          this.since ? h("span", { class: "running", role: "timer" }, `Write-up ${this.clock()}`) : null,
        ]),
        h("div", { role: "alert" }, this.alert ? [h("p", { class: "alert" }, this.alert)] : []),
        this.hint ? h("p", { class: "hint" }, this.hint) : null,
        ...this.fields.map(this.field),
        h("div", { class: "sheet-foot" }, [
          button("Cancel", () => this.$el.close()),
          this.extra ? button(this.extra, () => this.$emit("extra")) : null,
          h("button", { type: "submit", class: "primary", disabled: this.sending }, this.confirm),
        ]),
      ]),
    ]);
  },
};
