"""What a browser may send to the blog."""

import re
from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from blog.services.writing import Draft
from shared.browser.app.utils.forms import Form
from shared.browser.app.utils.parsing import Email, Id, Slug
from shared.containers import ContainerType
from shared.models import Right, Role

Title = Annotated[str, Field(min_length=1, max_length=255)]
# A picture of ours, or one on another site (from an import).
Address = Annotated[str, Field(max_length=500, pattern=r"^(/|/[^/\s\\][^\s\\]*|https?://[^\s\\]+)$")]


def _digits(typed: object) -> object:
    """Without blanks and dashes, and whatever script a keyboard writes them in."""
    return (
        re.sub(r"\d", lambda found: str(int(found[0])), re.sub(r"[\s-]", "", typed))
        if isinstance(typed, str)
        else typed
    )


def _chosen(newsletters: list[int]) -> list[int]:
    if not newsletters:
        raise ValueError("Choose at least one newsletter")
    return newsletters


class SignIn(Form):
    email: Email = Field(title="your email address")
    next: str = Field("", max_length=500)


class JoinNewsletters(Form):
    email: Email = Field(title="your email address")
    newsletters: Annotated[list[Id], AfterValidator(_chosen)] = Field([], max_length=100, validate_default=True)


class SignInCode(Form):
    """Six digits, as people type or paste them: with blanks, or in two halves."""

    code: Annotated[str, BeforeValidator(_digits), Field(pattern=r"^[0-9]{6}$", title="the six-digit code")]


class SecondFactor(Form):
    """The digits of an authenticator app, or a recovery code."""

    code: Annotated[str, BeforeValidator(_digits), Field(min_length=6, max_length=20, title="the code")]
    next: str = Field("", max_length=500)


class BeginAuthenticator(Form):
    next: str = Field("", max_length=500)


class ConfirmAuthenticator(Form):
    code: Annotated[str, BeforeValidator(_digits), Field(pattern=r"^[0-9]{6}$", title="the six-digit code")]
    next: str = Field("", max_length=500)


class NewPasskey(Form):
    """`credential` is what the browser made, as JSON."""

    credential: str = Field(max_length=20_000)
    name: str = Field("Passkey", min_length=1, max_length=60, title="a name")
    next: str = Field("", max_length=500)


class ShowPasskey(Form):
    credential: str = Field(max_length=20_000)
    next: str = Field("", max_length=500)


class NamePasskey(Form):
    name: str = Field(min_length=1, max_length=60, title="a name")


class ChangeAccount(Form):
    name: str = Field("", max_length=120, title="your name")


class ChooseNewsletters(Form):
    newsletters: list[Id] = Field([], max_length=100)


class ChangeEmail(Form):
    email: Email = Field(title="your new email address")


class EraseAccount(Form):
    understood: Literal["yes"] = Field(title="that you have read what goes")


class WritePost(Form):
    """`lexical` comes from the editor, `body` from the text area of a browser without JavaScript."""

    title: Title = Field(title="a title")
    slug: Slug = Field("", title="the address")
    body: str = Field("", max_length=2_000_000)
    lexical: str = Field("", max_length=5_000_000)
    version: int = Field(0, ge=0, lt=2**31)
    custom_excerpt: str = Field("", max_length=500, title="the summary")
    feature_image: Address | None = Field(None, title="the picture's address")
    feature_image_alt: str = Field("", max_length=300, title="the picture's description")
    feature_image_caption: str = Field("", max_length=300, title="the caption")
    visibility: Literal["public", "members"] = "public"
    featured: bool = False
    tags: str = Field("", max_length=500)
    authors: list[Id] = Field([], max_length=20)
    seo_title: str = Field("", max_length=255)
    seo_description: str = Field("", max_length=500)

    def draft(self) -> Draft:
        own = self.model_dump(exclude={"body", "lexical", "version", "tags"})
        return Draft(**own, tags=[tag.strip() for tag in self.tags.split(",") if tag.strip()])


class Publish(Form):
    """`at` is typed in the site's own time."""

    at: datetime | None = Field(None, title="when")


class EditTag(Form):
    name: str = Field(min_length=1, max_length=120, title="a name")
    slug: Slug = Field("", title="the address")
    description: str = Field("", max_length=1000)
    is_internal: bool = False


class EditAuthor(Form):
    name: str = Field(min_length=1, max_length=120, title="a name")
    slug: Slug = Field("", title="the address")
    bio: str = Field("", max_length=2000)
    image: Address | None = Field(None, title="the picture's address")


class EditMenuItem(Form):
    label: str = Field(min_length=1, max_length=60, title="a label")
    url: Address = Field(title="an address, like /about/ or https://example.org/")
    position: int = Field(0, ge=0, le=1000, title="the position")
    parent_id: Id | None = Field(None, title="the entry above")


class EditNewsletter(Form):
    name: str = Field(min_length=1, max_length=191, title="a name")
    slug: Slug = Field("", title="the address")
    description: str = Field("", max_length=1000)
    is_active: bool = False
    subscribe_on_signup: bool = False
    sort_order: int = Field(0, ge=0, le=1000, title="the position")


class SearchAudit(Form):
    who: str = Field("", max_length=254)
    action: str = Field("", max_length=60, pattern=r"^[a-z_.]*$")
    subject: str = Field("", max_length=80)
    since: date | None = None
    # The day after it has to be one, too.
    until: date | None = Field(None, le=date(9000, 1, 1), title="the last day")
    page: int = Field(1, ge=1, le=100_000)


class EditMember(Form):
    name: str = Field("", max_length=120)
    note: str = Field("", max_length=2000)
    newsletters: list[Id] = Field([], max_length=100)


class GiveRole(Form):
    """A role for the whole site, or for what hangs on one page."""

    role: Role
    page_id: Id | None = Field(None, title="a page")

    def right(self) -> Right:
        return Right(self.role, (ContainerType.PAGE.value, self.page_id) if self.page_id else None)


class NewMember(Form):
    email: Email = Field(title="an email address")
    name: str = Field("", max_length=120)


class ReplayLetters(Form):
    """One delivery, all of a handler, or all there are."""

    event_id: Id | None = None
    handler: str | None = Field(None, max_length=120)


class NameConsumer(Form):
    consumer: str = Field(max_length=40)
