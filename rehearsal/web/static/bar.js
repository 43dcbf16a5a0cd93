// The bar at the top: the event's time, where it stands in the agenda, how fast it goes, and the counters.

import { post, Refused } from "./api.js";
import { button, make, setText } from "./make.js";
import { number, say } from "./words.js";

const SPEEDS = [1, 10, 40];
const TICK_MS = 100;
const COUNTERS = ["people", "votes", "posts", "calls", "errors", "queue"];

export class Bar {
  constructor(element, complain) {
    this.complain = complain;
    this.programme = null;
    this.state = null;
    this.heard = 0;

    this.time = make("time", { class: "time", "aria-label": say("time_of_event") }, "--:--:--");
    // Read out when it changes; the time itself would never stop talking.
    this.stretch = make("span", { class: "stretch", "aria-live": "polite" });
    this.next = make("span", { class: "next" });
    this.hold = make("span", { class: "hold", role: "status" });
    this.pause = button("", () => this.wish({ pause: !this.state?.paused }), { class: "pause" });
    this.speeds = SPEEDS.map((speed) =>
      button(say("at_speed", { n: speed }), () => this.wish({ speed }), {
        "aria-label": say("at_speed_long", { n: speed }),
        "aria-pressed": "false",
      }),
    );
    this.jump = button("", () => this.wish({ jump: true }), { class: "jump" });
    this.counters = Object.fromEntries(COUNTERS.map((name) => [name, make("dd", {}, "–")]));

    element.append(
      make("div", { class: "when" }, this.time, make("div", { class: "where" }, this.stretch, this.next, this.hold)),
      make(
        "div",
        { class: "speeds", role: "group", "aria-label": say("speed") },
        this.pause,
        ...this.speeds,
        this.jump,
      ),
      make(
        "dl",
        { class: "counters", "aria-label": say("counters") },
        ...COUNTERS.map((name) =>
          make("div", { title: say(`${name}_long`) }, make("dt", {}, say(name)), this.counters[name]),
        ),
      ),
    );
    setText(this.counters.votes, say("not_known"));
    setInterval(() => this.tick(), TICK_MS);
  }

  async wish(body) {
    try {
      this.hear(await post("/clock/speed", body));
    } catch (refused) {
      if (!(refused instanceof Refused)) throw refused;
      this.complain(refused.message);
    }
  }

  begin(programme) {
    this.programme = programme;
    this.format = new Intl.DateTimeFormat("it", {
      hour: "2-digit",
      minute: "2-digit",
      timeZone: programme.zone,
    });
    this.exact = new Intl.DateTimeFormat("it", {
      hour: "2-digit",
      minute: "2-digit",
      second: "2-digit",
      timeZone: programme.zone,
    });
    this.tick();
  }

  hear(state) {
    this.state = state;
    this.heard = performance.now();
    this.tick();
  }

  count(counters) {
    setText(this.counters.people, `${number.format(counters.started)}/${number.format(counters.phones)}`);
    setText(this.counters.posts, number.format(counters.posts));
    setText(this.counters.calls, number.format(counters.calls));
    setText(this.counters.queue, number.format(counters.waiting));
    const errors = Object.entries(counters.errors).map(([status, count]) => `${status}: ${number.format(count)}`);
    setText(this.counters.errors, errors.join(", ") || say("none"));
    this.counters.errors.classList.toggle("bad", errors.length > 0);
  }

  // Unix seconds of the event's time: it flows by itself between two news of the clock.
  now() {
    const { now, until, speed } = this.state;
    const flown = ((performance.now() - this.heard) / 1000) * speed;
    return Math.min(Date.parse(now) / 1000 + flown, Math.max(Date.parse(until), Date.parse(now)) / 1000);
  }

  clock(at) {
    return this.format ? this.format.format(new Date(at * 1000)) : "";
  }

  tick() {
    if (!this.programme || !this.state) return;
    const now = this.now();
    const { moments, over } = this.programme;
    const current = moments.filter((moment) => moment.at <= now + 0.001).at(-1);
    const next = moments.find((moment) => moment.at > now + 0.001) ?? { at: over, code: "over" };
    setText(this.time, this.exact.format(new Date(now * 1000)));
    setText(this.stretch, current ? title(current) : say("before"));
    setText(this.next, say("next", { time: this.clock(next.at), what: title(next) }));
    setText(this.jump, say("jump", { time: this.clock(next.at) }));
    setText(this.pause, say(this.state.paused ? "go_on" : "pause"));
    this.speeds.forEach((each, at) =>
      each.setAttribute("aria-pressed", String(!this.state.paused && this.state.asked === SPEEDS[at])),
    );
    setText(this.hold, this.held(now));
  }

  held(now) {
    const { connected, paused, hurry, next, until } = this.state;
    if (!connected) return say("bot_away");
    if (hurry) return say("hurrying", { time: this.clock(Date.parse(next) / 1000) });
    if (paused) return say("paused");
    // A grant that ended a moment ago is followed by another one; only a hold that lasts is worth a word.
    const holds = now >= Date.parse(until) / 1000 && performance.now() - this.heard > 2000;
    return holds && now < this.programme.over ? say("waiting") : "";
  }
}

function title(moment) {
  return moment.title ?? say(moment.code);
}
