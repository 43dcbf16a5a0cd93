// What stands under the messages of a phone of one's own: the field, the commands, replying and editing.

import { button, make, setText } from "./make.js";
import { say } from "./words.js";

const MOST = 4096;
const MOST_HIGH = 160;
const ATTACHMENTS = ["sticker", "voice", "location", "contact", "poll", "video", "dice"];

// `pane` offers: say(text, replyTo), edit... as promises that are false when it did not work; see chat.js.
export class Composer {
  constructor(pane) {
    this.pane = pane;
    this.mode = null; // {kind: "reply" | "edit", message}
    this.menu = [];

    this.what = make("span", { class: "what" });
    this.banner = make(
      "div",
      { class: "banner", hidden: true },
      this.what,
      button("×", () => this.leave(), { "aria-label": say("cancel"), title: say("cancel") }),
    );
    this.commands = make("ul", { class: "commands", hidden: true, id: `commands-${pane.id}` });
    this.others = make(
      "ul",
      { class: "commands", hidden: true, id: `others-${pane.id}` },
      ...ATTACHMENTS.map((kind) =>
        make(
          "li",
          {},
          button(say(kind), () => {
            this.open(this.others, false);
            pane.send(kind);
            this.field.focus();
          }),
        ),
      ),
    );
    this.menuButton = button("/", () => this.open(this.commands, this.commands.hidden), {
      "aria-label": say("commands"),
      title: say("commands"),
      "aria-expanded": "false",
      "aria-controls": this.commands.id,
    });
    this.otherButton = button("+", () => this.open(this.others, this.others.hidden), {
      "aria-label": say("attach"),
      title: say("attach"),
      "aria-expanded": "false",
      "aria-controls": this.others.id,
    });
    this.field = make("textarea", {
      rows: 1,
      maxlength: MOST,
      "aria-label": say("write"),
      placeholder: say("write_short"),
      title: say("write_hint"),
      oninput: () => this.typed(),
      onkeydown: (event) => this.key(event),
    });
    this.keyboard = make("div", { class: "reply-keyboard rows", role: "group", "aria-label": say("keyboard"), hidden: true });
    this.element = make(
      "form",
      {
        class: "composer",
        onsubmit: (event) => {
          event.preventDefault();
          this.submit();
        },
        onkeydown: (event) => {
          if (event.key === "Escape" && this.leave()) event.stopPropagation();
        },
      },
      this.banner,
      this.commands,
      this.others,
      make(
        "div",
        { class: "line" },
        this.menuButton,
        this.otherButton,
        this.field,
        make("button", { type: "submit", class: "send", "aria-label": say("send"), title: say("send") }, "➤"),
      ),
      this.keyboard,
    );
  }

  about({ menu, reply_keyboard: rows }) {
    if (JSON.stringify(menu) !== JSON.stringify(this.menu)) {
      this.menu = menu;
      this.fill("");
    }
    this.keyboard.hidden = rows.length === 0;
    this.keyboard.replaceChildren(
      ...rows.map((row) =>
        make("div", { class: "row" }, ...row.map((text) => button(text, () => this.pane.say(text, null), { class: "key" }))),
      ),
    );
  }

  reply(message) {
    this.enter({ kind: "reply", message });
  }

  edit(message) {
    this.enter({ kind: "edit", message });
    this.field.value = message.text;
    this.grow();
  }

  enter(mode) {
    this.mode = mode;
    this.banner.hidden = false;
    const key = mode.kind === "reply" ? "replying" : "editing";
    setText(this.what, `${say(key)} ${mode.message.text.slice(0, 80) || say("picture")}`);
    this.field.focus();
  }

  // Leave what is open; false when nothing was.
  leave() {
    const something = this.mode !== null || !this.commands.hidden || !this.others.hidden;
    if (this.mode?.kind === "edit") this.field.value = "";
    this.mode = null;
    this.banner.hidden = true;
    this.open(this.commands, false);
    this.open(this.others, false);
    this.grow();
    if (something) this.field.focus();
    return something;
  }

  async submit() {
    const text = this.field.value;
    if (!text.trim()) return;
    const mode = this.mode;
    const done =
      mode?.kind === "edit"
        ? await this.pane.change(mode.message, text)
        : await this.pane.say(text, mode?.message.id ?? null);
    // Nothing typed is lost when it did not go.
    if (!done) return;
    this.field.value = "";
    this.leave();
    this.field.focus();
  }

  key(event) {
    if (event.isComposing) return;
    if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      this.submit();
    } else if (event.key === "ArrowUp" && !this.field.value && !this.mode) {
      const own = this.pane.newestOwn();
      if (own) {
        event.preventDefault();
        this.edit(own);
      }
    } else if (event.key === "ArrowDown" && !this.commands.hidden) {
      event.preventDefault();
      this.commands.querySelector("button")?.focus();
    }
  }

  typed() {
    this.grow();
    const start = /^\/[a-z0-9_]*$/i.test(this.field.value) ? this.field.value.slice(1).toLowerCase() : null;
    if (start === null) this.open(this.commands, false);
    else {
      this.fill(start);
      this.open(this.commands, this.commands.childElementCount > 0);
    }
  }

  grow() {
    this.field.style.height = "auto";
    const height = this.field.scrollHeight + 2;
    this.field.style.height = `${Math.min(height, MOST_HIGH)}px`;
    this.field.style.overflowY = height > MOST_HIGH ? "auto" : "hidden";
  }

  fill(start) {
    const found = this.menu.filter(([command]) => command.startsWith(start));
    this.commands.replaceChildren(
      ...found.map(([command, description]) => {
        const item = button("", () => {
          this.open(this.commands, false);
          this.field.value = "";
          this.pane.say(`/${command}`, null);
          this.field.focus();
        });
        item.append(make("b", {}, `/${command}`), ` ${description}`);
        return make("li", {}, item);
      }),
    );
    if (!this.menu.length) this.commands.append(make("li", { class: "help" }, say("no_commands")));
  }

  open(list, open) {
    if (open && list === this.commands && !this.field.value) this.fill("");
    if (open) for (const other of [this.commands, this.others]) if (other !== list) other.hidden = true;
    list.hidden = !open;
    this.menuButton.setAttribute("aria-expanded", String(!this.commands.hidden));
    this.otherButton.setAttribute("aria-expanded", String(!this.others.hidden));
  }
}
