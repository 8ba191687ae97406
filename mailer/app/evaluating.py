"""How good triage is, wired: labelled mails, judged as the service would, and the report."""

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path

from mailer.app.deciding import identity_if_made, own_texts, triage
from mailer.app.learning import models, models_of
from mailer.edge.examples import read_labelled, shipped_examples
from mailer.errors import MailerError
from mailer.inquiry.evaluation import Judgement, Report, report
from mailer.inquiry.labelled import Labelled
from mailer.settings import Settings


def evaluate(
    settings: Settings,
    files: Iterable[Path],
    folds: int,
    tell: Callable[[str], None] = lambda what: None,
) -> Report:
    """Measure triage on these files. Touches nothing; `tell` hears what takes its time.

    No mail is judged by a model that has seen it: where the examples hold one of these mails, a
    model without it is fitted. With `folds` over 1 the mails are parted in so many, and each part
    is judged by what the examples and all the other parts teach.
    """
    mails = read_labelled(files)
    if not mails:
        raise MailerError("there is no mail in these files")
    examples = shipped_examples(settings.config_dir)
    judgements: list[Judgement] = []
    for fold in range(folds):
        part = mails[fold::folds]
        name = f"fitting, part {fold + 1} of {folds} …" if folds > 1 else "fitting …"
        others = mails if folds > 1 else ()
        judgements += _judged(settings, part, examples, others, partial(tell, name))
    return report(judgements)


def _judged(
    settings: Settings,
    part: Sequence[Labelled],
    examples: Sequence[Labelled],
    others: Sequence[Labelled],
    fitting: Callable[[], None],
) -> list[Judgement]:
    unseen = {_words(mail) for mail in part}
    known = {_words(mail): mail for mail in (*examples, *others)}
    taught = [mail for words, mail in known.items() if words not in unseen]
    if len(taught) == len(examples) and not others:
        learned = models(settings)  # fitted already
    else:
        fitting()
        learned = models_of(settings, taught)
    decider = triage(settings, identity_if_made(settings), learned, own_texts(settings))
    mailbox = settings.organisation.mailbox
    return [(mail, decider.judge(mail.mail(mailbox)).verdict) for mail in part]


def _words(mail: Labelled) -> tuple[str, str]:
    return mail.subject, mail.body
