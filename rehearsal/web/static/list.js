// The list of chats: one's own phones, the channel, the crowd.

import { post, Refused } from "./api.js";
import { arrange, button, dialog, make, setText } from "./make.js";
import { language, say, sayLanguage } from "./words.js";

const NAMES = ["Ada", "Bruno", "Carla", "Dino", "Elsa", "Furio", "Gemma", "Ivan", "Lia", "Nino", "Olga", "Pia"];
const LANGUAGES = ["it", "en", "fr", "ro"];

// `host` offers: open(id), isOpen(id), complain(text).
export class ChatList {
  constructor(element, host) {
    this.host = host;
    this.items = new Map();
    this.read = new Map(); // chat id -> messages of the bot that were seen
    this.hall = null;
    this.own = make("ul", {});
    this.channels = make("ul", {});
    this.crowd = make("ul", {});
    this.noOwn = make("p", { class: "help" }, say("no_own"));
    this.nobody = make("p", { class: "help", hidden: true }, say("nobody_found"));
    this.crowdTitle = make("summary", {}, "");
    this.search = make("input", {
      type: "search",
      "aria-label": say("search"),
      placeholder: say("search"),
      autocomplete: "off",
      oninput: () => this.showCrowd(),
    });
    element.setAttribute("aria-label", say("chats"));
    element.append(
      make("h2", {}, say("own_phones")),
      button(say("new_phone"), () => this.newPhone(), { class: "primary new" }),
      this.noOwn,
      this.own,
      make("h2", {}, say("channels")),
      this.channels,
      make(
        "details",
        { open: true },
        this.crowdTitle,
        make("p", { class: "help" }, say("crowd_help")),
        this.search,
        this.nobody,
        this.crowd,
      ),
    );
  }

  hear(hall) {
    this.hall = hall;
    this.show();
  }

  show() {
    if (!this.hall) return;
    const of = (kind) => this.hall.chats.filter((chat) => chat.kind === kind);
    const own = of("own");
    this.noOwn.hidden = own.length > 0;
    arrange(
      this.own,
      own.map((chat) => this.item(chat)),
    );
    arrange(
      this.channels,
      of("channel").map((chat) => this.item(chat)),
    );
    this.people = of("crowd");
    setText(this.crowdTitle, say("crowd", { n: this.people.length }));
    this.showCrowd();
  }

  showCrowd() {
    const wanted = this.search.value.trim().toLowerCase();
    const found = (this.people ?? []).filter((chat) =>
      `${chat.name} ${chat.table ?? ""} ${chat.role ?? ""}`.toLowerCase().includes(wanted),
    );
    this.nobody.hidden = found.length > 0 || !wanted;
    arrange(
      this.crowd,
      found.map((chat) => this.item(chat)),
    );
  }

  item(chat) {
    let item = this.items.get(chat.id);
    if (!item) {
      item = { name: make("b", {}), about: make("small", {}), badge: make("span", { class: "badge" }) };
      item.open = button("", () => this.host.open(chat.id), { class: "chat" });
      item.open.append(
        make("span", { class: `face ${chat.kind}`, "aria-hidden": "true" }, initial(chat.name)),
        make("span", { class: "who" }, item.name, item.about),
        item.badge,
      );
      item.element = make("li", {}, item.open);
      this.items.set(chat.id, item);
    }
    const open = this.host.isOpen(chat.id);
    if (open || !this.read.has(chat.id)) this.read.set(chat.id, chat.from_bot);
    const unread = chat.kind === "crowd" ? 0 : chat.from_bot - this.read.get(chat.id);
    setText(item.name, chat.name);
    setText(item.about, about(chat));
    setText(item.badge, unread > 0 ? say("unread", { n: unread }) : "");
    item.badge.hidden = unread <= 0;
    item.open.setAttribute("aria-current", open ? "true" : "false");
    item.open.classList.toggle("absent", chat.started === false);
    return item.element;
  }

  newPhone() {
    const own = this.hall.chats.filter((chat) => chat.kind === "own");
    const name = make("input", {
      id: "new-name",
      required: true,
      maxlength: 64,
      autocomplete: "off",
      value: NAMES[own.length % NAMES.length],
    });
    const languages = make(
      "select",
      { id: "new-language" },
      ...LANGUAGES.map((code) => make("option", { value: code, selected: code === language }, sayLanguage(code))),
    );
    dialog(
      say("new_phone"),
      (box, close) => {
        const create = async (event) => {
          event.preventDefault();
          try {
            const { id } = await post("/web/phones", { name: name.value, language: languages.value });
            close();
            this.host.open(id);
          } catch (refused) {
            if (!(refused instanceof Refused)) throw refused;
            this.host.complain(refused.message);
          }
        };
        box.append(
          make(
            "form",
            { class: "new-phone", onsubmit: create },
            make("h2", {}, say("new_phone")),
            make("label", { for: "new-name" }, say("name")),
            name,
            make("label", { for: "new-language" }, say("language")),
            languages,
            make(
              "div",
              { class: "row" },
              button(say("cancel"), close),
              make("button", { type: "submit", class: "primary" }, say("create")),
            ),
          ),
        );
      },
    );
    name.select();
  }
}

function about(chat) {
  if (chat.kind === "channel") return "";
  const parts = [chat.role && say(chat.role, { table: chat.table }), chat.kind === "own" && sayLanguage(chat.language)];
  if (chat.blocked) parts.push(say("blocked_short"));
  else if (!chat.started && chat.kind === "crowd") parts.push(say("absent_short"));
  return parts.filter(Boolean).join(" · ");
}

function initial(name) {
  return [...name].find((letter) => /\p{L}/u.test(letter))?.toUpperCase() ?? "?";
}
