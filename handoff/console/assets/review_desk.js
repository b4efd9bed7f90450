// The review list, the card of one turn, and its keys. Renders from data only: every string becomes a text node.
import { h } from "vue";

const KEYS = { c: "confirm", o: "out_of_scope", s: "skip", r: "relabel", a: "article", g: "suggested" };

export default {
  props: {
    items: Array,
    card: Object,
    labels: Array,
    message: String,
    count: String,
    titleLength: Number,
    textLength: Number,
  },
  emits: ["choose", "decide", "draft"],
  data: () => ({ label: "", writing: false, title: "", text: "", acting: false }),
  watch: {
    card(now, before) {
      if (now?.id === before?.id) return;
      this.label = this.title = this.text = "";
      this.writing = false;
      if (this.acting) this.$nextTick(() => (this.$refs.card ?? this.$refs.empty)?.focus());
      this.acting = false;
    },
    message() {
      this.acting = false;
    },
  },
  methods: {
    decide(decision, label = "") {
      if (this.card) {
        this.acting = true;
        this.$emit("decide", { id: this.card.id, decision, label });
      }
    },
    relabel(event) {
      event.preventDefault();
      const asked = this.label.trim().toLowerCase();
      const found = this.labels.find((one) => [one.value, one.words].includes(asked)) ?? this.only(asked);
      this.decide("relabel", found?.value ?? asked);
    },
    only(asked) {
      const fitting = this.labels.filter((one) => `${one.value} ${one.words}`.includes(asked));
      return asked && fitting.length === 1 ? fitting[0] : undefined;
    },
    draft(event) {
      event.preventDefault();
      this.acting = true;
      this.$emit("draft", { id: this.card.id, title: this.title, text: this.text });
    },
    write() {
      this.writing = true;
      this.$nextTick(() => this.$refs.title?.focus());
    },
    press(event) {
      // Single keys count only while the card itself or one of its buttons has the focus.
      if (event.altKey || event.ctrlKey || event.metaKey) return;
      if (event.target.closest("input, textarea")) {
        if (event.key === "Escape") this.$refs.card.focus();
        return;
      }
      const command = KEYS[event.key.toLowerCase()];
      if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        event.preventDefault();
        this.step(event.key === "ArrowDown" ? 1 : -1);
      } else if (command) {
        event.preventDefault();
        if (command === "relabel") this.$refs.label.focus();
        else if (command === "article") this.write();
        else if (command === "suggested") this.card.suggested && this.decide("relabel", this.card.suggested);
        else if (command !== "confirm" || this.card.confirms) this.decide(command);
      }
    },
    step(by) {
      const place = this.items.findIndex((one) => one.id === this.card?.id) + by;
      if (place >= 0 && place < this.items.length) this.choose(this.items[place].id);
    },
    choose(id) {
      this.acting = true;
      this.$emit("choose", id);
    },
    row(item) {
      const current = item.id === this.card?.id;
      const words = [h("span", { class: "row-title" }, item.text), h("span", { class: "row-reason" }, item.reason)];
      return h("li", { key: item.id }, [
        h(
          "button",
          {
            type: "button",
            class: ["row", { active: current }],
            "aria-current": current ? "true" : undefined,
            onClick: () => this.choose(item.id),
          },
          words,
        ),
      ]);
    },
    act(title, key, run, disabled = false) {
      return h("button", { type: "button", disabled, "aria-keyshortcuts": key, onClick: run }, [
        `${title} `,
        h("kbd", { "aria-hidden": "true" }, key),
      ]);
    },
    facts(card) {
      const lines = [
        ["Understood as", `${card.understood}, ${card.confidence}`],
        ["Why it is here", card.reason],
        ["Channel", `${card.channel}, ${card.said}`],
        ...(card.article ? [["Answered from", card.article]] : []),
        ...(card.suggested ? [["Probably meant", card.suggestedWords]] : []),
      ];
      return h("dl", lines.flatMap(([term, told]) => [h("dt", term), h("dd", told)]));
    },
    table(caption, heads, rows) {
      return h("table", [
        h("caption", caption),
        h("thead", h("tr", heads.map((head) => h("th", { scope: "col" }, head)))),
        h("tbody", rows.map((row) => h("tr", row.map((cell) => h("td", cell))))),
      ]);
    },
    reasons(card) {
      return h("div", { class: "reasons" }, [
        this.table("What the model thinks now", ["Intent", "Confidence"], card.ranking),
        card.words.length ? this.table("Words that made it so", ["Word", "Confidence without it falls by"], card.words) : null,
        card.neighbours.length ? this.table("Nearest training lines", ["Line", "Intent", "Nearness"], card.neighbours) : null,
        card.explained ? null : h("p", { class: "empty" }, "Reasons and neighbours appear when the engine answers."),
      ]);
    },
    labelForm() {
      return h("form", { class: "relabel", onSubmit: this.relabel }, [
        h("label", { for: "review-label" }, "It means"),
        h("input", {
          ref: "label",
          id: "review-label",
          list: "review-labels",
          value: this.label,
          autocomplete: "off",
          onInput: (event) => (this.label = event.target.value),
        }),
        h("datalist", { id: "review-labels" }, this.labels.map((one) => h("option", { value: one.value }, one.words))),
        h("button", { type: "submit", class: "primary" }, "Relabel"),
      ]);
    },
    articleForm(card) {
      return h("form", { class: "draft", onSubmit: this.draft }, [
        h("label", { for: "draft-title" }, "Title of the article"),
        h("input", {
          ref: "title",
          id: "draft-title",
          required: true,
          maxlength: this.titleLength,
          value: this.title,
          onInput: (event) => (this.title = event.target.value),
        }),
        h("label", { for: "draft-text" }, `What should have been said to “${card.text}”`),
        h("textarea", {
          id: "draft-text",
          required: true,
          rows: 8,
          maxlength: this.textLength,
          value: this.text,
          onInput: (event) => (this.text = event.target.value),
        }),
        h("button", { type: "submit", class: "primary" }, "Keep the draft"),
      ]);
    },
    sheet(card) {
      return h(
        "section",
        { ref: "card", class: "review", tabindex: "-1", "aria-labelledby": "review-text", onKeydown: this.press },
        [
          h("h2", { id: "review-text" }, `“${card.text}”`),
          this.facts(card),
          h("div", { class: "acts" }, [
            this.act("Right", "C", () => this.decide("confirm"), !card.confirms),
            card.suggested
              ? this.act("As probably meant", "G", () => this.decide("relabel", card.suggested))
              : null,
            this.act("Relabel", "R", () => this.$refs.label.focus()),
            this.act("Out of scope", "O", () => this.decide("out_of_scope")),
            this.act("Article missing", "A", this.write),
            this.act("Skip", "S", () => this.decide("skip")),
          ]),
          this.labelForm(),
          this.writing ? this.articleForm(card) : null,
          this.reasons(card),
        ],
      );
    },
  },
  mounted() {
    this.$refs.card?.focus();
  },
  render() {
    return h("div", { class: "review-desk" }, [
      h("section", { class: "list", "aria-labelledby": "review-count" }, [
        h("h2", { id: "review-count" }, this.count),
        h("ul", this.items.map(this.row)),
      ]),
      h("div", { class: "review-place" }, [
        h("p", { class: "complaint", role: "alert" }, this.message),
        this.card
          ? this.sheet(this.card)
          : h("p", { ref: "empty", class: "empty", tabindex: "-1" }, "Nothing to review."),
      ]),
    ]);
  },
};
