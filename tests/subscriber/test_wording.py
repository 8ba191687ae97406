"""What people say yes to has a version of its own."""

from mailer.subscriber.wording import Wording, wordings


def test_a_wording_names_newsletter_and_municipality() -> None:
    strings = {"sv": {"agree": "{newsletter} från {municipality}."}, "en": {"agree": "Yes."}}
    agreed = wordings(strings, "Nytt", "Markaryds kommun")
    assert agreed["sv"] == Wording("sv", "Nytt från Markaryds kommun.")
    assert agreed["en"].text == "Yes."


def test_other_words_are_another_version() -> None:
    versions = {Wording("sv", "Ja.").version, Wording("sv", "Ja!").version}
    versions |= {Wording("en", "Ja.").version}
    assert len(versions) == 3
    assert all(len(version) == 15 for version in versions)
    assert Wording("sv", "Ja.").version == "sv-918c02e9102c"
