"""The lines above a quotation are known, and a person's lines are not taken for them."""

import pytest

from mailer.inquiry.attribution import attributions, block_end, marked, passes_on, quoted

WHO = "Tryggare tillsammans <trygghet@markaryd.example>"


@pytest.mark.parametrize(
    "line",
    [
        f"Den tors 3 sep. 2020 kl 12:10 skrev {WHO}:",
        f"Den torsdag 3 september 2020 12:10:33 CEST, {WHO} skrev:\u00a0",
        f"Den 3 september 2020 12:10:00 CEST, skrev {WHO}:",
        f"Den 2020-09-03 kl. 12:10, skrev {WHO}:",
        f"3 sep. 2020 kl. 12:10 skrev {WHO}:",
        f"{WHO} skrev den 2020-09-03 12:10:",
        f"On 3 Sep 2020 at 12:10 +0200, {WHO}, wrote:",
        f"to 3. syysk. 2020 klo 12.10 {WHO} kirjoitti:",
        f"{WHO} kirjoitti 3.9.2020 kello 12.10:",
        f"في الخميس، 3 سبتمبر 2020 في 12:10 م تمت كتابة ما يلي بواسطة {WHO}:\u200f",
        f"في 3 سبتمبر 2020، الساعة 12:10 م، كتب {WHO}:",
        f"چتمبر ۳، ۲۰۲۰ در ۱۲:۱۰ {WHO} نوشت:",
        f"чт, 3 вер. 2020 р. о 12:10 {WHO} пише:",
        f"чт, 3 сент. 2020 г. в 12:10, {WHO}:",
        f"czw., 3 wrz 2020 o 12:10 {WHO} napisał(a):",
        f"Am Do., 3. Sept. 2020 um 12:10 Uhr schrieb {WHO}:",
        f"Den tor. 3. sep. 2020 kl. 12.10 skrev {WHO}:",
        f"čet, 3. ruj 2020. u 12:10 {WHO} napisao je:",
        f"{WHO}, 3 Eyl 2020 Per, 12:10 tarihinde şunu yazdı:",
        f"Le jeu. 3 sept. 2020 à 12:10, {WHO} a écrit :",
    ],
)
def test_an_attribution_needs_no_mark_below_it(line: str) -> None:
    assert attributions(["Hej", "", line, "", "Nyheter"]) == {2: 3}


@pytest.mark.parametrize(
    "line",
    [
        "I går, 2020-09-10 kl 21:14 skrev mitt ex till mig:",
        "10 september 2020 kl. 21.14 skrev min exman:",
        "I Facebookgruppen den 5 september 2020 kl 19:30 skrev en man:",
        "On 10 September 2020 at 21:14 my ex wrote:",
    ],
)
@pytest.mark.parametrize("answers", [True, False])
def test_what_a_person_tells_of_is_none(line: str, answers: bool) -> None:
    assert attributions(["Hej!", line, "Jag dödar dig i natt."], answers=answers) == {}


def test_in_a_mail_that_answers_nothing_an_attribution_needs_an_address() -> None:
    told = ["Minnesanteckning 2020-09-08 kl 18:00, Anna skrev:", "- lampan vid skolan"]
    assert attributions(told) == {0: 1}
    assert attributions(told, answers=False) == {}
    program = [f"Den torsdag 3 september 2020 12:10:33 CEST, {WHO} skrev:", "Nyheter"]
    assert attributions(program, answers=False) == {0: 1}


def test_an_attribution_may_take_three_lines() -> None:
    lines = ["Den tors 3 sep. 2020 kl 12:10 skrev", "Tryggare tillsammans <", "a@example.se>:"]
    assert attributions(lines) == {0: 3}


def test_a_letter_of_ours_below_leaves_no_mark() -> None:
    assert attributions([f"Den tors 3 sep. 2020 kl 12:10 skrev {WHO}:", None]) == {0: 1}


def test_only_so_many_lines_are_tried() -> None:
    assert len(attributions([f"On 3 Sep 2020 at 12:10, {WHO} wrote:"] * 200)) == 100


@pytest.mark.parametrize(
    "line",
    [
        "Vi ses 2020-09-03 kl 18:00:",
        "Jag skrev till anna@example.se:",
        "Möte 3 september 2020 kl. 18:00, anmälan till Anna:",
        "a" * 300 + ":",
    ],
)
def test_a_persons_line_is_none(line: str) -> None:
    assert attributions([line, "", "punkt ett"]) == {}


