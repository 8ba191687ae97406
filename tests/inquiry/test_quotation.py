"""A person's own words are kept, and nobody else's."""

import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailer.inquiry.quotation import own_words
from mailer.inquiry.shingles import Shingles

SHARED = Path(__file__).parents[3] / "shared"
REPLIES = SHARED / "corpus" / "replies"

OURS = (
    "Nu är kommunens trygghetsatsning äntligen igång, men vad är det, kanske du undrar? "
    "Projektet är indelat i fyra delprojekt som alla fokuserar på olika aspekter."
)


@pytest.mark.parametrize(
    "header",
    [
        "Den tors 10 sep. 2020 kl 09:12 skrev Anna <anna@example.se>:",
        "Den tors 10 sep. 2020 kl 09:12 skrev Anna <\nanna@example.se>:",
        "10 sep. 2020 kl. 09:12 skrev Anna <anna@example.se>:",
        "On Thu, Sep 10, 2020 at 9:12 AM Anna <anna@example.se> wrote:",
        "On Thu, Sep 10, 2020\nAnna <anna@example.se>\nwrote:",
        "Am 10.09.20 um 09:12 schrieb Anna:",
        "to 10. syysk. 2020 klo 9.12 Anna (anna@example.se) kirjoitti:",
        "W dniu 10.09.2020 o 09:12, Anna pisze <anna@example.se>:",
        "czw., 10 wrz 2020 o 09:12 Anna <anna@example.se> napisał(a):",
        "في الخميس، 10 سبتمبر 2020 في 9:12 ص كتب Anna <anna@example.se>:",
        "чт, 10 вер. 2020 р. о 09:12 Anna <anna@example.se> пише:",
        "Anna <anna@example.se> skrev:",
    ],
)
def test_an_attribution_goes_with_its_marked_quotation(header: str) -> None:
    assert own_words(f"Tack!\n\n{header}\n\n> Hej\n> hopp\n") == "Tack!"


@pytest.mark.parametrize(
    "header",
    [
        "Från: Anna <anna@example.se>\nSkickat: den 10 september 2020\nTill: Bo\nÄmne: Hej",
        "*Från:* Anna\n*Skickat:* torsdag\n*Till:* Bo\n*Kopia:* Eva\n*Ämne:* Hej",
        "________________________________\nFrån: Anna\nSkickat: torsdag\nTill: Bo\nÄmne: Hej",
        "From: Anna\nSent: Thursday\nTo: Bo\nSubject: Hi",
        "Von: Anna\nGesendet: Donnerstag\nAn: Bo\nBetreff: Hallo",
        "Lähettäjä: Anna\nLähetetty: torstai\nVastaanottaja: Bo\nAihe: Hei",
        "Від: Анна\nДата: четвер\nКому: Бо\nТема: Привіт",
        "من: Anna\nإلى: Bo\nالموضوع: Hej",
        "-----Ursprungligt meddelande-----",
        "-------- Originalmeddelande --------\nFrån: Anna",
        "-----Original Message-----",
        "Den tors 10 sep. 2020 kl 09:12 skrev Anna <anna@example.se>:",
        "to 10. syysk. 2020 klo 9.12 Anna (anna@example.se) kirjoitti:",
        "On Thu, Sep 10, 2020 at 9:12 AM Anna wrote:",
    ],
)
def test_all_below_a_header_without_marks_is_quoted(header: str) -> None:
    assert own_words(f"Tack!\n\n{header}\n\nHej på dig\nSkolan är stängd\n") == "Tack!"


def test_answers_between_the_quoted_lines_are_kept() -> None:
    text = "Den 10 sep. 2020 kl 09:12 skrev Anna:\n> Kommer du?\n\nJa.\n\n> När?\nKlockan tre.\n"
    assert own_words(text) == "Ja.\n\nKlockan tre."


