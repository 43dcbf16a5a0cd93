// What a phone can scan or open: the tables' QR codes, the one-time links, the bot itself, any other code.

import { button, make } from "./make.js";
import { say } from "./words.js";

// `open(payload)`: null opens the bot without a code.
export function linkList(hall, open) {
  const { programme, links } = hall;
  const tables = programme.tables.map((table) =>
    make(
      "li",
      {},
      button("", () => open(table.code), { class: "scan" }),
    ),
  );
  tables.forEach((item, at) => {
    const table = programme.tables[at];
    const zones = say(table.zones.length > 1 ? "zones.many" : "zones.one", { zones: table.zones.join(", ") });
    item.firstChild.append(
      make("span", { class: "qr", "aria-hidden": "true" }),
      make("strong", {}, `${table.code} ${table.name}`),
      make("small", {}, zones),
      make("small", { class: "address" }, `?start=${table.code}`),
    );
  });
  const places = new Map(programme.tables.map((table) => [table.code, `${table.code} ${table.name}`]));
  const invitations = links.map((link) => {
    const label =
      link.role === "regia" ? say("link_regia") : say("link_facilitator", { table: places.get(link.table) ?? link.table });
    return make(
      "li",
      {},
      button(label, () => open(link.payload), { class: "once" }),
    );
  });
  const other = make("input", {
    id: `payload-${Math.random()}`,
    maxlength: 64,
    pattern: "[A-Za-z0-9_\\-]{1,64}",
    required: true,
    autocomplete: "off",
    spellcheck: "false",
  });
  return make(
    "div",
    { class: "links" },
    button(say("start"), () => open(null), { class: "primary" }),
    make("p", { class: "help" }, say("start_help")),
    make("h3", {}, say("tables")),
    make("p", { class: "help" }, say("tables_help")),
    make("ul", { class: "codes" }, ...tables),
    make("h3", {}, say("links")),
    make("p", { class: "help" }, invitations.length ? say("links_help") : say("no_links")),
    make("ul", { class: "invitations" }, ...invitations),
    make(
      "form",
      {
        class: "other",
        onsubmit: (event) => {
          event.preventDefault();
          open(other.value);
        },
      },
      make("label", { for: other.id }, say("payload")),
      make("p", { class: "help" }, say("payload_help")),
      make("div", { class: "row" }, other, make("button", { type: "submit" }, say("open"))),
    ),
  );
}
