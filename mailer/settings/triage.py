"""triage.yaml as `TriageRules`."""

from collections.abc import Mapping
from typing import cast

from mailer.inquiry.rules import Rule, TriageRules
from mailer.inquiry.verdict import Kind
from mailer.settings.schema import FoldersForm, TriageForm, Weighted


def triage_rules(form: TriageForm) -> TriageRules:
    return TriageRules(
        rules={
            language: {slug: _rules(weighted) for slug, weighted in by_slug.items()}
            for language, by_slug in form.rules.items()
        },
        urgent={
            language: {aspect: tuple(patterns) for aspect, patterns in by_aspect.items()}
            for language, by_aspect in form.urgent.items()
        },
        threshold=form.threshold,
        none=form.none,
        folders=folders(form.folders),
        trusted_authserv=tuple(form.trusted_authserv),
        acknowledgements_an_hour=form.acknowledgements_an_hour,
        answer_within=form.answer_within,
        second_notice_after=form.second_notice_after,
        remind_after=form.remind_after,
    )


def folders(form: FoldersForm) -> Mapping[Kind, str]:
    """The folder of every kind that has one; the form's fields are the kinds."""
    return {
        cast(Kind, name.replace("_", "-")): folder for name, folder in form.model_dump().items()
    }


def _rules(weighted: Weighted) -> tuple[Rule, ...]:
    return tuple(
        Rule(pattern, float(weight))
        for weight, patterns in weighted.items()
        for pattern in patterns
    )
