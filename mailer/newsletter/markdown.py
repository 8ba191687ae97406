"""The editor's Markdown (CommonMark without raw HTML and images) as HTML and as plain text.

Takes what a person wrote; gives HTML that holds nothing but `_TAGS` and links to the web or by
mail, or plain text in lines of at most `WIDTH` columns (a longer word, such as a URL, is never
broken). Images are not read: a picture fetched from elsewhere tells its host who opened the letter.
"""

from collections.abc import Sequence
from functools import lru_cache

import nh3
from markdown_it import MarkdownIt
from markdown_it.token import Token
from markdown_it.tree import SyntaxTreeNode
from markupsafe import Markup

WIDTH = 72

_TAGS = {
    *("p", "br", "hr", "h2", "h3", "h4", "h5", "h6"),
    *("ul", "ol", "li", "blockquote", "pre", "code", "strong", "em", "a"),
}
_SCHEMES = {"http", "https", "mailto"}
_MARKDOWN = MarkdownIt("commonmark", {"html": False}).disable("image")


def to_html(source: str, top: int = 2) -> Markup:
    """HTML blocks. The highest heading becomes an h`top`, and none below skips a level."""
    tokens: list[Token] = []
    open_levels: list[int] = []
    for token in _parsed(source):
        if token.type == "heading_open":
            level = int(token.tag[1])
            open_levels = [*(above for above in open_levels if above < level), level]
        if token.type in ("heading_open", "heading_close"):
            token = token.copy(tag=f"h{min(top - 1 + len(open_levels), 6)}")
        tokens.append(token)
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
    return "\n".join(_stacked(SyntaxTreeNode(_parsed(source)).children, width))


@lru_cache(maxsize=1024)
def _parsed(source: str) -> list[Token]:
    """The tokens, not to be altered. Both letters, in every language, are made of the same."""
    tokens = _MARKDOWN.parse(source)
    for token in tokens:
        for child in token.children or ():
            if child.type == "softbreak":
                # MJML drops a line break that stands alone between two tags, and so a space.
                child.type, child.content = "text", " "
    return tokens


def fill(text: str, width: int = WIDTH) -> str:
    """One paragraph in lines of at most `width` columns."""
    return "\n".join(_wrapped(text, width))


def _stacked(blocks: Sequence[SyntaxTreeNode], width: int) -> list[str]:
    """Blocks below each other, with an empty line between those that had one."""
    lines: list[str] = []
    for block in blocks:
        told = _block(block, width)  # nothing, where a heading is empty
        if lines and told and not blocks[0].hidden:
            lines.append("")
        lines.extend(told)
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
        case "hardbreak":
            return "\n"
    text = "".join(_inline(child) for child in node.children)
    if node.type != "link":
        return text
    url = str(node.attrs["href"]).removeprefix("mailto:")
    return text if text == url else f"{text} ({url})"


def _wrapped(text: str, width: int) -> list[str]:
    lines: list[str] = []
    for word in filter(None, text.split(" ")):
        if lines and len(lines[-1]) + 1 + len(word) <= width:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines
