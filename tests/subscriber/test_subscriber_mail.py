"""Subscribing, confirming and leaving by mail."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailer.mail.address import Address
from mailer.mail.message import unsubscribe_by_mail
from mailer.subscriber.mail import asked, says_yes, token_in
from mailer.subscriber.subscription import Act, Change

ANNA = Address("anna@example.org", "Anna")
TOKEN = "0123456789abcdef" * 2


@pytest.mark.parametrize(
    ("act", "sender", "subject", "change"),
    [
        ("subscribe", ANNA, "prenumerera", Change("subscribe", ANNA, "why")),
        ("confirm", ANNA, "Re: Vill du?", Change("confirm", ANNA, "why")),
        ("leave", ANNA, "avsluta", Change("leave", ANNA, "why")),
        ("leave", ANNA, f"avsluta {TOKEN}", Change("leave", ANNA, "why", TOKEN)),
        ("leave", None, f"avsluta {TOKEN}", Change("leave", None, "why", TOKEN)),
        # A token only ever ends a subscription.
        ("subscribe", ANNA, TOKEN, Change("subscribe", ANNA, "why")),
        ("subscribe", None, TOKEN, None),
        ("confirm", None, TOKEN, None),
        ("leave", None, "avsluta", None),
    ],
)
def test_a_mail_asks_for_its_sender_or_for_whom_its_token_is(
    act: Act, sender: Address | None, subject: str, change: Change | None
) -> None:
    assert asked(act, sender, subject, "why") == change


@pytest.mark.parametrize(
    ("subject", "token"),
    [
        ("", ""),
        ("avsluta", ""),
        (f"avsluta {TOKEN}", TOKEN),
        (f"Re: avsluta {TOKEN.upper()}", TOKEN),
        (f"<{TOKEN}>", TOKEN),
        (TOKEN[:-1], ""),
        (f"{TOKEN}0", ""),
        (f"0{TOKEN}", ""),
        (f"g{TOKEN}g", TOKEN),
    ],
)
def test_a_token_is_found_in_a_subject(subject: str, token: str) -> None:
    assert token_in(subject) == token


@given(st.text(alphabet="0123456789abcdef", min_size=32, max_size=32))
def test_the_link_in_a_letter_leads_back_to_its_token(token: str) -> None:
    link = unsubscribe_by_mail(Address("a@b.se"), token)
    subject = link.removesuffix(">").partition("?subject=")[2].replace("%20", " ")
    assert token_in(subject) == token


@given(st.text(st.characters()))
def test_no_subject_and_no_answer_is_too_odd(text: str) -> None:
    assert token_in(text) in text.lower()
    assert says_yes(text) in (True, False)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " \n",
        "JA",
        "Ja tack!",
        "– ja, gärna",
        "Japp",
        "Jajamän!",
        "Yes please",
        "OK",
        "Okej.",
        "Stämmer bra",
        "Bekräftar",
        "Jag bekräftar härmed",
        "Jag vill ha nyhetsbrevet",
        "Kyllä kiitos",
        "نعم",
        "Так, будь ласка",
        "Haa, mahadsanid",
    ],
)
def test_a_yes_is_understood(text: str) -> None:
    assert says_yes(text)


@pytest.mark.parametrize(
    "text",
    [
        "Nej",
        "Nej tack, jag vill inte",
        "Jag vill inte ha nyhetsbrevet",
        "Ja, eller nej förresten",
        "Ok, men skicka ej fler",
        "Yes, I don’t want it",
        "Jag undrar vad det här är",
        "Jaha?",
        "Yesterday I saw it",
        "Vem har anmält mig?",
        "Kyllä, tai ei sittenkään",
        "نعم أو لا",
        "Ні, дякую",
        "Haa, maya",
        "Haastattelu",
    ],
)
def test_what_is_no_plain_yes_is_left_to_a_person(text: str) -> None:
    assert not says_yes(text)
