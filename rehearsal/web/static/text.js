// A message's text with its entities, as nodes. Offsets are UTF-16 code units, as JavaScript counts. Nothing is
// ever parsed as HTML.

import { make } from "./make.js";

const PLAIN = {
  bold: "b",
  italic: "i",
  underline: "u",
  strikethrough: "s",
  code: "code",
  pre: "pre",
  blockquote: "blockquote",
  expandable_blockquote: "blockquote",
};

// `act.command(text)` sends a command, `act.link(url)` opens a link of this bot's and says whether it was one;
// without `act` the text can only be read.
export function richText(text, entities, act) {
  const sorted = [...entities].sort((a, b) => a.offset - b.offset || b.length - a.length);
  return part(text, 0, text.length, sorted, act);
}

function part(text, from, to, entities, act) {
  const nodes = document.createDocumentFragment();
  let at = from;
  for (let i = 0; i < entities.length; ) {
    const entity = entities[i];
    const begin = Math.max(entity.offset, at);
    const end = Math.min(entity.offset + entity.length, to);
    let next = i + 1;
    while (next < entities.length && entities[next].offset < end) next += 1;
    if (begin < end) {
      if (at < begin) nodes.append(text.slice(at, begin));
      const node = around(entity, text.slice(begin, end), act);
      // What stands inside a command is the command alone.
      if (!node.childNodes.length) node.append(part(text, begin, end, entities.slice(i + 1, next), act));
      nodes.append(node);
      at = end;
    }
    i = next;
  }
  if (at < to) nodes.append(text.slice(at, to));
  return nodes;
}

function around(entity, text, act) {
  const { type } = entity;
  if (PLAIN[type]) return make(PLAIN[type]);
  if (type === "bot_command" && act) {
    // A link, not a button: it stands in a line of text, and a full stop after it must not start the next one.
    const send = (event) => {
      event.preventDefault();
      act.command(text);
    };
    return make("a", { href: "#", class: "command", onclick: send }, text);
  }
  if (type === "spoiler") {
    const show = () => spoiler.classList.add("shown");
    const spoiler = make("span", { class: "spoiler", tabindex: "0", onclick: show, onfocus: show });
    return spoiler;
  }
  if (type === "text_link" || type === "url" || type === "email") {
    const url = type === "text_link" ? entity.url : type === "email" ? `mailto:${text}` : text;
    return link(url, act);
  }
  return make("span", { class: type === "bot_command" ? "command" : undefined });
}

export function link(url, act) {
  const safe = /^(https?:\/\/|mailto:)/i.test(url);
  const attributes = safe ? { href: url, target: "_blank", rel: "noopener noreferrer" } : {};
  return make("a", {
    ...attributes,
    title: url,
    onclick: (event) => {
      if (act?.link(url)) event.preventDefault();
    },
  });
}
