// One chat: a phone of one's own, the phone of somebody in the crowd (to be looked at), or the channel.

import { post, Refused } from "./api.js";
import { Bubble } from "./bubble.js";
import { Composer } from "./composer.js";
import { linkList } from "./links.js";
import { arrange, button, dialog, make, setText } from "./make.js";
import { say, sayLanguage } from "./words.js";

const TOAST_MS = 3500;
const TOAST_MS_A_LETTER = 45;
const ANSWER_MS = 15000;
const NEAR_PIXELS = 80;

// `host` offers: hall(), clock(at), close(id), complain(text).
export class ChatPane {
  constructor(host, entry) {
    this.host = host;
    this.id = entry.id;
    this.kind = entry.kind;
    this.name = entry.name;
    this.writable = entry.kind === "own";
    this.bubbles = new Map();
    this.taps = new Map(); // callback id -> its button
    this.answered = new Map(); // answers that came before the id of their tap did
    this.about = null;
    this.act = this.writable
      ? { command: (text) => this.say(text, null), link: (url) => this.follow(url) }
      : undefined;

    this.subtitle = make("small", {}, "");
    this.blockButton = this.writable && button("", () => this.block());
    this.scanButton =
      this.writable &&
      button(say("scan_short"), () => this.scan(), { title: say("scan"), "aria-label": say("scan") });
    const label = this.kind === "channel" ? say("channel_name", { name: this.name }) : say("phone_of", { name: this.name });
    this.log = make("div", {
      class: "log",
      role: "log",
      tabindex: "0",
      "aria-label": say("log", { name: this.name }),
      // A crowd talks all the time: only what is one's own is read out.
      "aria-live": this.kind === "crowd" ? "off" : "polite",
      onscroll: () => this.scrolled(),
    });
    this.begin = make("div", { class: "begin" });
    this.down = button("↓", () => this.toTheEnd(), { class: "down", hidden: true, "aria-label": say("newest"), title: say("newest") });
    this.toasts = make("div", { class: "toasts", role: "status" });
    this.composer = this.writable ? new Composer(this) : null;
    this.blocked = make("p", { class: "blocked", hidden: true }, say("you_blocked"));
    this.element = make(
      "section",
      { class: `pane ${this.kind}`, "aria-label": label, id: `pane-${this.id}` },
      make(
        "header",
        {},
        button("‹", () => host.back(), { class: "back", "aria-label": say("back"), title: say("back") }),
        make("div", { class: "title" }, make("h2", { tabindex: "-1" }, this.name), this.subtitle),
        this.scanButton,
        this.blockButton,
        button("×", () => host.close(this.id), {
          class: "close",
          "aria-label": say("close", { name: this.name }),
          title: say("close", { name: this.name }),
        }),
      ),
      make("div", { class: "talk" }, this.log, this.begin, this.down, this.toasts),
      this.blocked,
      this.composer?.element,
    );
    this.atEnd = true;
    // A line more under the messages, or a narrower chat, must not hide the newest ones.
    this.resized = new ResizeObserver(() => {
      if (this.atEnd) this.toTheEnd();
    });
    this.resized.observe(this.log);
    this.showAbout({ ...entry, menu: [], reply_keyboard: [] });
  }

  // --- what is heard -----------------------------------------------------------------------------------------

  hear(news) {
    const near = this.atEnd;
    if (news.first) {
      // All there is, after the page was opened or the connection was lost: nothing of it is new.
      this.log.setAttribute("aria-busy", "true");
      this.bubbles.clear();
      this.log.replaceChildren();
    }
    this.showAbout(news.about);
    for (const message of news.messages) {
      const bubble = this.bubbles.get(message.id);
      if (bubble) bubble.show(message);
      else this.bubbles.set(message.id, new Bubble(this, message));
    }
    for (const id of news.gone) {
      this.bubbles.get(id)?.element.remove();
      this.bubbles.delete(id);
    }
    const inOrder = [...this.bubbles.values()].sort((a, b) => a.message.id - b.message.id);
    arrange(
      this.log,
      inOrder.map((bubble) => bubble.element),
    );
    for (const [callback, answer] of Object.entries(news.answers)) this.answer(callback, answer);
    this.showBegin();
    this.log.removeAttribute("aria-busy");
    if (news.first || near) this.toTheEnd();
    else this.scrolled();
  }

  showAbout(about) {
    const before = this.about;
    this.about = about;
    const parts =
      this.kind === "channel"
        ? [say("looking")]
        : this.kind === "crowd"
          ? [about.role && say(about.role, { table: about.table }), sayLanguage(about.language), say("looking")]
          : [sayLanguage(about.language)];
    if (about.blocked) parts.push(say("blocked_short"));
    setText(this.subtitle, parts.filter(Boolean).join(" · "));
    if (!this.writable) return;
    this.blocked.hidden = !about.blocked;
    this.blockButton.hidden = !about.started;
    this.scanButton.hidden = !about.started;
    this.composer.element.hidden = about.blocked || !about.started;
    setText(this.blockButton, say(about.blocked ? "unblock_short" : "block_short"));
    const label = say(about.blocked ? "unblock" : "block");
    this.blockButton.setAttribute("aria-label", label);
    this.blockButton.title = label;
    this.composer.about(about);
    if (before && !before.started && about.started) this.composer.field.focus({ preventScroll: true });
  }

