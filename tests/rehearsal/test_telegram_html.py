"""Telegram's HTML: what becomes of it, and the words in which it is refused."""

import html

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rehearsal.telegram.errors import ApiError
from rehearsal.telegram.formatting import formatted, message_text, to_html, typed_text
from rehearsal.telegram.markup import parse, units


def _entity(kind: str, offset: int, length: int, **more: object) -> dict[str, object]:
    return {"type": kind, "offset": offset, "length": length, **more}


@pytest.mark.parametrize(
    ("source", "text", "entities"),
    [
        ("plain", "plain", []),
        ("<b>a</b>", "a", [_entity("bold", 0, 1)]),
        ("<strong>a</strong><em>b</em>", "ab", [_entity("bold", 0, 1), _entity("italic", 1, 1)]),
        ("<ins>a</ins><u>b</u>", "ab", [_entity("underline", 0, 1), _entity("underline", 1, 1)]),
        (
            "<s>a</s><strike>b</strike><del>c</del>",
            "abc",
            [_entity("strikethrough", position, 1) for position in range(3)],
        ),
        (
            '<tg-spoiler>a</tg-spoiler><span class="tg-spoiler">b</span>',
            "ab",
            [_entity("spoiler", 0, 1), _entity("spoiler", 1, 1)],
        ),
        ("🏟 <i>🏟 &lt🏟</i>", "🏟 🏟 <🏟", [_entity("italic", 3, 6)]),
        ("<b>x<i>y</i></b>", "xy", [_entity("bold", 0, 2), _entity("italic", 1, 1)]),
        ("<B>x</b  >", "x", [_entity("bold", 0, 1)]),
        ("<b></b>x", "x", []),
        ("<pre>x</pre><code>y</code>", "xy", [_entity("pre", 0, 1), _entity("code", 1, 1)]),
        ('<pre><code class="language-sql">x</code></pre>', "x", [_entity("pre", 0, 1, language="sql")]),
        ('<code class="language-sql"><pre>x</pre></code>', "x", [_entity("pre", 0, 1, language="sql")]),
        ('<code class="language-sql">x</code>', "x", [_entity("code", 0, 1)]),
        ("<blockquote>x</blockquote>", "x", [_entity("blockquote", 0, 1)]),
        ("<blockquote expandable>x</blockquote>", "x", [_entity("expandable_blockquote", 0, 1)]),
        (
            '<tg-emoji emoji-id="123">👍</tg-emoji>',
            "👍",
            [_entity("custom_emoji", 0, 2, custom_emoji_id="123")],
        ),
        (
            '<a href="https://x.it/?a=1&b=2">q</a>',
            "q",
            [_entity("text_link", 0, 1, url="https://x.it/?a=1&b=2")],
        ),
        ("<a href='x.it'>q</a>", "q", [_entity("text_link", 0, 1, url="http://x.it/")]),
        ('<a href="nowhere">q</a>', "q", []),
        (
            '<a href="tg://user?id=7">q</a>',
            "q",
            [_entity("text_mention", 0, 1, user={"id": 7, "is_bot": False, "first_name": ""})],
        ),
        ("&lt;&gt;&amp;&quot;&#39;&#x27;&#128077;", "<>&\"''👍", []),
    ],
)
def test_html_becomes_text_and_entities(source: str, text: str, entities: list[object]) -> None:
    assert (text, entities) == parse(source)


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("è <abacaba", "Unclosed start tag at byte offset 3"),
        ("è <abac x>", 'Unsupported start tag "abac" at byte offset 3'),
        ("<p>ciao</p>", 'Unsupported start tag "p" at byte offset 0'),
        ("a < b > c", 'Unsupported start tag "" at byte offset 2'),
        ("<br/>", 'Unsupported start tag "br/" at byte offset 0'),
        ("<i   =aba>", 'Empty attribute name in the tag "i" at byte offset 0'),
        ("<i    aba>", 'Can\'t find end tag corresponding to start tag "i"'),
        ("<b>x", 'Can\'t find end tag corresponding to start tag "b"'),
        ("<i    aba  =  ", 'Unclosed start tag "i" at byte offset 0'),
        ("<i   ", 'Unclosed start tag "i" at byte offset 0'),
        ("<i aba=190azAz-.,", "Unexpected end of name token at byte offset 7"),
        ('<i aba="x>', "Unclosed start tag at byte offset 0"),
        ("</b>", "Unexpected end tag at byte offset 0"),
        ("<b></b></", "Unexpected end tag at byte offset 7"),
        ("<i>a</i   ", "Unclosed end tag at byte offset 4"),
        ("<i>a</em   >", 'Unmatched end tag at byte offset 4, expected "</i>", found "</em>"'),
        ("<b><i>x</b></i>", 'Unmatched end tag at byte offset 7, expected "</i>", found "</b>"'),
        ("<span>x</span>", 'Tag "span" must have class "tg-spoiler" at byte offset 0'),
        ('<tg-emoji emoji-id="x">y</tg-emoji>', "Invalid custom emoji identifier specified"),
        (
            "&#xDFDF;",
            "Text contains invalid Unicode characters after decoding HTML entities,"
            " check for unmatched surrogate code units",
        ),
        ("è&nbsp;x", 'Unsupported HTML entity "&nbsp;" at byte offset 2'),
        ("Rossi & figli", 'Unsupported HTML entity "&" at byte offset 6'),
        ("&#0;", 'Unsupported HTML entity "&#0;" at byte offset 0'),
    ],
)
def test_broken_html_is_refused_with_its_place(source: str, reason: str) -> None:
    with pytest.raises(ApiError) as refused:
        parse(source)
    assert (400, f"Bad Request: can't parse entities: {reason}") == (
        refused.value.code,
        refused.value.description,
    )


