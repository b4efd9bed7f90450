// The agent's conversations as tabs above the one that is shown; the list beside them says more.
import { h } from "vue";

export default {
  props: { tabs: Array, active: String },
  emits: ["choose"],
  render() {
    if (this.tabs.length < 2) return h("div", { class: "unseen" });
    return h(
      "nav",
      { class: "talk-tabs", "aria-label": "Open conversations" },
      this.tabs.map((tab) =>
        h(
          "button",
          {
            key: tab.id,
            type: "button",
            "aria-current": tab.id === this.active ? "true" : undefined,
            onClick: () => this.$emit("choose", tab.id),
          },
          [
            h("span", tab.title),
            tab.unread ? h("span", { class: "count-tag" }, [String(tab.unread), h("span", { class: "unseen" }, " new")]) : null,
          ],
        ),
      ),
    );
  },
};