@pytest.mark.parametrize(
    "text",
    [
        "Den artikel som ni skrev var bra och jag undrar:\n\nKan vi hjälpa till?",
        "Den 12 maj kl. 20.30 skrev grannen på en lapp:\n\nSluta väsnas!",
        "Till: alla i huset\nDatum: 18 september\n\nVi städar gården.",
        "Till alla: hej\nfrån: mig",
        "- lampan är trasig\n- porten går inte att låsa",
        "Mvh\n/Anna\n\nPS. Lampan är också trasig.",
        "Hej\n--\n" + "\n".join(f"punkt {number}" for number in range(20)),
        "- -- viktigt -- -",
        "Vi behöver:\n\nlampor\n\nbänkar",
        "Jag skrev till anna@example.se:\n\nLampan är trasig",
    ],
)
def test_a_persons_words_are_not_taken_for_a_quotation(text: str) -> None:
    assert own_words(text) == text


def test_a_mail_that_begins_with_a_header_is_read_below_it() -> None:
    text = "Od: Jan\nWysłano: środa\nDo: Anna\nTemat: Re\n\nCześć!\n\n-----Original Message-----\nX"
    assert own_words(text) == "Cześć!"


PASSED_ON = "Från: Bo\nSkickat: i går\nTill: Anna\nÄmne: x\n\nLampan är trasig\n--\nBo"


@pytest.mark.parametrize(
    "above",
    [
        "Se nedan.",
        "Hej!\nKan ni läsa mejlet nedan och svara Bo?\n-- \nAnna",
        "Jag skickar det här vidare till er.",
        "FYI",
        "Please see the mail below",
        "Siehe unten",
        "Див. нижче",
    ],
)
def test_what_the_words_above_point_at_is_the_matter(above: str) -> None:
    assert own_words(f"{above}\n\n{PASSED_ON}").endswith(PASSED_ON)
    assert "trasig" not in own_words(f"{above}\n{'x' * 600}\n\n{PASSED_ON}")


def test_what_the_words_above_point_at_may_be_marked() -> None:
    text = "Se nedan.\n\nDen 10 sep. 2020 kl 09:12 skrev Bo:\n> Lampan är trasig"
    assert own_words(text) == text


def test_answers_that_the_words_above_point_at_stand_alone() -> None:
    text = "Se svar nedan.\n\nDen 10 sep. 2020 kl 09:12 skrev Bo:\n> Kommer du?\n\nJa!"
    assert own_words(text) == "Se svar nedan.\n\nJa!"


def test_what_a_separator_says_is_passed_on_stays() -> None:
    text = f"Kan ni svara?\n\n---------- Forwarded message ---------\n{PASSED_ON}"
    assert own_words(text) == text


def test_a_newsletter_that_is_passed_on_goes_with_its_header() -> None:
    text = f"Vad är detta?\n\nFrån: Bo\nDatum: i går\nTill: Eva\nÄmne: x\n\n{OURS}"
    assert own_words(text, "VB: x", Shingles([OURS])) == "Vad är detta?"


def test_answers_in_our_unmarked_letter_are_kept() -> None:
    header = "Från: Bo\nSkickat: i går\nTill: Eva\nÄmne: x"
    letter = f"{OURS}\n\nJa!\n\n{OURS}\n\nJag kommer gärna på lördag."
    words = own_words(f"Se mina svar.\n\n____\n{header}\n\n{letter}", ours=Shingles([OURS]))
    assert words == "Se mina svar.\n\nJa!\n\nJag kommer gärna på lördag."


EVENT = "Idrottens dag på Strömsnäsbruks skola"
EDITION = (
    "Nytt från projektet\n\n"
    "Delprojektet Ett delaktigt civilsamhälle ser till att föreningar och kommun möts oftare. "
    "Det leds nu av Anna Ek och Bo Alm.\n\n"
    "Vad händer framöver?\n\n"
    f"- {EVENT} fredag 25 september.\n"
    f"- Arbetsdag på Ekebacken för alla som vill vara med.\n\n{OURS}"
)
SUBJECT = "Tryggare tillsammans"
HEADER = f"Från: Vi <vi@example.se>\nSkickat: i går\nTill: eva@example.org\nÄmne: {SUBJECT}"