@given(st.text())
def test_escaped_text_comes_back_as_it_was(text: str) -> None:
    source = html.escape(text.encode("utf-8", "ignore").decode())
    assert (html.unescape(source), []) == parse(source)


@given(st.text(alphabet=st.characters(codec="utf-8")))
def test_any_text_either_parses_or_is_refused(source: str) -> None:
    try:
        text, entities = parse(source)
    except ApiError:
        return
    assert all(0 <= e["offset"] < e["offset"] + e["length"] <= units(text) for e in entities)


def test_lengths_are_utf16_code_units() -> None:
    assert [0, 3, 1, 2] == [units(""), units("abc"), units("è"), units("👍")]


def test_ends_are_trimmed_and_entities_follow() -> None:
    text, entities = formatted("  \n<b> ciao </b>\n ", "HTML", None)
    assert ("ciao", [_entity("bold", 0, 4)]) == (text, entities)
    assert ("x", []) == formatted("<b> </b>x", "HTML", None)


def test_control_characters_become_spaces() -> None:
    assert ("a b\nc", []) == formatted("a\tb\r\nc", None, None)


def test_telegram_finds_commands_links_and_addresses_by_itself() -> None:
    text, entities = typed_text("👍 /start x http://a.it/b. Scrivi a p@c.it o @qualcuno, #psm")
    data = text.encode("utf-16-le")
    found = {
        entity["type"]: data[2 * entity["offset"] : 2 * (entity["offset"] + entity["length"])].decode(
            "utf-16-le"
        )
        for entity in entities
    }
    assert {
        "bot_command": "/start",
        "url": "http://a.it/b",
        "email": "p@c.it",
        "mention": "@qualcuno",
        "hashtag": "#psm",
    } == found


def test_nothing_is_found_inside_code_and_links() -> None:
    _, entities = formatted('<code>/start</code> <a href="https://a.it/">/zona</a>', "HTML", None)
    assert ["code", "text_link"] == [entity["type"] for entity in entities]


def test_half_a_path_is_no_command() -> None:
    assert [] == typed_text("e/o, 1/2")[1]


def test_explicit_entities_are_checked() -> None:
    assert ("ab", [_entity("bold", 0, 1)]) == formatted("ab", None, [_entity("bold", 0, 1)])
    for entity in (
        "bold",
        {"type": "shiny", "offset": 0, "length": 1},
        {"type": "bold", "offset": 0, "length": 3},
        {"type": "bold", "offset": -1, "length": 1},
        {"type": "bold", "offset": "0", "length": 1},
        {"type": "bold", "offset": 0, "length": 1, "url": "x"},
        {"type": "text_link", "offset": 0, "length": 1},
    ):
        with pytest.raises(ApiError, match="can't parse MessageEntity"):
            formatted("ab", None, [entity])


def test_what_counts_is_the_length_after_entities() -> None:
    text, _ = message_text("<b>" + "&amp;" * 4096 + "</b>", "HTML", None)
    assert "&" * 4096 == text
    with pytest.raises(ApiError, match="message is too long"):
        message_text("👍" * 2049, None, None)


def test_html_for_a_page_is_escaped() -> None:
    text, entities = parse("<b>a &lt;i&gt; 👍 <i>b</i></b> &amp; <a href='https://x.it/?a=\"'>c</a>")
    assert ('<b>a &lt;i&gt; 👍 <i>b</i></b> &amp; <a href="https://x.it/?a=&quot;">c</a>') == to_html(
        text, entities
    )
    assert "&lt;script&gt;" == to_html("<script>", [])


def test_every_kind_of_entity_can_be_shown() -> None:
    source = (
        "<u>a</u><s>b</s><tg-spoiler>c</tg-spoiler><pre>d</pre><code>e</code>"
        '<blockquote>f</blockquote><tg-emoji emoji-id="1">g</tg-emoji>'
    )
    assert (
        '<u>a</u><s>b</s><span class="tg-spoiler">c</span><pre>d</pre><code>e</code>'
        "<blockquote>f</blockquote>g"
    ) == to_html(*parse(source))


@pytest.mark.parametrize("mode", ["Markdown", "MarkdownV2"])
def test_markdown_is_not_spoken(mode: str) -> None:
    with pytest.raises(ApiError, match="HTML only"):
        formatted("*a*", mode, None)
    with pytest.raises(ApiError, match="unsupported parse_mode"):
        formatted("*a*", "wiki", None)