@pytest.mark.parametrize(
    "block",
    [
        "Från: X\nSkickat: den 3 september\nTill: Y\nÄmne: Z",
        "Från : X\nDatum : 2020-09-03\nTill : Y\nÄmne : Z",
        "*Från:* X\n*Skickat:* t\n*Till:* Y",
        "Från: X\n\nSkickat: t\n\nTill: Y\n\nKopia: Å\n\nÄmne: Z",
        "Från: X\nDatum: 2020-09-03 12:10 (GMT+01:00)\nTill: Y\nRubrik: Z",
        "From: X\nSent: Thursday\nTo: a;\n b;\n c\nSubject: Z",
        "Von: X\nGesendet: Donnerstag\nAn: Y\nBetreff: Z",
        "Lähettäjä: X\nLähetetty: torstai\nVastaanottaja: Y\nAihe: Z",
        "Lähettäjä: X\nPäivämäärä: 3.9.2020\nSaaja: Y\nAihe: Z",
        "Od: X\nWysłane: czwartek\nDo: Y\nTemat: Z",
        "من: X\nتم الإرسال: الخميس\nإلى: Y\nالموضوع: Z",
        "Від: X\nНадіслано: четвер\nКому: Y\nТема: Z",
        "Kimden: X\nGönderildi: Perşembe\nKime: Y\nKonu: Z",
        "-----Ursprungligt meddelande-----",
        "-------- Originalmeddelande --------",
        "------- Original Message -------",
        "-------- Alkuperäinen viesti --------",
        "---------- Forwarded message ---------",
    ],
)
def test_a_header_block_ends_after_its_last_field(block: str) -> None:
    lines = block.split("\n")
    assert block_end([*lines, "", "Hej"], 0) == len(lines)


@pytest.mark.parametrize(
    "text",
    [
        "Till: alla i huset\nDatum: 18 september\n\nVi städar gården.",
        "Till: alla\nDatum: i dag\nÄmne: lampan",
        "Ämne: x\nTill: y\nDatum: z\n-----Original Message-----\nFrån: X",
        "Hej\nFrån: X\nTill: Y\nÄmne: Z",
        "---- viktigt ----",
        "-" * 300,
    ],
)
def test_a_persons_lines_are_no_header_block(text: str) -> None:
    assert block_end(text.split("\n"), 0) == 0


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("Datum: 2020-09-10\nFrån: Storgatan 5\nTill: er\nVad: lampan är sönder", 0),
        ("Till: Trygghetsgruppen\nFrån: Åsa Ek\nÄmne: Mörkt\n\nLampan är sönder", 0),
        ("Från: Åsa Ek\nSkickat: den 10 september 2020 21:14\nTill: Bo\n\nHej", 3),
        ("Från: Åsa Ek <asa@example.se>\nTill: Bo\nÄmne: Mörkt\n\nHej", 3),
    ],
)
def test_in_a_mail_that_answers_nothing_a_block_needs_an_address_or_a_time(
    text: str, lines: int
) -> None:
    assert block_end(text.split("\n"), 0, answers=False) == lines


def test_a_line_of_ours_is_no_header() -> None:
    assert block_end([None, "x"], 0) == 0


@pytest.mark.parametrize(
    "line",
    [
        "---------- Forwarded message ---------",
        "-------- Vidarebefordrat meddelande --------",
        "Vidarebefordrat brev:",
        "Början på vidarebefordrat brev:",
        "Begin forwarded message:",
        "-------- Weitergeleitete Nachricht --------",
        "-------- Välitetty viesti --------",
        "---------- Przekazana wiadomość ---------",
    ],
)
def test_a_mail_that_is_passed_on_is_known_by_its_line(line: str) -> None:
    assert passes_on(line)
    assert not passes_on(f"> {line}")
    assert not passes_on(f"Hej, {line}")


def test_a_quoted_line_starts_with_its_mark() -> None:
    assert quoted(["", " > hej"], 0)
    assert quoted(["\ufeff> hej"], 0)
    assert marked("\t> hej")
    assert not marked("hej >")
    assert not quoted([None, "> hej"], 0)
    assert not quoted(["hej", "> hej"], 0)
    assert not quoted(["", "", "", "> hej"], 0)
