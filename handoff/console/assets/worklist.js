// Work that waits, in groups. Renders from data only: every string becomes a text node.
import { h } from "vue";

export default {
  props: { groups: Array, active: String },
  emits: ["choose"],
  methods: {
    row(row) {
      const chosen = row.id === this.active;
      return h("li", { key: row.id }, [
        h(
          "button",
          {
            type: "button",
            class: ["row", { active: chosen }],
            "aria-current": chosen ? "true" : undefined,
            onClick: () => this.$emit("choose", row.id),
          },
          [
            h("span", { class: "row-head" }, [
              h("span", { class: "row-title" }, row.title),
              h("span", { class: "row-age" }, [h("span", { class: "unseen" }, "waiting for "), row.age]),
            ]),
            h("span", { class: "row-head" }, [
              h("span", { class: "row-preview" }, row.about),
              row.amount ? h("span", { class: "row-amount" }, row.amount) : null,
            ]),
            h("span", { class: "row-tags" }, [
              ...row.tags.map((tag) => h("span", { key: tag.text, class: `flag ${tag.tone}` }, tag.text)),
              row.due ? h("span", { class: ["row-due", { late: row.late }] }, row.due) : null,
            ]),
          ],
        ),
      ]);
    },
    group(group) {
      const heading = `work-${group.name}`;
      return h("section", { key: group.name, class: `group ${group.name}`, "aria-labelledby": heading }, [
        h("h2", { id: heading }, [group.title, h("span", { class: "count" }, ` ${group.rows.length}`)]),
        group.rows.length ? h("ul", group.rows.map(this.row)) : h("p", { class: "empty" }, group.empty),
      ]);
    },
  },
  render() {
    return h("div", { class: "worklist" }, this.groups.map(this.group));
  },
};
