"""Passkeys (WebAuthn level 3): the device proves its key, and that its owner was there."""

import hashlib
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from urllib.parse import urlsplit

from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import base64url_to_bytes, parse_authentication_credential_json, parse_client_data_json
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from blog.models import Passkey, PasskeyChallenge
from blog.services import second_factors
from shared.config import Settings
from shared.errors import Conflict, Invalid, NotFound
from shared.models import User
from shared.utils import utcnow

LIFETIME = timedelta(minutes=5)
# Longer ones are refused (WebAuthn level 3, 7.1).
LONGEST_ID = 1023


class PasskeyRefused(Invalid):
    message = "This passkey could not be checked. Try again, or sign in by email."


class PasskeyInUse(Conflict):
    message = "This passkey is in use already. Choose another device, or remove the passkey first."


class NoSuchPasskey(NotFound):
    message = "There is no such passkey."


async def list_passkeys(session: AsyncSession, user: User) -> Sequence[Passkey]:
    return (await session.scalars(select(Passkey).where(Passkey.user_id == user.id).order_by(Passkey.id))).all()


async def offer_registration(session: AsyncSession, user: User, settings: Settings) -> str:
    """What `navigator.credentials.create` is given, as JSON.

    Devices that hold one of this member's keys make no second.
    """
    known = [PublicKeyCredentialDescriptor(id=key.credential_id) for key in await list_passkeys(session, user)]
    options = generate_registration_options(
        rp_id=_host(settings),
        rp_name=settings.site.name,
        user_id=_handle(user),
        user_name=user.email,
        user_display_name=user.greeting,
        exclude_credentials=known,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.REQUIRED
        ),
    )
    _remember(session, options.challenge, user)
    return options_to_json(options)


async def register(session: AsyncSession, user: User, credential: str, *, name: str, settings: Settings) -> Passkey:
    """Raises PasskeyRefused: a challenge that was not ours or is used up, another site's key, no owner present.

    And PasskeyInUse, whoever's it is.
    """
    challenge = await _take_challenge(session, _challenge_in(credential), user)
    with _rubbish_refused():
        verified = verify_registration_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=_host(settings),
            expected_origin=_origin(settings),
            require_user_verification=True,
        )
    if len(verified.credential_id) > LONGEST_ID:
        raise PasskeyRefused
    passkey = Passkey(
        user_id=user.id,
        credential_id=verified.credential_id,
        public_key=verified.credential_public_key,
        sign_count=verified.sign_count,
        name=name,
    )
    session.add(passkey)
    try:
        await session.flush()
    except IntegrityError as error:
        raise PasskeyInUse from error
    second_factors.tell(session, user, "passkey_added")
    return passkey


async def offer_sign_in(session: AsyncSession, settings: Settings) -> str:
    """What `navigator.credentials.get` is given, as JSON.

    It names no keys: the device offers those it has for this site.
    """
    options = generate_authentication_options(
        rp_id=_host(settings), user_verification=UserVerificationRequirement.REQUIRED
    )
    _remember(session, options.challenge, None)
    return options_to_json(options)


async def check(session: AsyncSession, credential: str, settings: Settings) -> User:
    """Whose key it is. Raises PasskeyRefused, also for a copied key whose counter went back."""
    challenge = await _take_challenge(session, _challenge_in(credential), None)
    passkey = await _find(session, credential)
    with _rubbish_refused():
        verified = verify_authentication_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=_host(settings),
            expected_origin=_origin(settings),
            credential_public_key=passkey.public_key,
            credential_current_sign_count=passkey.sign_count,
            require_user_verification=True,
        )
    passkey.sign_count, passkey.used_at = verified.new_sign_count, utcnow()
    return await session.get_one(User, passkey.user_id)


async def rename(session: AsyncSession, user: User, passkey_id: int, name: str) -> None:
    """Raises NoSuchPasskey for one that is not this member's."""
    mine = update(Passkey).where(Passkey.id == passkey_id, Passkey.user_id == user.id).values(name=name)
    if (await session.scalars(mine.returning(Passkey.id))).one_or_none() is None:
        raise NoSuchPasskey


async def remove(session: AsyncSession, user: User, passkey_id: int) -> None:
    """Raises NoSuchPasskey for one that is not this member's."""
    await second_factors.lock(session, user)
    mine = delete(Passkey).where(Passkey.id == passkey_id, Passkey.user_id == user.id)
    if (await session.scalars(mine.returning(Passkey.id))).one_or_none() is None:
        raise NoSuchPasskey
    second_factors.tell(session, user, "passkey_removed")
    await second_factors.forget_useless_codes(session, user)


async def forget_old_challenges(session: AsyncSession) -> None:
    await session.execute(delete(PasskeyChallenge).where(PasskeyChallenge.expires_at < func.now()))


@contextmanager
def _rubbish_refused() -> Iterator[None]:
    """Around what reads and checks a stranger's bytes, and nothing else of ours.

    The library walks through JSON, CBOR, certificates and signatures of seven formats with the parsers of others,
    which raise whatever they like: no list of errors is complete, and each of them means that this is no passkey.
    """
    try:
        yield
    except Exception as error:
        raise PasskeyRefused from error


def _remember(session: AsyncSession, challenge: bytes, user: User | None) -> None:
    session.add(
        PasskeyChallenge(
            challenge_hash=hashlib.sha256(challenge).digest(),
            user_id=user.id if user else None,
            expires_at=func.now() + LIFETIME,
        )
    )


async def _take_challenge(session: AsyncSession, challenge: bytes, user: User | None) -> bytes:
    """Each is good for one answer, of whom it was made for."""
    mine = delete(PasskeyChallenge).where(
        PasskeyChallenge.challenge_hash == hashlib.sha256(challenge).digest(),
        PasskeyChallenge.expires_at > func.now(),
        PasskeyChallenge.user_id.is_not_distinct_from(user.id if user else None),
    )
    if (await session.scalars(mine.returning(PasskeyChallenge.challenge_hash))).one_or_none() is None:
        raise PasskeyRefused
    return challenge


def _challenge_in(credential: str) -> bytes:
    with _rubbish_refused():
        client_data = json.loads(credential)["response"]["clientDataJSON"]
        return parse_client_data_json(base64url_to_bytes(client_data)).challenge


async def _find(session: AsyncSession, credential: str) -> Passkey:
    with _rubbish_refused():
        credential_id = parse_authentication_credential_json(credential).raw_id
    found = await session.scalar(select(Passkey).where(Passkey.credential_id == credential_id).with_for_update())
    if found is None:
        raise PasskeyRefused
    return found


def _handle(user: User) -> bytes:
    return f"rose-ash:{user.id}".encode()


def _host(settings: Settings) -> str:
    return urlsplit(settings.apps.blog).hostname or ""


def _origin(settings: Settings) -> str:
    parts = urlsplit(settings.apps.blog)
    return f"{parts.scheme}://{parts.netloc}"