def below_our_header(edition: str) -> str:
    return own_words(f"Hej!\n\n{HEADER}\n\n{edition}", ours=Shingles([EDITION]))


@pytest.mark.parametrize(
    ("ours", "otherwise"),
    [
        ("skola fredag 25 september.", "skola 25 september."),
        ("Det leds nu", "Arbetet i det leds sedan i höstas nu"),
        ("Ek och Bo Alm.", "Ek och Cia Falk."),
        ("olika aspekter.", f"olika aspekter.\n\n{SUBJECT}!\nKontakt: vi@example.se"),
    ],
)
def test_another_printing_of_our_letter_leaves_no_shreds(ours: str, otherwise: str) -> None:
    assert below_our_header(EDITION.replace(ours, otherwise)) == "Hej!"


@pytest.mark.parametrize(
    ("ours", "answered", "answer"),
    [
        ("Alm.", "Alm. Jag vill gärna hjälpa er", ". Jag vill gärna hjälpa er"),
        ("Alm.", "Alm. jag kan på torsdagar. Hälsa dem!", ". jag kan på torsdagar. Hälsa dem!"),
        ("aspekter.", f"aspekter.\n\nHej igen!\n{EVENT} – jag kommer!", None),
        ("aspekter.", f"aspekter.\n\nHej igen!\n{EVENT} - när?", None),
        ("aspekter.", f"aspekter.\n\nHej igen!\n{EVENT}, vilken tid?", None),
        ("aspekter.", f"aspekter.\n\nHej igen!\n{EVENT}. Ja!", None),
        ("aspekter.", "aspekter, det tror jag inte ett ord på", None),
        ("som vill vara med.", "som vill vara med.\nDet vill jag!", "Det vill jag!"),
        ("som vill vara med.", "som vill vara med.\nSkriv till vi@example.se då", None),
        ("aspekter.", "aspekter.\n\nTillsammans\nEva", "Tillsammans\nEva"),
        ("aspekter.", "aspekter.\n\nMejla eva@example.org!", None),
    ],
)
def test_what_a_person_says_in_a_line_of_our_letter_stays(
    ours: str, answered: str, answer: str | None
) -> None:
    text = below_our_header(EDITION.replace(ours, answered))
    assert text.startswith("Hej!\n\n")
    assert text.endswith(answer or answered.rpartition("\n")[2].removeprefix("aspekter"))


def test_a_line_of_another_printing_goes_though_a_person_writes_above_it() -> None:
    text = below_our_header(f"{EDITION}\n\nDet låter bra!\n{EVENT}, som vanligt")
    assert text == "Hej!\n\nDet låter bra!"


def test_below_marked_lines_of_ours_all_that_is_not_marked_stays() -> None:
    marked = "\n".join(f"> {line}" for line in EDITION.split("\n"))
    answer = f"Hej!\n{EVENT}, jag kommer"
    text = f"Den tors 10 sep. 2020 kl 09:12 skrev Vi <vi@example.se>:\n{marked}\n\n{answer}"
    assert own_words(text, ours=Shingles([EDITION])) == answer


def test_a_letter_of_ours_from_nobody_is_one_all_the_same() -> None:
    header = "Från: Vi\nSkickat: i går\nTill: eva@example.org"
    words = own_words(f"Hej!\n\n{header}\n\n{EDITION}\n\nTill eva", ours=Shingles([EDITION]))
    assert words == "Hej!\n\nTill eva"


def test_a_letter_of_which_little_is_known_goes_whole() -> None:
    header = "Från: Bo\nSkickat: i går\nTill: Eva\nÄmne: x"
    text = f"Tack!\n\n{header}\n\n{OURS}\n{'Annat som vi skrev. ' * 10}\n{OURS}"
    assert own_words(text, ours=Shingles([OURS])) == "Tack!"


