"""What somebody says yes to, in one language, with a version that stands for these very words.

Takes the pages' own words by language; gives the sentence that the form and the confirmation both
show. Other words are another version, so a stored version always leads to the words agreed to.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256


@dataclass(frozen=True, slots=True)
class Wording:
    """The sentence agreed to."""

    language: str
    text: str

    @property
    def version(self) -> str:
        """Language and the beginning of the sentence's SHA-256: "sv-0a1b2c3d4e5f"."""
        return f"{self.language}-{sha256(self.text.encode()).hexdigest()[:12]}"


def wordings(
    strings: Mapping[str, Mapping[str, str]], newsletter: str, municipality: str
) -> Mapping[str, Wording]:
    """By language, the sentence `agree` with the names in it."""
    return {
        language: Wording(
            language, words["agree"].format(newsletter=newsletter, municipality=municipality)
        )
        for language, words in strings.items()
    }
