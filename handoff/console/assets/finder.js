// A search over what helps to answer: replies, articles, past conversations. Results are text nodes.
import { h } from "vue";

const PAUSE = 150;

export default {
  props: { open: Boolean, sources: Array, source: String, found: Object },
  emits: ["search", "take", "close"],
  data: () => ({ current: "", text: "", at: 0 }),
  computed: {
    rows() {
      return this.found.source === this.current ? this.found.rows : [];
    },
    chosen() {
      return this.rows[Math.min(this.at, this.rows.length - 1)];
    },
  },
  watch: {
    open: "show",
    "found.count"() {
      this.at = 0;
    },
  },
  mounted() {
    this.show();
  },
  unmounted() {
    clearTimeout(this.wait);
  },
  methods: {
    show() {
      if (this.open && !this.$el.open) {
        this.text = "";
        this.turn(this.source);
        this.$el.showModal();
      }
      if (!this.open && this.$el.open) this.$el.close();
    },
    turn(source) {
      this.current = source;
      this.search();
      this.$nextTick(() => this.$refs.box.focus());
    },
    search() {
      clearTimeout(this.wait);
      this.$emit("search", { source: this.current, text: this.text });
    },
    change(event) {
      this.text = event.target.value;
      clearTimeout(this.wait);
      this.wait = setTimeout(() => this.search(), PAUSE);
    },
    press(event) {
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (step && !event.altKey && this.rows.length) {
        event.preventDefault();
        this.at = (Math.min(this.at, this.rows.length - 1) + step + this.rows.length) % this.rows.length;
        this.$nextTick(() => this.$el.querySelector("[aria-selected=true]")?.scrollIntoView({ block: "nearest" }));
      }
      if (event.key === "Enter" && !event.isComposing) {
        event.preventDefault();
        this.take(this.chosen);
      }
    },
    take(row) {
      if (row) this.$emit("take", { source: this.current, id: row.id });
    },
    closed() {
      clearTimeout(this.wait);
      this.$emit("close");
      document.dispatchEvent(new CustomEvent("write", { detail: "" }));
    },
    row(row, index) {
      return h(
        "li",
        {
          key: row.id,
          id: `found-${index}`,
          role: "option",
          "aria-selected": String(row === this.chosen),
          onClick: () => this.take(row),
        },
        [
          h("span", { class: "found-head" }, [h("b", row.title), h("span", { class: "quiet" }, row.meta)]),
          h("span", { class: "found-text" }, row.text),
        ],
      );
    },
  },
  render() {
    const source = this.sources.find(({ name }) => name === this.current) ?? this.sources[0];
    return h("dialog", { class: "sheet finder", "aria-label": "Search", onClose: this.closed }, [
      h("div", { class: "sheet-head" }, [
        h(
          "div",
          { class: "kinds", role: "group", "aria-label": "Where to search" },
          this.sources.map(({ name, title }) =>
            h(
              "button",
              { key: name, type: "button", "aria-pressed": String(name === this.current), onClick: () => this.turn(name) },
              title,
            ),
          ),
        ),
        h("button", { type: "button", onClick: () => this.$el.close() }, "Close"),
      ]),
      h("input", {
        ref: "box",
        type: "text",
        role: "combobox",
        autocomplete: "off",
        maxlength: 200,
        "aria-label": source.label,
        "aria-expanded": "true",
        "aria-controls": "found",
        "aria-activedescendant": this.chosen ? `found-${this.rows.indexOf(this.chosen)}` : undefined,
        placeholder: source.label,
        value: this.text,
        onInput: this.change,
        onKeydown: this.press,
      }),
      h("ul", { id: "found", class: "found", role: "listbox", "aria-label": source.title }, this.rows.map(this.row)),
      h("p", { class: "hint", role: "status" }, this.rows.length ? source.hint : this.found.empty),
    ]);
  },
};
