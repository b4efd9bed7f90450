// The page as a whole: keys, title, sound, and what a screen reader is told. Shows nothing itself.
import { h } from "vue";

const COMMANDS = {
  KeyA: "accept",
  KeyX: "decline",
  KeyR: "reply",
  KeyN: "note",
  KeyS: "resolve",
  KeyB: "bot",
  KeyP: "presence",
  ArrowDown: "next",
  ArrowUp: "previous",
  Slash: "help",
};
// These change what is on the screen, but only once the server has answered: what is typed until then
// must reach nobody.
const MOVES = new Set(["accept", "decline", "resolve", "bot", "next", "previous"]);
const REMEMBERED = "console sound";

export default {
  props: { base: String, unread: Number, bells: Number, sound: Boolean, announcement: String },
  emits: ["command", "visible", "remembered"],
  watch: {
    unread: "entitle",
    bells(now, before) {
      if (this.sound && now > before) this.ring();
    },
    sound(on) {
      localStorage.setItem(REMEMBERED, on ? "on" : "off");
      if (on) this.ring();
    },
  },
  mounted() {
    this.press = (event) => {
      const command = COMMANDS[event.code];
      if (!command || !event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      // A dialog in front is answered first.
      if (document.querySelector("dialog[open]")) return;
      if (command === "reply" || command === "note") {
        // At once, in the browser: a note that begins a moment too early would go to the customer.
        document.dispatchEvent(new CustomEvent("write", { detail: command }));
        return;
      }
      if (MOVES.has(command)) document.activeElement?.blur();
      this.$emit("command", command);
    };
    this.see = () => this.$emit("visible", document.visibilityState === "visible");
    document.addEventListener("keydown", this.press);
    document.addEventListener("visibilitychange", this.see);
    this.entitle();
    this.$emit("remembered", localStorage.getItem(REMEMBERED) === "on");
  },
  unmounted() {
    document.removeEventListener("keydown", this.press);
    document.removeEventListener("visibilitychange", this.see);
  },
  methods: {
    entitle() {
      document.title = this.unread ? `(${this.unread}) ${this.base}` : this.base;
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
