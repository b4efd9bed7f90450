// What an agent sets for themselves: sound, notices of the desktop, light or dark. Kept in the browser.
import { h } from "vue";

const THEMES = { system: "As the system", light: "Light", dark: "Dark" };

export default {
  props: { agent: String },
  data: () => ({ sound: false, notices: false, theme: "system", refusal: "" }),
  mounted() {
    this.sound = this.recall("sound") === "on";
    this.notices = this.recall("notices") === "on" && window.Notification?.permission === "granted";
    this.theme = this.recall("theme") ?? "system";
  },
  methods: {
    recall(name) {
      return localStorage.getItem(`console ${this.agent} ${name}`);
    },
    keep(name, value) {
      localStorage.setItem(`console ${this.agent} ${name}`, value);
    },
    setSound(on) {
      this.sound = on;
      this.keep("sound", on ? "on" : "off");
      if (on) document.dispatchEvent(new CustomEvent("ring"));
    },
    async setNotices(on) {
      this.refusal = "";
      // Asked for here only, never by itself: the agent has just said that they want them.
      const granted = on && (await window.Notification?.requestPermission()) === "granted";
      if (on && !granted) this.refusal = "Your browser does not allow notices for this page.";
      this.notices = granted;
      this.keep("notices", granted ? "on" : "off");
    },
    setTheme(theme) {
      this.theme = theme;
      this.keep("theme", theme);
      if (theme === "system") delete document.documentElement.dataset.theme;
      else document.documentElement.dataset.theme = theme;
    },
    tick(id, label, checked, set) {
      return h("div", { class: "tick" }, [
        h("input", { id, type: "checkbox", checked, onChange: (event) => set(event.target.checked) }),
        h("label", { for: id }, label),
      ]);
    },
  },
  render() {
    return h("div", { class: "preferences" }, [
      this.tick("prefer-sound", "Sound for offers and new messages", this.sound, this.setSound),
      this.tick("prefer-notices", "Notices on the desktop, while you are elsewhere", this.notices, this.setNotices),
      h("p", { class: "hint", role: "status" }, this.refusal),
      h("fieldset", [
        h("legend", "Appearance"),
        ...Object.entries(THEMES).map(([theme, words]) =>
          h("div", { key: theme, class: "tick" }, [
            h("input", {
              id: `prefer-${theme}`,
              type: "radio",
              name: "prefer-theme",
              checked: theme === this.theme,
              onChange: () => this.setTheme(theme),
            }),
            h("label", { for: `prefer-${theme}` }, words),
          ]),
        ),
      ]),
    ]);
  },
};
