// Where an agent writes. Keeps a draft per conversation and kind until the server says it is stored.
import { h } from "vue";

const TYPING_EVERY = 2500;
const NOTHING = { name: "reply", title: "Reply", words: "Reply to the customer", send: "Send" };

function load(name) {
  try {
    return JSON.parse(sessionStorage.getItem(name)) ?? {};
  } catch {
    return {};
  }
}

export default {
  props: {
    chat: String,
    kinds: Array,
    active: Boolean,
    stored: String,
    refused: String,
    focus: String,
    insertion: Object,
    length: Number,
  },
  emits: ["send", "typing", "find"],
  data: () => ({ kind: "", picked: false, text: "", key: null, sending: null, typed: 0 }),
  computed: {
    chosen() {
      return this.kinds.find(({ name }) => name === this.kind) ?? this.kinds[0] ?? NOTHING;
    },
    enabled() {
      return Boolean(this.chat) && this.kinds.length > 0;
    },
    slot() {
      return `draft ${this.chosen.name} ${this.chat}`;
    },
  },
  watch: {
    // Every conversation begins with its first kind: nobody speaks in where they meant to whisper.
    chat() {
      this.kind = "";
      this.picked = false;
      this.$refs.box.blur();
    },
    slot: "restore",
    stored(key) {
      if (this.sending?.key !== key) return;
      const { slot, text } = this.sending;
      this.sending = null;
      if (load(slot).text !== text) return;
      sessionStorage.removeItem(slot);
      if (slot === this.slot) this.restore();
    },
    // "<key> 3": which message, and a count that makes each refusal a new one.
    refused(refusal) {
      if (this.sending?.key === refusal.split(" ")[0]) this.sending = null;
    },
    // "reply 3": which kind to write, and a count that makes each call a new one.
    // It never takes the agent's own choice back: a note that was begun would go to the customer.
    focus(call) {
      this.open(this.picked ? "" : call.split(" ")[0]);
    },
    "insertion.count"() {
      this.insert(this.insertion.text);
    },
  },
  mounted() {
    this.restore();
    this.write = ({ detail }) => this.active && this.pick(detail);
    document.addEventListener("write", this.write);
  },
  unmounted() {
    document.removeEventListener("write", this.write);
  },
  methods: {
    pick(kind) {
      this.picked = this.picked || Boolean(kind);
      this.open(kind);
    },
    open(kind) {
      if (kind) this.kind = kind;
      this.$nextTick(() => this.$refs.box.focus());
    },
    restore() {
      const { text = "", key = null } = load(this.slot);
      this.text = text;
      this.key = key;
    },
    keep(text, key = null) {
      this.text = text;
      // Changed words are another message; the same words sent again are the same one.
      this.key = key;
      if (text) sessionStorage.setItem(this.slot, JSON.stringify({ text, key }));
      else sessionStorage.removeItem(this.slot);
    },
    insert(text) {
      const { selectionStart: start, selectionEnd: end } = this.$refs.box;
      const before = this.text.slice(0, start);
      const space = before && !/\s$/.test(before) ? " " : "";
      this.keep((before + space + text + this.text.slice(end)).slice(0, this.length));
      this.$nextTick(() => {
        const box = this.$refs.box;
        box.focus();
        // What nobody knows stands in brackets, and is typed over.
        const gap = /\[[^\]\n]{1,40}\]/.exec(text);
        const at = start + space.length;
        if (gap) box.setSelectionRange(at + gap.index, at + gap.index + gap[0].length);
        else box.setSelectionRange(at + text.length, at + text.length);
      });
    },
    change(event) {
      this.keep(event.target.value);
      if (this.chosen.name !== "reply" || Date.now() - this.typed < TYPING_EVERY) return;
      this.typed = Date.now();
      this.$emit("typing");
    },
    press(event) {
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      this.send();
    },
    send() {
      const text = this.text.trim();
      if (!text || !this.enabled || this.sending?.slot === this.slot) return;
      this.keep(this.text, this.key ?? crypto.randomUUID());
      this.sending = { key: this.key, slot: this.slot, text: this.text };
      this.$emit("send", { chat: this.chat, kind: this.chosen.name, key: this.key, text });
    },
  },
  render() {
    const { name, words, send } = this.chosen;
    const kinds = this.kinds.length ? this.kinds : [NOTHING];
    return h(
      "form",
      {
        class: ["composer", name],
        onSubmit: (event) => {
          event.preventDefault();
          this.send();
        },
      },
      [
        h("div", { class: "composer-head" }, [
          h(
            "div",
            { class: "kinds", role: "group", "aria-label": "What to write" },
            kinds.map((kind) =>
              h(
                "button",
                {
                  key: kind.name,
                  type: "button",
                  "aria-pressed": String(kind.name === name),
                  onClick: () => this.pick(kind.name),
                },
                kind.title,
              ),
            ),
          ),
          h(
            "button",
            { type: "button", class: "find", disabled: !this.enabled, onClick: () => this.$emit("find") },
            "Insert…",
          ),
        ]),
        h("textarea", {
          ref: "box",
          rows: 3,
          maxlength: this.length,
          "aria-label": words,
          placeholder: this.enabled ? `${words}…` : "Accept a conversation to write",
          value: this.text,
          disabled: !this.enabled,
          onInput: this.change,
          onKeydown: this.press,
        }),
        h("div", { class: "foot" }, [
          h("span", { class: "hint" }, "Enter sends · Shift+Enter: new line · drafts are kept"),
          h("button", { type: "submit", class: "primary", disabled: !this.enabled }, send),
        ]),
      ],
    );
  },
};