@pytest.mark.parametrize("above", ["", "Den 3 sep. 2020 kl 12:10 skrev Bo <bo@example.se>:\n\n> "])
def test_an_empty_answer_to_our_letter_is_empty(above: str) -> None:
    assert own_words(f"{above}{OURS}", ours=Shingles([OURS])) == ""


def test_what_others_wrote_is_the_matter_where_there_is_little_else() -> None:
    others = (
        "> Jag har en hel del att säga om det här, och det mesta är nog redan sagt förut.\n" * 3
    )
    assert own_words(f"> {OURS}\n{others}", ours=Shingles([OURS])) == others.strip()


@pytest.mark.parametrize("subject", ["VB: Klagomål", "Fwd: x", "fw: x", "WG: x"])
def test_what_is_passed_on_stays(subject: str) -> None:
    text = "Kan ni svara?\n\nFrån: Bo\nSkickat: i går\nTill: Anna\nÄmne: x\n\nLampan är trasig"
    assert own_words(text, subject) == text
    assert own_words(text, "Sv: x") == "Kan ni svara?"


@pytest.mark.parametrize(
    "signature",
    [
        "--\nAnna Ek\nRektor",
        "-- \nAnna Ek",
        "Skickat från min iPhone",
        "Hämta Outlook för Android",
        "Sent from my BlackBerry",
        "Lähetetty iPhonesta",
    ],
)
def test_the_signature_of_a_program_goes(signature: str) -> None:
    assert own_words(f"Lampan är trasig\n\n{signature}\n") == "Lampan är trasig"


def test_our_own_text_goes_however_it_is_broken_and_marked() -> None:
    broken = OURS.replace(" men ", "\n>> men ").replace(" fyra ", " \n fyra ").upper()
    words = own_words(f"Vad kostar det?\n\n{broken}\nMvh Bo", ours=Shingles([OURS]))
    assert words == "Vad kostar det?\n\nMvh Bo"


def test_a_few_words_of_ours_may_be_named() -> None:
    text = "Ni skriver att projektet är indelat i fyra delprojekt. Vilka?"
    assert own_words(text, ours=Shingles([OURS])) == text


@pytest.mark.parametrize("text", ["> bara citat", "Från: a\nTill: b\nÄmne: c", "--\nAnna"])
def test_where_nothing_would_be_left_all_is_kept(text: str) -> None:
    assert own_words(text, ours=Shingles([OURS])) == text


def test_lines_that_a_person_marks_are_kept_where_nothing_is_answered() -> None:
    text = "Hej! Det här är trasigt:\n> lampan\n> porten\nMvh Bo"
    assert own_words(text, answers=False) == text
    assert own_words(text) == "Hej! Det här är trasigt:\nMvh Bo"
    quoted = "Ja!\n\nDen 10 sep. 2020 kl 09:12 skrev Anna:\n> Kommer du?"
    assert own_words(quoted, answers=False) == "Ja!"
    assert own_words(f"Ja!\n> {OURS}\n> x", ours=Shingles([OURS]), answers=False) == "Ja!"


def test_nothing_stays_nothing() -> None:
    assert own_words("", ours=Shingles([OURS])) == own_words(" \n") == ""


LINES = ["Hej", "", "> citat", "Den 3 maj 2020 kl 09:12 skrev Anna <a@b.se>:", "-- ", "Från: a"]
LINES += ["Till: b", "Ämne: c", "-----Original Message-----", "On x\nwrote:", OURS, ":", ">", "--"]


@given(st.lists(st.sampled_from(LINES) | st.text(max_size=10), max_size=12), st.booleans())
def test_something_is_left_of_anything(lines: list[str], known: bool) -> None:
    text = "\n".join(lines)
    words = own_words(text, ours=Shingles([OURS] if known else []))
    assert bool(words) == bool(text.strip()) or (known and OURS in text)
    assert len(words) <= len(text)


def test_a_long_text_made_to_be_slow_is_read_at_once() -> None:
    text = ("On " + "a" * 190 + ":\n") * 1_000 + "On " + "a b " * 50_000 + "\nwrote:"
    own_words("x")  # the patterns are compiled once
    started = time.process_time()
    own_words(text, ours=Shingles([OURS]))
    assert time.process_time() - started < 0.5


