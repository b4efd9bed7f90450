// The page as a whole: keys, title, sound, notices, and what a screen reader is told. Shows nothing itself.
import { h } from "vue";

const COMMANDS = {
  KeyA: "accept",
  KeyX: "decline",
  KeyR: "reply",
  KeyN: "note",
  KeyG: "barge",
  KeyS: "resolve",
  KeyB: "bot",
  KeyT: "transfer",
  KeyL: "call",
  KeyJ: "pin",
  KeyO: "reorder",
  KeyC: "replies",
  KeyK: "articles",
  KeyF: "past",
  KeyP: "presence",
  ArrowDown: "next",
  ArrowUp: "previous",
  Period: "right",
  Comma: "left",
  Slash: "help",
};
const WRITES = new Set(["reply", "note", "barge"]);
// The others change what is on the screen or open a dialog, but only once the server has answered: what is
// typed until then must reach nobody.
const STAYS = new Set(["presence", "help"]);
const WIDTHS = ["(min-width: 1760px)", "(min-width: 2400px)"];

export default {
  props: { base: String, agent: String, met: Number, unread: Number, bells: Number, announcement: String },
  emits: ["command", "visible", "columns"],
  watch: {
    // The server hears nothing before it has met the page: what it must know is told then.
    met: "measure",
    unread: "entitle",
    bells(now, before) {
      if (now > before) this.tell();
    },
  },
  mounted() {
    document.addEventListener("keydown", this.press);
    document.addEventListener("visibilitychange", this.see);
    document.addEventListener("ring", this.ring);
    this.widths = WIDTHS.map((width) => matchMedia(width));
    for (const width of this.widths) width.addEventListener("change", this.measure);
    this.entitle();
  },
  unmounted() {
    document.removeEventListener("keydown", this.press);
    document.removeEventListener("visibilitychange", this.see);
    document.removeEventListener("ring", this.ring);
    for (const width of this.widths) width.removeEventListener("change", this.measure);
  },
  methods: {
    press(event) {
      const asks = event.key === "?" && !event.altKey && !event.target.closest("input, textarea, select");
      const command = asks ? "help" : COMMANDS[event.code];
      if (!command || event.ctrlKey || event.metaKey || (!asks && (!event.altKey || event.shiftKey))) return;
      event.preventDefault();
      // A dialog in front is answered first.
      if (document.querySelector("dialog[open]")) return;
      if (WRITES.has(command)) {
        // At once, in the browser: a note that begins a moment too early would go to the customer.
        document.dispatchEvent(new CustomEvent("write", { detail: command }));
        return;
      }
      if (!STAYS.has(command)) document.activeElement?.blur();
      this.$emit("command", command);
    },
    see() {
      this.$emit("visible", document.visibilityState === "visible");
    },
    measure() {
      this.$emit("columns", 1 + this.widths.filter((width) => width.matches).length);
    },
    entitle() {
      document.title = this.unread ? `(${this.unread}) ${this.base}` : this.base;
    },
    wants(name) {
      return localStorage.getItem(`console ${this.agent} ${name}`) === "on";
    },
    tell() {
      if (this.wants("sound")) this.ring();
      if (!this.wants("notices") || document.hasFocus() || window.Notification?.permission !== "granted") return;
      const notice = new Notification("Agents’ console", { body: this.announcement, tag: "console" });
      notice.onclick = () => {
        window.focus();
        notice.close();
      };
    },
    ring() {
      // Two soft notes; browsers allow it once the agent has pressed anything on the page.
      const audio = new AudioContext();
      [660, 880].forEach((frequency, index) => {
        const note = new OscillatorNode(audio, { frequency });
        const volume = new GainNode(audio, { gain: 0.06 });
        note.connect(volume).connect(audio.destination);
        note.start(audio.currentTime + index * 0.14);
        note.stop(audio.currentTime + index * 0.14 + 0.12);
      });
      setTimeout(() => audio.close(), 1000);
    },
  },
  render() {
    return h("div", { class: "unseen", role: "status" }, this.announcement);
  },
};