  showBegin() {
    const empty = this.bubbles.size === 0;
    this.begin.hidden = !empty;
    if (!empty) {
      this.begin.replaceChildren();
      return;
    }
    if (this.begin.childElementCount) return;
    const key = { own: "not_started", crowd: "empty_crowd", channel: "empty_channel" }[this.kind];
    this.begin.append(make("p", {}, say(key)));
    if (this.writable) this.begin.append(linkList(this.host.hall(), (payload) => this.open(payload)));
  }

  answer(callback, answer) {
    const key = this.taps.get(callback);
    if (key === undefined) {
      this.answered.set(callback, answer);
      return;
    }
    this.taps.delete(callback);
    this.rest(key);
    if (answer.url) this.follow(answer.url);
    if (!answer.text) return;
    if (answer.alert) this.alert(answer.text);
    else this.toast(answer.text);
  }

  alert(text) {
    dialog(text, (box, close) =>
      box.append(make("p", { class: "text" }, text), button(say("ok"), close, { class: "primary", autofocus: true })),
    );
  }

  toast(text) {
    const box = make("p", { class: "toast" }, text);
    this.toasts.append(box);
    setTimeout(() => box.remove(), TOAST_MS + TOAST_MS_A_LETTER * text.length);
  }

  // --- what is done ------------------------------------------------------------------------------------------

  async do(act, body = {}) {
    try {
      return await post(`/web/phones/${this.id}/${act}`, body);
    } catch (refused) {
      if (!(refused instanceof Refused)) throw refused;
      this.toast(refused.message);
      return null;
    }
  }

  async say(text, replyTo) {
    const done = (await this.do("say", { text, reply_to: replyTo })) !== null;
    if (done) this.toTheEnd();
    return done;
  }

  async change(message, text) {
    return (await this.do("edit", { message: message.id, text })) !== null;
  }

  send(kind) {
    return this.do("send", { kind });
  }

  remove(message) {
    return this.do("delete", { message: message.id });
  }

  reply(message) {
    this.composer.reply(message);
  }

  edit(message) {
    this.composer.edit(message);
  }

  block() {
    return this.do(this.about.blocked ? "unblock" : "block");
  }

  async open(payload) {
    return (await this.do("start", { payload })) !== null;
  }

  scan() {
    dialog(
      say("scan"),
      (box, close) => {
        const opened = async (payload) => {
          close();
          await this.open(payload);
        };
        box.append(
          make("h2", {}, say("scan")),
          linkList(this.host.hall(), opened),
          button(say("cancel"), close, { class: "cancel" }),
        );
      },
      "scanning",
    );
  }

  // A link of this bot's is opened on this phone; any other one is the browser's.
  follow(url) {
    const { username } = this.host.hall().programme.bot;
    const found = new RegExp(`^(?:https?://)?t\\.me/${username}(?:\\?start=([A-Za-z0-9_-]{1,64}))?$`, "i").exec(url);
    if (found) this.open(found[1] ?? null);
    else if (!/^(https?:\/\/|mailto:)/i.test(url)) this.toast(say("outside", { url }));
    return found !== null;
  }

  async tap(message, tapped, key) {
    key.classList.add("waiting");
    key.setAttribute("aria-busy", "true");
    const done = await this.do("tap", { message: message.id, data: tapped.data });
    if (done === null) {
      this.rest(key);
      return;
    }
    this.taps.set(done.callback, key);
    const early = this.answered.get(done.callback);
    if (early !== undefined) {
      this.answered.delete(done.callback);
      this.answer(done.callback, early);
      return;
    }
    setTimeout(() => {
      if (!this.taps.delete(done.callback)) return;
      this.rest(key);
      this.toast(say("no_answer"));
    }, ANSWER_MS);
  }

  rest(key) {
    key.classList.remove("waiting");
    key.removeAttribute("aria-busy");
  }

  // --- what bubbles and the composer ask -----------------------------------------------------------------------

  clock(at) {
    return this.host.clock(at);
  }

  senderOf(message) {
    return message.bot ? this.host.hall().programme.bot.name : this.name;
  }

  textOf(id) {
    const text = this.bubbles.get(id)?.message.text;
    return text !== undefined && text.length > 80 ? `${text.slice(0, 80)}…` : text;
  }

  newestOwn() {
    const own = [...this.bubbles.values()].map((bubble) => bubble.message).filter((message) => message.editable);
    return own.sort((a, b) => a.id - b.id).at(-1);
  }

  // --- scrolling ---------------------------------------------------------------------------------------------

  nearTheEnd() {
    return this.log.scrollHeight - this.log.scrollTop - this.log.clientHeight < NEAR_PIXELS;
  }

  toTheEnd() {
    this.log.scrollTop = this.log.scrollHeight;
    this.scrolled();
  }

  scrolled() {
    this.atEnd = this.nearTheEnd();
    this.down.hidden = this.atEnd;
  }

  focus() {
    const field = this.composer && !this.composer.element.hidden ? this.composer.field : this.element.querySelector("h2");
    field.focus({ preventScroll: true });
  }
}