@pytest.mark.parametrize("filler", [".", ":a", "a", " - ", "?", "a@", "x:, "])
def test_a_line_of_our_letter_made_to_be_slow_takes_no_longer_than_its_length(filler: str) -> None:
    def seconds(times: int) -> float:
        long = filler * times
        header = HEADER.replace("Till: ", f"Till: {long} ")
        text = f"Hej!\n\n{header}\n\n{EDITION}\n{EVENT}{long} {EDITION}"
        started = time.process_time()
        own_words(text, ours=Shingles([EDITION]))
        return time.process_time() - started

    seconds(1)  # the patterns are compiled once
    assert seconds(40_000) < 40 * seconds(4_000) + 0.1


@pytest.mark.skipif(not REPLIES.exists(), reason="the shared corpus/replies is not here")
def test_a_disclaimer_below_a_reply_goes() -> None:
    text = own_words((REPLIES / "caution2.txt").read_text(encoding="utf-8"))
    assert text.startswith("Hello,\n\nI am trying to place an order")
    assert text.endswith("Person Person.")


@pytest.mark.skipif(not REPLIES.exists(), reason="the shared corpus/replies is not here")
@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("begins_with_signature", "Thank you, Sonya Johnson.\n\nI have sent an invite for 10:30am"),
        (
            "email_1_1",
            "Hi folks\n\nWhat is the best way to clear a Riak bucket of all key, values after",
        ),
        ("email_3_1", "First reply.\n\nThis is fairly common; nothing too hard here!"),
        ("email_danish_1", "Hej Peter,\n\nTak for din mail. Det lyder godt."),
        ("email_danish_5", "Hej,\n\nSvar.\n\nKh\nPeter"),
        ("email_ja_1_2", "田中様\n\nお世話になっております。織田です。"),
        ("email_partial_quote_header", "On your remote host you can run:"),
        ("email_sent_from_multi_word_mobile_device", "Here is another email"),
        ("forward", "FW: YYY Arrival Notice XYZ"),
        ("multiline_on_de", "Am heutigen Tage"),
        ("email_1_4", "Awesome! I haven't had another problem with it."),
        ("email_1_6", "I get proper rendering as well."),
        ("email_1_8", "I will reply under this one\n\nand under this."),
        ("email_2_2", "Outlook with a reply directly above line"),
        ("email_danish_3", "Hej,\n\nSvar."),
        ("email_headers_no_delimiter", "And another reply!"),
        ("email_nl_1_2", "Outlook met een antwoord"),
        ("email_pl_1_2", "Czesc Anno,\n\nJak się masz?\n\nPozdrawiam,\nJan"),
        ("email_sent_from_BlackBerry", "Here is another email"),
        ("email_sig_delimiter_in_middle_of_line", "Hi there!\n\nStuff happened.\n\nAnd here is"),
        ("email_swedish_1", "Hej Person A,\n\nUrsäkta mitt sena svar!\n\nKan inte se att"),
        ("multi_header", "No problem. I’ll just start a new order."),
        ("pathological", "I think you're onto something."),
    ],
)
def test_replies_of_many_programs_begin_with_the_own_words(name: str, words: str) -> None:
    text = own_words((REPLIES / f"{name}.txt").read_text(encoding="utf-8"))
    assert text.startswith(words)
    assert len(text) < len(words) + 260


@pytest.mark.parametrize(
    "header",
    [
        "  Den fre, 11 sep. 2020 kl. 09:30 skrev Bertil Ask<bertil@example.org>:",
        "  On Fri, 11 Sep 2020 at 9:30, Bertil Ask<bertil@example.org> wrote:",
    ],
)
def test_a_quotation_may_begin_in_the_line_of_its_attribution(header: str) -> None:
    assert own_words(f"Tack!\n\n{header}   Hej Åsa! Det säljs knark.\nMvh") == "Tack!"
