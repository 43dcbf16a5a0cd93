// The two ways to the server: acts by POST, and everything that is new through one WebSocket.

import { sayError } from "./words.js";

export class Refused extends Error {}

export async function post(path, body) {
  let answer;
  try {
    answer = await fetch(path, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
    });
  } catch {
    throw new Refused(sayError("network"));
  }
  const found = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Refused(sayError(found.error ?? String(answer.status), found.why));
  return found;
}

const AGAIN_MS = 1000;
const AGAIN_AT_MOST_MS = 15000;

// Hears until the page is left; `hear` gets each object, `connected` true or false. `watch(ids)` may be called
// at any time.
export class Live {
  constructor(hear, connected) {
    this.hear = hear;
    this.connected = connected;
    this.ids = [];
    this.pause = AGAIN_MS;
    this.open();
  }

  open() {
    const socket = new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/web/live`);
    this.socket = socket;
    socket.addEventListener("open", () => {
      this.pause = AGAIN_MS;
      this.connected(true);
      this.send();
    });
    socket.addEventListener("message", (event) => this.hear(JSON.parse(event.data)));
    socket.addEventListener("close", () => {
      this.connected(false);
      setTimeout(() => this.open(), this.pause);
      this.pause = Math.min(2 * this.pause, AGAIN_AT_MOST_MS);
    });
  }

  watch(ids) {
    this.ids = ids;
    this.send();
  }

  send() {
    if (this.socket.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify({ watch: this.ids }));
  }
}
