"""HTML says in plain text what it shows."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailer.inquiry.plaintext import plain_text


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("", ""),
        ("bara text", "bara text"),
        ("<p>ett</p><p>två</p>", "ett\n\ntvå"),
        ("<div>ett</div><div>två</div>", "ett\ntvå"),
        ("ett<br>två<br/><br />tre", "ett\ntvå\n\ntre"),
        ("<ul><li>ett<li>två</ul>efter", "- ett\n- två\n\nefter"),
        ("många   \n mellan\t<b> slag</b>", "många mellan slag"),
        ("&aring;&#228;&#xF6; &lt;p&gt;&nbsp;x", "åäö <p> x"),
        ("<head><title>t</title></head><style>p{}</style>x<script>1<2</script>", "x"),
        ("<style>never closed <p>hej", "never closed\n\nhej"),
        ("a<!-- b <p> -->c<!--[if mso]>d<![endif]-->e", "ace"),
        ("a<!-- never closed <!-- <p>b", "a never closed\n\nb"),
        ("<!DOCTYPE html><?xml?>x", "x"),
        ("1 < 2 och 3 > 2", "1 < 2 och 3 > 2"),
        ("<pre>a\n  b</pre>c", "a\n  b\nc"),
        ("</pre></blockquote>x", "x"),
        ("<table><tr><td>a<td>b</tr><tr><td>c</table>", "a b\nc"),
        ("<blockquote>citat<br>mer</blockquote>svar", "> citat\n> mer\n\nsvar"),
        ("<a href='https://www.x.se/'>x.se</a>", "x.se"),
        ('<a href="https://x.se/a?b=1&amp;c=2">här</a> nu', "här <https://x.se/a?b=1&c=2> nu"),
        ("<a href=mailto:a@x.se>a@x.se</a>", "a@x.se"),
        ("<a href='#top'>upp</a><a name=x>ner</a><a href=''>in</a>", "uppnerin"),
        ("<a href='http://x.se'>öppen<p>ny", "öppen <http://x.se>\n\nny"),
        ("<img alt='foto'>", ""),
        ("<ul><li><p>ett</p></li><li></li><li><div>två</div></li></ul>", "- ett\n\n- två"),
        ("<li>", ""),
        ("<div style='display:none'>dold <div>två</div> text</div>synlig", "synlig"),
        ("<span style='font-size:1px; MAX-HEIGHT: 0px;'>dold</span>synlig", "synlig"),
        ("<p hidden>dold</p><p class=hidden>synlig</p>", "synlig"),
        ("<div style='display:none'>aldrig stängd <p>text", "aldrig stängd\n\ntext"),
        ("<br style='display:none'>synlig", "synlig"),
        ("<style>a<style>b</style>synlig", "synlig"),
    ],
)
def test_html_becomes_text(source: str, text: str) -> None:
    assert plain_text(source) == text


INDENT = '<blockquote style="margin: 0 0 0 40px; border: none; padding: 0px">'


@pytest.mark.parametrize(
    ("source", "text"),
    [
        (f"Hej{INDENT}lampan</blockquote>Mvh", "Hej\n\nlampan\n\nMvh"),
        (f"<blockquote>a{INDENT}b</blockquote>c</blockquote>d", "> a\n>\n> b\n>\n> c\n\nd"),
        ('<blockquote type="cite" style="border:none">a</blockquote>', "> a"),
        ('<blockquote class=gmail_quote style="border:none">a</blockquote>', "> a"),
        ("a</blockquote>b", "a\n\nb"),
    ],
)
def test_what_is_only_indented_is_no_quotation(source: str, text: str) -> None:
    assert plain_text(source) == text


@given(st.text("<>/ab!-\"'=& \n", max_size=100))
def test_any_source_gives_some_text(source: str) -> None:
    assert plain_text(source) == plain_text(source).strip("\n")


def test_what_follows_too_many_tags_is_left_out() -> None:
    assert plain_text("<b>ett</b> två <b>tre</b>", 2) == "ett"
