"""The forms of the files in config/: which keys each may hold, and of what kind.

Keys are written with hyphens (`valid-from`); underscores are read too. A key without a value
counts as not given. Values are checked with a `fields.Known` as pydantic's context; what is wrong
comes out as a ValidationError, which `explain` puts in words.
"""

from datetime import timedelta
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    ValidationInfo,
    field_validator,
    model_validator,
)

from mailer.mail.retry import OnDoubt
from mailer.newsletter.activity import Status
from mailer.newsletter.edition import Images, Period, WhenEmpty
from mailer.settings import addresses, fields, times
from mailer.settings.presets import PRESETS, Preset


class Form(BaseModel):
    """A mapping in a file. Strict: text is not a number, and nothing is guessed."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, hide_input_in_errors=True)

    @model_validator(mode="before")
    @classmethod
    def _fold_keys(cls, data: Any) -> Any:
        if not isinstance(data, dict):
            return data
        given = [key for key, value in data.items() if value is not None]
        folded = {key.replace("-", "_"): data[key] for key in given}
        if len(folded) < len(given):
            raise ValueError("a key is given twice, with a hyphen and with an underscore")
        return folded


def in_range(least: int, most: int) -> AfterValidator:
    def check(number: int) -> int:
        if not least <= number <= most:
            raise ValueError(f"{number}: expected a number from {least} to {most}")
        return number

    return AfterValidator(check)


# --- mailer.yaml ---------------------------------------------------------------------------------


Login = Literal["password", "oauth"]


class OauthForm(Form):
    tenant: fields.Title
    client: fields.Title
    secret_file: fields.Title
    secret_expires: times.Day | None = None


class MailboxForm(Form):
    name: fields.Title
    address: addresses.Mail
    server: addresses.Imap
    user: fields.OneLine = ""
    password_file: fields.OneLine = ""
    login: Login = "password"
    inbox: fields.Folder = "INBOX"
    poll: times.Poll
    idle: bool = True


class RelayForm(Form):
    """What is not given is the preset's, if there is one."""

    preset: Preset | None = None
    server: addresses.Smtp
    user: fields.OneLine = ""
    password_file: fields.OneLine = ""
    login: Login = "password"
    connections: Annotated[int, in_range(1, 100)] = 4
    letters_a_connection: Annotated[int, in_range(1, 100_000)] = 1000
    a_second: Annotated[int, in_range(1, 10_000)] | None = None
    a_minute: Annotated[int, in_range(1, 100_000)] | None = None
    a_day: Annotated[int, in_range(1, 10_000_000)] | None = None

    @model_validator(mode="before")
    @classmethod
    def _fill_in(cls, data: Any) -> Any:
        if not isinstance(data, dict) or not isinstance(data.get("preset"), str):
            return data
        known = PRESETS.get(data["preset"], {})
        given = {key.replace("-", "_") for key in data if data[key] is not None}
        return {**data, **{key: known[key] for key in known if key not in given}}


class DkimForm(Form):
    selector: fields.Selector
    rsa_key_file: fields.OneLine = ""
    ed25519_key_file: fields.OneLine = ""


class WebForm(Form):
    listen: addresses.Listen
    base_url: addresses.BaseUrl
    hsts: bool = False
    trusted_proxies: list[addresses.Network] = ["127.0.0.1", "::1"]
    metrics: list[addresses.Network] = ["127.0.0.1", "::1"]


class MailerForm(Form):
    municipality: fields.Title
    time_zone: times.Zone
    data_dir: fields.Title
    database_url: addresses.DatabaseUrl | None = None
    secret_file: fields.OneLine = ""
    case_prefix: fields.CasePrefix = "IT"
    operator: addresses.Mail | None = None
    mailbox: MailboxForm
    oauth: OauthForm | None = None
    relay: RelayForm | None = None
    relays: list[RelayForm] | None = None
    uncertain: OnDoubt = "resend"
    dkim: DkimForm | None = None
    web: WebForm


# --- newsletter.yaml, editions/PERIOD.yaml -------------------------------------------------------


class ScheduleForm(Form):
    """When an edition goes out, local time.

    `day` of a monthly newsletter is "2nd fri", "last mon", "last" or 1-28; of a weekly, "fri".
    """

    day: times.ScheduleDay
    hour: Annotated[int, in_range(0, 23)]
    minute: Annotated[int, in_range(0, 59)] = 0


class ApprovalForm(Form):
    """Who must approve an edition, how many of them, and how long before they are asked."""

    by: list[addresses.Mail]
    at_least: Annotated[int, in_range(1, 20)] = 1
    before: times.Before = timedelta(days=2)


