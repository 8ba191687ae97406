"""What programs and employers add goes; what a person signs with stays."""

import pytest

from mailer.inquiry.signature import without_disclaimers, without_signature

OWN = ["Lampan är trasig."]


@pytest.mark.parametrize(
    "line",
    [
        "Skickat från min iPhone",
        "Skickat från min Galaxy",
        "Skickat från min Samsung Galaxy-smartphone.",
        "Skickat från Outlook för iOS",
        "Skickades från Outlook för Android",
        "Skickat från E-post för Windows",
        "Skickat från Yahoo Mail för iPhone",
        "Skickat med Proton Mail säker e-post.",
        "Skickat från min Android-enhet med K-9 Mail. Ursäkta min fåordighet.",
        "Hämta Outlook för iOS<https://aka.ms/o0ukef>",
        "Skaffa Outlook för Android <https://aka.ms/AAb9ysg>",
        "Sent from my Verizon Wireless BlackBerry",
        "Get Outlook for iOS",
        "Sendt fra min iPhone",
        "Von meinem iPhone gesendet",
        "Outlook für Android herunterladen",
        "Lähetetty iPhonesta",
        "Hanki Outlook for iOS",
        "Wysłane z iPhone’a",
        "Надіслано з iPhone",
        "أرسلت من iPhone الخاص بي",
        "Virusfritt.www.avast.com <https://www.avast.com>",
        "Tänk på miljön innan du skriver ut det här mejlet!",
    ],
)
def test_the_line_of_a_program_goes(line: str) -> None:
    assert without_signature([*OWN, f" {line} "]) == OWN


@pytest.mark.parametrize(
    "line",
    [
        "Skickat mail till er tre gånger utan svar",
        "Skickat från min dotters rektor kom ett brev",
        "Hämta ut mailen från skolan",
        "Get someone to look at the outlook tower",
        "Mobilen är stulen",
        "Anna Ek, Storgatan 14 B, 070-123 45 67",
        "anna@example.org är min adress",
    ],
)
def test_the_line_of_a_person_stays(line: str) -> None:
    assert without_signature([*OWN, line]) == [*OWN, line]


@pytest.mark.parametrize("delimiter", ["--", "-- "])
def test_what_stands_below_the_delimiter_goes(delimiter: str) -> None:
    assert without_signature([*OWN, delimiter, "Anna Ek", "Rektor"]) == OWN


@pytest.mark.parametrize(
    "lines",
    [
        ["--", "Anna"],
        ["a", "--", *["punkt"] * 20],
        ["Hej!", "--", "Lampan vid Storgatan är trasig.", "Mvh Åsa"],
    ],
)
def test_what_is_no_signature_stays(lines: list[str]) -> None:
    assert without_signature(lines) == lines


def test_only_what_stands_below_the_last_delimiter_is_a_signature() -> None:
    said = ["Jag vill tipsa om en sak.", "--", "Min granne har en pistol."]
    assert without_signature([*said, "--", "Anonym"]) == said


@pytest.mark.parametrize(
    "closing", ["Mvh", "Med vänliga hälsningar,", "Best regards", "Terveisin", "Hälsningar Anna"]
)
def test_web_and_mail_addresses_below_a_greeting_go(closing: str) -> None:
    kept = [*OWN, closing, "Anna Ek", "Storgatan 14 B", "070-123 45 67"]
    web = ["www.example.se", "E-post: anna@example.org", "https://example.se <https://example.se>"]
    assert without_signature(kept + web) == kept


def test_a_web_address_above_the_greeting_stays() -> None:
    lines = ["Se här:", "https://example.org/lampan", "Mvh", "Anna"]
    assert without_signature(lines) == lines


LEGAL = [
    "Disclaimer\n\nThe information contained in this communication is intended solely for use.",
    "Detta e-postmeddelande kan innehålla uppgifter som bara är\navsedda för mottagaren.",
    "Om du har fått det här mejlet av misstag, radera det.",
    "This email has been scanned for viruses and malware.",
    "This message is confidential and intended only for the addressee.",
    "När du skickar e-post till Markaryds kommun behandlar vi dina personuppgifter.",
    "Så behandlar vi dina personuppgifter: www.example.se",
    "Diese E-Mail ist vertraulich.",
]


@pytest.mark.parametrize("legal", LEGAL)
def test_a_disclaimer_at_the_end_goes(legal: str) -> None:
    assert without_disclaimers([*OWN, "", *legal.split("\n"), ""]) == OWN


@pytest.mark.parametrize(
    "banner",
    [
        "VARNING: Det här mejlet kommer från en extern avsändare. Klicka inte på länkar.",
        "CAUTION: This email originated from outside of the organization.",
        "Du får inte ofta e-post från anna@example.org. Läs om varför det här är viktigt",
    ],
)
def test_a_banner_above_the_text_goes(banner: str) -> None:
    assert without_disclaimers(["", banner, "", *OWN]) == OWN


@pytest.mark.parametrize(
    "text",
    [
        "Det här mejlet är konfidentiellt.",
        "Varning: grannen har en lös hund!",
        "Observera att jag vill vara anonym.",
        "Om du har fått barn i skolan vet du hur det är.",
        "När du skickar ut nästa brev, ta med vår förening.",
        "Om du har fått det här mejlet av misstag ber jag om ursäkt. Han sitter i köket nu.",
        "Innehållet får inte läsas av obehöriga. Detta är inte avsett för Sven: min son langar.",
        "När du skickar det här vidare får mina personuppgifter inte vara med.",
    ],
)
def test_a_persons_last_words_stay(text: str) -> None:
    assert without_disclaimers([*OWN, "", text]) == [*OWN, "", text]


def test_a_disclaimer_that_is_all_there_is_stays() -> None:
    lines = ["", "This email has been scanned for viruses."]
    assert without_disclaimers(lines) == lines
