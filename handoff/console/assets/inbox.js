// The list of conversations. Renders from data only: every string becomes a text node.
import { h } from "vue";

const SECOND = 1000;

function span(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, "0")}`;
}

export default {
  props: { groups: Array, active: String, now: Number },
  emits: ["choose", "accept", "decline"],
  data() {
    // The server's clock counts; the browser's may be wrong, but it runs as fast.
    return { skew: this.now - Date.now(), moment: this.now };
  },
  mounted() {
    this.timer = setInterval(() => (this.moment = Date.now() + this.skew), SECOND);
  },
  unmounted() {
    clearInterval(this.timer);
  },
  methods: {
    row(row) {
      const facts = [
        h("span", { class: "row-head" }, [
          h("span", { class: "row-title" }, [
            row.unread
              ? h("span", { class: "count-tag" }, [String(row.unread), h("span", { class: "unseen" }, " new: ")])
              : null,
            row.title,
          ]),
          h("span", { class: "row-age" }, span((this.moment - row.since) / SECOND)),
        ]),
        h("span", { class: "row-reason" }, [
          row.urgency ? h("span", { class: `urgency ${row.urgency.toLowerCase()}` }, row.urgency) : null,
          row.elderly ? h("span", { class: "age-tag" }, "60+") : null,
          row.reason,
        ]),
        row.preview ? h("span", { class: "row-preview" }, row.preview) : null,
        row.waits ? h("span", { class: "row-preview" }, `Customer waits ${span((this.moment - row.waits) / SECOND)}`) : null,
      ];
      const body = row.opens
        ? h(
            "button",
            {
              type: "button",
              class: ["row", { active: row.id === this.active }],
              "aria-current": row.id === this.active ? "true" : undefined,
              onClick: () => this.$emit("choose", row.id),
            },
            facts,
          )
        : h("div", { class: "row still" }, facts);
      return h("li", { key: row.id }, row.until ? [body, this.answer(row)] : [body]);
    },
    answer(row) {
      const left = Math.max(0, Math.floor((row.until - this.moment) / SECOND));
      return h("div", { class: "answer" }, [
        h(
          "button",
          {
            type: "button",
            class: "primary",
            "aria-label": `Accept ${row.title}`,
            onClick: () => this.$emit("accept", row.id),
          },
          "Accept",
        ),
        h(
          "button",
          { type: "button", "aria-label": `Decline ${row.title}`, onClick: () => this.$emit("decline", row.id) },
          "Decline",
        ),
        h("span", { class: ["left", { soon: left <= 10 }] }, `${left} s left`),
      ]);
    },
    group(group) {
      const heading = `inbox-${group.name}`;
      return h("section", { key: group.name, class: `group ${group.name}`, "aria-labelledby": heading }, [
        h("h2", { id: heading }, [group.title, h("span", { class: "count" }, ` ${group.count}`)]),
        group.rows.length
          ? h("ul", group.rows.map(this.row))
          : h("p", { class: "empty" }, group.empty),
      ]);
    },
  },
  render() {
    return h("div", { class: "inbox" }, this.groups.map(this.group));
  },
};
