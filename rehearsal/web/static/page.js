// The page: hears what is new, and knows which chats are open. They stand in the address (#id,id), so that a
// reload, or a second window, shows the same.

import { Live } from "./api.js";
import { Bar } from "./bar.js";
import { ChatPane } from "./chat.js";
import { ChatList } from "./list.js";
import { arrange, make, setText } from "./make.js";
import { language, say } from "./words.js";

const COMPLAINT_MS = 6000;

class Page {
  constructor() {
    document.documentElement.lang = language;
    document.title = say("title");
    this.programme = null;
    this.chats = null;
    this.links = [];
    this.open = fromAddress();
    this.front = this.open.at(-1) ?? null;
    this.panes = new Map();
    this.main = document.getElementById("panes");
    this.lost = document.getElementById("lost");
    this.welcome = make("div", { class: "welcome" }, make("h1", {}, say("welcome")), make("p", {}, say("welcome_help")));
    this.complaints = make("div", { class: "toasts page", role: "alert" });
    document.body.append(this.complaints);
    this.bar = new Bar(document.getElementById("bar"), (text) => this.complain(text));
    this.list = new ChatList(document.getElementById("chats"), {
      open: (id) => this.show(id),
      isOpen: (id) => this.open.includes(id),
      complain: (text) => this.complain(text),
    });
    this.host = {
      hall: () => ({ programme: this.programme, links: this.links }),
      clock: (at) => this.bar.clock(at),
      close: (id) => this.close(id),
      back: () => this.back(),
      complain: (text) => this.complain(text),
    };
    addEventListener("hashchange", () => {
      this.open = fromAddress();
      this.arrange();
    });
    this.arrange();
    this.live = new Live(
      (news) => this.hear(news),
      (connected) => this.connected(connected),
    );
    this.watch();
  }

  hear(news) {
    if (news.programme) {
      this.programme = news.programme;
      this.bar.begin(news.programme);
      document.title = `${say("title")} · ${news.programme.title}`;
    }
    if (news.clock) this.bar.hear(news.clock);
    if (news.counters) this.bar.count(news.counters);
    if (news.hall) {
      this.chats = new Map(news.hall.chats.map((chat) => [chat.id, chat]));
      this.links = news.hall.links;
      this.list.hear(news.hall);
      this.arrange();
    }
    if (news.chat) this.hearChat(news.chat);
  }

  hearChat(news) {
    if (!this.panes.has(news.id)) {
      if (!this.open.includes(news.id) || !this.programme) return;
      this.panes.set(news.id, new ChatPane(this.host, { id: news.id, ...news.about }));
      this.arrange();
    }
    this.panes.get(news.id).hear(news);
    if (this.wanted === news.id) {
      this.wanted = null;
      this.panes.get(news.id).focus();
    }
  }

  connected(connected) {
    this.lost.hidden = connected;
    setText(this.lost, connected ? "" : say("lost"));
  }

  // Open a chat, or go to it when it is open. On a narrow screen it is the only one that is seen.
  show(id) {
    if (this.open.includes(id) && this.panes.has(id)) {
      this.toFront(id);
      this.panes.get(id).element.scrollIntoView({ block: "nearest", inline: "nearest" });
      this.panes.get(id).focus();
      return;
    }
    this.wanted = id;
    this.toFront(id);
  }

  // The last one of the address is in front; where there is room all of them stay where they are.
  toFront(id) {
    this.front = id;
    if (!this.open.includes(id)) this.open.push(id);
    this.remember();
  }

  close(id) {
    this.open = this.open.filter((each) => each !== id);
    if (this.front === id) this.front = null;
    this.remember();
    document.querySelector(".chat, .new")?.focus();
  }

  back() {
    this.front = null;
    this.arrange();
    document.querySelector('.chat[aria-current="true"]')?.focus();
  }

  remember() {
    history.replaceState(null, "", this.open.length ? `#${this.open.join(",")}` : location.pathname + location.search);
    this.watch();
    this.arrange();
  }

  watch() {
    this.live?.watch(this.open);
  }

  arrange() {
    for (const id of [...this.panes.keys()]) if (!this.open.includes(id)) this.panes.delete(id);
    const panes = this.open.map((id) => this.panes.get(id)).filter(Boolean);
    for (const pane of panes) pane.element.classList.toggle("front", pane.id === this.front);
    arrange(this.main, panes.length ? panes.map((pane) => pane.element) : [this.welcome]);
    document.body.classList.toggle("one", panes.some((pane) => pane.id === this.front));
    this.list.show();
  }

  complain(text) {
    const box = make("p", { class: "toast" }, text);
    this.complaints.append(box);
    setTimeout(() => box.remove(), COMPLAINT_MS);
  }
}

function fromAddress() {
  const ids = location.hash.slice(1).split(",").map(Number);
  return [...new Set(ids.filter((id) => Number.isSafeInteger(id) && id !== 0))];
}

new Page();
