// Where an agent writes. Keeps a draft per conversation and kind until the server says it is stored.
import { h } from "vue";

const TYPING_EVERY = 2500;
const KINDS = { reply: "Reply", note: "Private note" };

function load(name) {
  try {
    return JSON.parse(sessionStorage.getItem(name)) ?? {};
  } catch {
    return {};
  }
}

export default {
  props: { chat: String, replies: Boolean, notes: Boolean, stored: String, refused: String, focus: String, length: Number },
  emits: ["send", "typing"],
  data: () => ({ kind: "reply", text: "", key: null, sending: null, typed: 0 }),
  computed: {
    slot() {
      return `draft ${this.kind} ${this.chat}`;
    },
    enabled() {
      return Boolean(this.chat) && (this.kind === "note" ? this.notes : this.replies);
    },
  },
  watch: {
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
    focus(call) {
      this.open(call.split(" ")[0]);
    },
  },
  mounted() {
    this.restore();
    this.write = ({ detail }) => this.open(detail);
    document.addEventListener("write", this.write);
  },
  unmounted() {
    document.removeEventListener("write", this.write);
  },
  methods: {
    open(kind) {
      this.kind = kind;
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
    change(event) {
      this.keep(event.target.value);
      if (this.kind !== "reply" || Date.now() - this.typed < TYPING_EVERY) return;
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
      this.$emit("send", { chat: this.chat, kind: this.kind, key: this.key, text });
    },
  },
  render() {
    const note = this.kind === "note";
    const words = note ? "Private note, for colleagues only" : "Reply to the customer";
    return h(
      "form",
      {
        class: ["composer", this.kind],
        onSubmit: (event) => {
          event.preventDefault();
          this.send();
        },
      },
      [
        h(
          "div",
          { class: "kinds", role: "group", "aria-label": "What to write" },
          Object.entries(KINDS).map(([kind, title]) =>
            h(
              "button",
              { type: "button", "aria-pressed": String(kind === this.kind), onClick: () => (this.kind = kind) },
              title,
            ),
          ),
        ),
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
          h("span", { class: "hint" }, "Enter sends · Shift+Enter starts a new line · drafts are kept"),
          h("button", { type: "submit", class: "primary", disabled: !this.enabled }, note ? "Save note" : "Send"),
        ]),
      ],
    );
  },
};
