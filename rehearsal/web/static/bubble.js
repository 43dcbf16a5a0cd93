// One message as it is shown, changed in place when it is edited: its buttons keep the keyboard's focus.

import { arrange, button, dialog, make, setText } from "./make.js";
import { link, richText } from "./text.js";
import { number, say } from "./words.js";

// `pane` offers: writable, act (see text.js), clock(at), senderOf(message), textOf(id), tap(message, button),
// reply(message), edit(message), remove(message).
export class Bubble {
  constructor(pane, message) {
    this.pane = pane;
    this.sender = make("span", { class: "hidden" });
    this.quote = make("p", { class: "quote", hidden: true });
    this.media = make("div", { class: "media" });
    this.text = make("div", { class: "text" });
    this.edited = make("span", {}, "");
    this.time = make("time", {}, "");
    this.actions = make("span", { class: "actions" });
    this.rows = make("div", { class: "rows" });
    this.body = make(
      "div",
      { class: "body" },
      this.sender,
      this.quote,
      this.media,
      this.text,
      make("p", { class: "meta" }, this.actions, this.edited, this.time),
    );
    this.element = make("article", { class: message.bot ? "bubble bot" : "bubble own" }, this.body, this.rows);
    this.show(message);
  }

  show(message) {
    const before = this.message;
    this.message = message;
    setText(this.sender, `${this.pane.senderOf(message)}: `);
    setText(this.time, this.pane.clock(message.at));
    setText(this.edited, message.edits ? `${say("edited")} ` : "");
    this.quote.hidden = message.reply_to === null;
    if (message.reply_to !== null) {
      setText(this.quote, say("reply_to", { text: this.pane.textOf(message.reply_to) ?? say("gone") }));
    }
    if (!before || before.photo?.url !== message.photo?.url || before.document?.url !== message.document?.url) {
      this.media.replaceChildren(...media(message));
    }
    if (!before || before.text !== message.text || !same(before.entities, message.entities)) {
      this.text.replaceChildren(richText(message.text, message.entities, this.pane.act));
    }
    this.text.hidden = !message.text;
    this.showRows(message.rows);
    if (!before) this.actions.append(...this.possible(message));
  }

  // Button by button, so that the one with the focus is still the one with the focus.
  showRows(rows) {
    const shown = [...this.rows.children];
    arrange(
      this.rows,
      rows.map((row, at) => {
        const element = shown[at] ?? make("div", { class: "row" });
        const cells = [...element.children];
        arrange(
          element,
          row.map((each, column) => this.cell(cells[column], each)),
        );
        return element;
      }),
    );
    this.rows.hidden = rows.length === 0;
  }

  cell(old, each) {
    if (each.url !== undefined) {
      const anchor = link(each.url, this.pane.act);
      anchor.className = "key";
      anchor.append(each.text);
      return anchor;
    }
    let key = old;
    if (!key || key.tagName !== "BUTTON") {
      key = button("", () => this.pane.tap(this.message, key.tapped, key), { class: "key" });
    }
    if (key.tapped?.data !== each.data) {
      key.classList.remove("waiting");
      key.removeAttribute("aria-busy");
    }
    key.tapped = each;
    setText(key, each.text);
    key.disabled = !this.pane.writable;
    return key;
  }

  possible(message) {
    if (!this.pane.writable) return [];
    const small = (key, mark, onclick) => button(mark, onclick, { "aria-label": say(key), title: say(key) });
    return [
      small("reply", "↩", () => this.pane.reply(this.message)),
      message.editable && small("edit", "✎", () => this.pane.edit(this.message)),
      small("delete", "×", () => this.pane.remove(this.message)),
    ].filter(Boolean);
  }
}

function media(message) {
  const found = [];
  if (message.photo) {
    const { url, width, height } = message.photo;
    const picture = (attributes) =>
      make("img", { src: url, width, height, alt: say("picture"), decoding: "async", ...attributes });
    const enlarge = () =>
      dialog(
        say("picture"),
        (box, close) => box.append(picture(), button(say("done"), close, { class: "primary", autofocus: true })),
        "enlarged",
      );
    found.push(button("", enlarge, { class: "picture", "aria-label": say("enlarge") }));
    found[0].append(picture());
  }
  if (message.document) {
    const { url, name, bytes } = message.document;
    const size = `${number.format(Math.max(1, Math.round(bytes / 1024)))} kB`;
    found.push(make("a", { href: url, download: name, class: "file" }, say("file", { name, size })));
  }
  if (message.kind) found.push(make("p", { class: "kind" }, say(message.kind)));
  return found;
}

function same(some, others) {
  return JSON.stringify(some) === JSON.stringify(others);
}
