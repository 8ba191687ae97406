"""The editor's Markdown as HTML and as plain text."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mailer.newsletter.markdown import to_html, to_text


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("", ""),
        ("Ett **viktigt** och _vackert_ ord", "Ett viktigt och vackert ord"),
        ("en\nrad", "en rad"),
        ("två  \nrader", "två\nrader"),
        ("första\n\nandra", "första\n\nandra"),
        ("se [webben](https://example.org/x)", "se webben (https://example.org/x)"),
        ("<https://example.org/x>", "https://example.org/x"),
        ("<anna@example.org>", "anna@example.org"),
        ("[Anna](mailto:anna@example.org)", "Anna (anna@example.org)"),
        ("# Rubrik\n\ntext", "Rubrik\n\ntext"),
        ("- ett\n- två", "– ett\n– två"),
        ("- ett\n  - ett ett\n- två", "– ett\n  – ett ett\n– två"),
        ("- ett\n\n  mer\n\n- två", "– ett\n\n  mer\n– två"),
        ("-", "– "),
        ("1. ett\n2. två", "1. ett\n2. två"),
        ("9. nio\n10. tio\n    - i tio", "9. nio\n10. tio\n    – i tio"),
        ("> citat\n> till", "  citat till"),
        ("`kod` &amp; \\*stjärnor\\*", "kod & *stjärnor*"),
        ("```\nrad 1\n  rad 2\n```", "rad 1\n  rad 2"),
        ("    rad", "rad"),
        ("ett\n\n---\n\ntvå", "ett\n\n* * *\n\ntvå"),
        ("<b>fet</b>", "<b>fet</b>"),
        ("![bild](https://example.org/x.png)", "!bild (https://example.org/x.png)"),
    ],
)
def test_plain_text_has_no_marks_of_markdown(source: str, text: str) -> None:
    assert to_text(source) == text


def test_lines_are_filled_but_a_url_is_never_broken() -> None:
    url = "https://example.org/" + "lång-väg/" * 12
    lines = to_text(f"- {'ord ' * 40}{url} {'ord ' * 40}").splitlines()
    assert f"  {url}" in lines
    assert all(len(line) <= 72 for line in lines if url not in line)


@pytest.mark.parametrize(
    ("source", "html"),
    [
        ("", ""),
        ("Ett **viktigt** ord", "<p>Ett <strong>viktigt</strong> ord</p>"),
        ("# Rubrik", "<h2>Rubrik</h2>"),
        ("###### Rubrik", "<h2>Rubrik</h2>"),
        ("**ett**\n*två*", "<p><strong>ett</strong> <em>två</em></p>"),
        ("[webben](https://example.org/)", '<p><a href="https://example.org/">webben</a></p>'),
        ("3. tre", '<ol start="3">\n<li>tre</li>\n</ol>'),
        ("<script>alert(1)</script>", "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>"),
        ("[x](javascript:alert(1))", "<p>[x](javascript:alert(1))</p>"),
        ("[x](ftp://example.org/)", "<p><a>x</a></p>"),
    ],
)
def test_html_holds_what_was_meant_and_no_more(source: str, html: str) -> None:
    assert to_html(source) == html


def test_no_picture_is_fetched() -> None:
    assert "<img" not in to_html("![x](https://example.org/pixel.gif) <img src='https://e.org/'>")


@given(st.text(alphabet="ab *_-#>`[]()!<&\\\n\t1.:/å", max_size=80))
@example("1\n#")
def test_whatever_is_written_becomes_html_and_text(source: str) -> None:
    assert "<script" not in to_html(f"{source}<script>")
    assert to_text(source) == to_text(source).rstrip("\n")


@pytest.mark.parametrize(
    ("source", "top", "levels"),
    [
        ("# a\n# b", 2, "22"),
        ("### a\n## b\n### c", 2, "223"),
        ("# a\n### b\n## c\n#### d", 2, "2334"),
        ("# a\n## b\n# c", 4, "454"),
        ("# a\n## b\n### c", 5, "566"),
    ],
)
def test_headings_begin_where_they_should_and_skip_no_level(
    source: str, top: int, levels: str
) -> None:
    html = to_html(source, top)
    assert "".join(re.findall(r"<h(\d)>", html)) == levels
