"""The contrast of text in HTML."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailer.mail.address import address
from mailer.newsletter.contrast import colour, low_contrast, pairs, ratio
from mailer.newsletter.edition import Newsletter, plan
from mailer.newsletter.finding import Hit, Place
from mailer.newsletter.sheet import Sheet
from mailer.organisation import Leader, Organisation

NOBODY = Leader("coordinator", "Projektledningen", address("p@trygg.example"))
PEOPLE = Organisation("Markaryd", address("trygg@trygg.example"), (), NOBODY, "Samordnare")


@pytest.mark.parametrize(
    ("text", "background", "expected"),
    [
        # from the WebAIM contrast checker
        ("#000000", "#ffffff", 21.0),
        ("#ffffff", "#ffffff", 1.0),
        ("#767676", "#ffffff", 4.54),
        ("#777777", "#ffffff", 4.48),
        ("#ff0000", "#ffffff", 4.0),
        ("#0000ff", "#ffffff", 8.59),
    ],
)
def test_the_ratio_is_that_of_wcag(text: str, background: str, expected: float) -> None:
    assert ratio(colour(text), colour(background)) == pytest.approx(expected, abs=0.01)
    assert ratio(colour(background), colour(text)) == pytest.approx(expected, abs=0.01)


BLACK_ON_WHITE = ("#000000", "#ffffff")


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("", []),
        ("<p> &nbsp;&#8203;\ufeff</p>", []),
        ("<p>x", [BLACK_ON_WHITE]),
        ('<p style="color:#333">x<b>y</b></p>', [("#333333", "#ffffff")]),
        (
            '<td bgcolor="#EEEEEE" style="Color : RGB(1, 2, 300)">x</td>y',
            [("#0102ff", "#eeeeee"), BLACK_ON_WHITE],
        ),
        (
            '<td bgcolor="#eee" style="background:#ddd url(x);background-color:#ccc!important">x',
            [("#000000", "#cccccc")],
        ),
        ('<td bgcolor="#eee" style="background:none">x', [BLACK_ON_WHITE]),
        (
            '<p style="color:white;background:black"><i style="color:inherit">x',
            [("#ffffff", "#000000")],
        ),
        ('<p style="border-color:#f00">x', [BLACK_ON_WHITE]),
        ('<p style="color:tomato">x</p><p style="background:linear-gradient(red)">y', []),
        ('<p style="display: none;color:#fff">x</p>', []),
        ("<head><title>x</title><style>y</style></head>", []),
        (
            '<!--[if mso | IE]><td style="color:#fff">x<![endif]--><!doctype html><p>y',
            [BLACK_ON_WHITE],
        ),
        (
            '<p style="color:#fff;background:#000">x<br style="color:#111"/>y</p>',
            [("#ffffff", "#000000")],
        ),
        (
            '<div style="color:#fff;background:#000"><p>x</div>y</p>z',
            [
                ("#ffffff", "#000000"),
                BLACK_ON_WHITE,
            ],
        ),
        ("<p style>x", [BLACK_ON_WHITE]),
    ],
)
def test_text_is_paired_with_the_background_that_it_stands_on(
    html: str, expected: list[tuple[str, str]]
) -> None:
    assert list(pairs(html)) == expected


def test_too_little_contrast_is_an_error_of_the_template() -> None:
    place = Place("config/activities")
    edition = plan(
        date(2020, 9, 11),
        newsletter=Newsletter(
            "Trygg", "", "trygg.example", "month", timedelta(45), "", timedelta(1)
        ),
        activities=(),
        text=None,
        last=None,
        told=frozenset(),
    )
    sheet = Sheet(
        edition=edition,
        place=place,
        passages=(),
        organisation=PEOPLE,
        base_url="https://trygg.example",
        html={"sv": '<p style="color:#777">x</p><p style="color:#767676">y</p>'},
        has_file=lambda name: True,
    )
    assert list(low_contrast(sheet)) == [
        Hit(
            Place("templates/newsletter/edition.mjml"),
            {"text": "#777777", "background": "#ffffff", "ratio": "4.4"},
        )
    ]


@given(st.text() | st.text(alphabet="<>/!-[]abp =\"'#&;:"))
def test_whatever_the_html_it_is_read(html: str) -> None:
    for text, background in pairs(html):
        assert 1 <= ratio(colour(text), colour(background)) <= 21
