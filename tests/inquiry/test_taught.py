"""What a correction and an answer teach."""

from mailer.inquiry.learn import Example
from mailer.inquiry.taught import WEIGHTS, Taught
from mailer.inquiry.verdict import Inquiry
from mailer.organisation import COORDINATOR

INQUIRY = Inquiry(subject="Lampan", text="Lampan är trasig.", language="sv")


def test_a_correction_is_an_example_that_is_called_by_its_number() -> None:
    taught = Taught("ab", "IT-2020-0001", "drog", "correction")
    assert taught.example(INQUIRY) == Example(
        "Lampan är trasig.",
        "Lampan",
        "sv",
        "drog",
        weight=WEIGHTS["correction"],
        name="IT-2020-0001",
    )


def test_what_the_coordinator_has_is_nobodys_and_an_answer_weighs_less_than_any_label() -> None:
    example = Taught("ab", "IT-2020-0001", COORDINATOR, "answer").example(INQUIRY)
    assert example.owner is None
    assert example.weight < Example("").weight < WEIGHTS["correction"]