class NewsletterForm(Form):
    title: fields.Title
    tagline: fields.OneLine = ""
    list_id: fields.ListId
    period: Period
    horizon: times.Horizon
    schedule: ScheduleForm
    missed: times.MissedEdition
    when_empty: WhenEmpty = "notify"
    approval: ApprovalForm | None = None
    images: Images = "inline"


class EditionWordsForm(Form):
    title: fields.OneLine = ""
    introduction: fields.Text = ""
    news: fields.Text = ""
    closing: fields.Text = ""


class EditionForm(Form):
    number: Annotated[int, in_range(1, 9999)] | None = None
    title: fields.OneLine = ""
    introduction: fields.Text = ""
    news: fields.Text = ""
    closing: fields.Text = ""
    spotlight: fields.SubprojectSlug = ""
    translations: dict[fields.Language, EditionWordsForm] = {}


# --- subprojects.yaml ----------------------------------------------------------------------------


class LeaderForm(Form):
    name: fields.Title
    title: fields.OneLine = ""
    address: addresses.Mail
    deputy: fields.Deputy | None = None
    away: list[times.Away] = []


class CoordinatorForm(Form):
    name: fields.Title
    address: addresses.Mail
    folder: fields.Folder
    deputy: fields.Deputy | None = None
    away: list[times.Away] = []


class SubprojectForm(Form):
    """The name is also that of its folder, if no other is given."""

    name: fields.Folder
    purpose: fields.Text
    leaders: list[str]
    folder: fields.Folder | None = None


class SubprojectsForm(Form):
    subprojects: dict[fields.Slug, SubprojectForm]
    leaders: dict[fields.Slug, LeaderForm]
    coordinator: CoordinatorForm


# --- triage.yaml ---------------------------------------------------------------------------------

Weighted = dict[fields.Weight, list[fields.Pattern]]


class FoldersForm(Form):
    """A folder for every kind of mail that is not an inquiry (those go to a subproject's)."""

    auto_reply: fields.Folder
    bounce: fields.Folder
    complaint: fields.Folder
    spam: fields.Folder
    own: fields.Folder
    unreadable: fields.Folder
    subscribe: fields.Folder
    unsubscribe: fields.Folder


def _probability(number: float) -> float:
    if not 0 <= number <= 1:
        raise ValueError(f"{number:g}: expected a number from 0 to 1")
    return number


class TriageForm(Form):
    threshold: Annotated[float, AfterValidator(_probability)]
    none: float
    trusted_authserv: list[fields.Title] = []
    acknowledgements_an_hour: Annotated[int, in_range(0, 10_000)]
    answer_within: Annotated[int, in_range(1, 60)] = 5
    second_notice_after: times.NoticeAfter = timedelta(minutes=30)
    remind_after: Annotated[int, in_range(1, 60)] = 3
    folders: FoldersForm
    rules: dict[fields.Language, dict[fields.SpeaksFor, Weighted]] = {}
    urgent: dict[fields.Language, dict[fields.Aspect, list[fields.Pattern]]] = {}


# --- activities/**/*.yaml ------------------------------------------------------------------------


class ImageForm(Form):
    file: fields.ImageFile
    alt: fields.Title


class RegistrationForm(Form):
    by: times.Day | None = None
    link: addresses.Link = ""

    @model_validator(mode="after")
    def _says_something(self) -> "RegistrationForm":
        if self.by is None and not self.link:
            raise ValueError("a registration needs 'by' (the last day), 'link', or both")
        return self


class TranslationForm(Form):
    title: fields.OneLine = ""
    text: fields.Text = ""
    place: fields.OneLine = ""
    note: fields.Text = ""


class ActivityForm(Form):
    """The order matters: a check sees the keys above it."""

    title: fields.Title
    edition: times.EditionPeriod | None = None
    when: Annotated[times.Happens, Field(validate_default=True)] = None
    text: fields.Text = ""
    subproject: fields.SubprojectSlug = ""
    place: fields.OneLine = ""
    link: addresses.Link = ""
    image: ImageForm | None = None
    contact: fields.Contact = ""
    registration: RegistrationForm | None = None
    status: Status | None = None
    note: Annotated[fields.Text, Field(validate_default=True)] = ""
    valid_from: times.Day | None = None
    valid_until: times.Day | None = None
    draft: bool = False
    translations: dict[fields.Language, TranslationForm] = {}

    @field_validator("note")
    @classmethod
    def _moved_says_where(cls, note: str, info: ValidationInfo) -> str:
        if info.data.get("status") == "moved" and not note:
            raise ValueError("status moved needs a 'note' that says what is new")
        return note

    @field_validator("valid_until")
    @classmethod
    def _ends_after_it_begins(cls, until: Any, info: ValidationInfo) -> Any:
        since = info.data.get("valid_from")
        if since and until and until < since:
            raise ValueError(f"valid-until ({until}) is before valid-from ({since})")
        return until
