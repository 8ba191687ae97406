"""Where the newsletter's pages are."""

from mailer.mail.template import LEAVE, MY_PAGE
from mailer.newsletter.site import Site


def test_every_page_has_its_address() -> None:
    site = Site("https://trygg.example")
    assert site.editions == "https://trygg.example/nyhetsbrev/"
    assert site.calendar == "https://trygg.example/kalender.ics"
    assert site.edition("2020-09", "sv") == "https://trygg.example/nyhetsbrev/2020-09"
    assert site.edition("2020-09", "ar") == "https://trygg.example/nyhetsbrev/2020-09?sprak=ar"
    assert site.picture("2020-09", "1.png") == (
        "https://trygg.example/nyhetsbrev/2020-09/bild/1.png"
    )


def test_a_key_is_one_part_of_the_path_whatever_it_holds() -> None:
    address = Site("https://trygg.example").event("2020-09", "2020-09-gjort/ett & två?")
    assert address == (
        "https://trygg.example/kalender/2020-09/2020-09-gjort%2Fett%20%26%20tv%C3%A5%3F.ics"
    )


def test_what_is_the_readers_own_is_the_start_page_or_a_mark() -> None:
    public, marked = Site("https://trygg.example"), Site("https://trygg.example", marks=True)
    assert (public.leave, public.my_page) == ("https://trygg.example/",) * 2
    assert marked.leave == f"https://trygg.example/{LEAVE}"
    assert marked.my_page == f"https://trygg.example/{MY_PAGE}"
