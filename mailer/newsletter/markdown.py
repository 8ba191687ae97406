"""The editor's Markdown (CommonMark without raw HTML and images) as HTML and as plain text.

Takes what a person wrote; gives HTML that holds nothing but `_TAGS` and links to the web or by
mail, or plain text in lines of at most `WIDTH` columns (a longer word, such as a URL, is never
broken). Images are not read: a picture fetched from elsewhere tells its host who opened the letter.
"""

from collections.abc import Sequence
from textwrap import wrap

import nh3
from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode
from markupsafe import Markup

WIDTH = 72

_TAGS = {
    *("p", "br", "hr", "h2", "h3", "h4", "h5", "h6"),
    *("ul", "ol", "li", "blockquote", "pre", "code", "strong", "em", "a"),
}
_SCHEMES = {"http", "https", "mailto"}
_MARKDOWN = MarkdownIt("commonmark", {"html": False}).disable("image")


def to_html(source: str) -> Markup:
    """HTML blocks. Headings go down one level: the letter's own title is the only h1."""
    tokens = _MARKDOWN.parse(source)
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(int(token.tag[1]) + 1, 6)}"
    html = _MARKDOWN.renderer.render(tokens, _MARKDOWN.options, {})
    return Markup(  # noqa: S704  nh3 has let through nothing but the tags above
        nh3.clean(
            html,
            tags=_TAGS,
            attributes={"a": {"href"}, "ol": {"start"}},
            url_schemes=_SCHEMES,
            link_rel=None,
        ).strip()
    )


def to_text(source: str, width: int = WIDTH) -> str:
    """Plain text: no marks of emphasis, links as "text (url)", lists with dashes."""
    return "\n".join(_stacked(SyntaxTreeNode(_MARKDOWN.parse(source)).children, width))


def fill(text: str, width: int = WIDTH) -> str:
    """One paragraph in lines of at most `width` columns."""
    return "\n".join(_wrapped(text, width))


def _stacked(blocks: Sequence[SyntaxTreeNode], width: int) -> list[str]:
    """Blocks below each other, with an empty line between those that had one."""
    lines: list[str] = []
    for number, block in enumerate(blocks):
        if number and not blocks[0].hidden:
            lines.append("")
        lines.extend(_block(block, width))
    return lines


def _block(node: SyntaxTreeNode, width: int) -> list[str]:
    match node.type:
        case "bullet_list":
            return [line for item in node.children for line in _item("– ", item, width)]
        case "ordered_list":
            first = int(node.attrs.get("start", 1))
            return [
                line
                for number, item in enumerate(node.children, first)
                for line in _item(f"{number}. ", item, width)
            ]
        case "blockquote":
            return _item("  ", node, width)
        case "code_block" | "fence":
            return node.content.splitlines()
        case "hr":
            return ["* * *"]
        case _:
            text = _inline(node.children[0])
            return [line for part in text.split("\n") for line in _wrapped(part, width)]


def _item(mark: str, node: SyntaxTreeNode, width: int) -> list[str]:
    first, *rest = _stacked(node.children, width - len(mark)) or [""]
    return [mark + first, *(" " * len(mark) + line if line else "" for line in rest)]


def _inline(node: SyntaxTreeNode) -> str:
    match node.type:
        case "text" | "code_inline":
            return node.content
        case "softbreak":
            return " "
        case "hardbreak":
            return "\n"
    text = "".join(_inline(child) for child in node.children)
    if node.type != "link":
        return text
    url = str(node.attrs["href"]).removeprefix("mailto:")
    return text if text == url else f"{text} ({url})"


def _wrapped(text: str, width: int) -> list[str]:
    return wrap(text, width, break_long_words=False, break_on_hyphens=False)
