"""A device with one passkey, in software: answers what `navigator.credentials` is asked, rightly or wrongly."""

import hashlib
import json
import secrets
from base64 import urlsafe_b64encode
from dataclasses import dataclass, field
from typing import Any

import cbor2
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

PRESENT, VERIFIED, WITH_KEY = 0x01, 0x04, 0x40


def b64(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


@dataclass
class SoftPasskey:
    """`origin` and `host` are where the device believes to be; `verified` is whether its owner showed a finger.

    `statement` is what its maker says of it, in the format named first: nothing, usually.
    """

    origin: str = "http://localhost:8000"
    host: str = "localhost"
    verified: bool = True
    counter: int = 0
    credential_id: bytes = field(default_factory=lambda: secrets.token_bytes(16))
    statement: tuple[Any, Any] = ("none", {})
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    def create(self, options: dict[str, Any]) -> str:
        self.counter += 1
        name = len(self.credential_id).to_bytes(2, "big") + self.credential_id
        seen = self._seen(WITH_KEY) + bytes(16) + name + self._public_key()
        form, words = self.statement
        attestation = cbor2.dumps({"fmt": form, "attStmt": words, "authData": seen})
        told = self._told("webauthn.create", options["challenge"])
        return self._credential({"clientDataJSON": b64(told), "attestationObject": b64(attestation)})

    def get(self, options: dict[str, Any]) -> str:
        self.counter += 1
        seen, told = self._seen(), self._told("webauthn.get", options["challenge"])
        signature = self.key.sign(seen + hashlib.sha256(told).digest(), ec.ECDSA(SHA256()))
        answer = {"clientDataJSON": told, "authenticatorData": seen, "signature": signature}
        return self._credential({name: b64(raw) for name, raw in answer.items()})

    def _seen(self, more: int = 0) -> bytes:
        flags = PRESENT | more | (VERIFIED if self.verified else 0)
        return hashlib.sha256(self.host.encode()).digest() + bytes([flags]) + self.counter.to_bytes(4, "big")

    def _told(self, kind: str, challenge: str) -> bytes:
        return json.dumps({"type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": False}).encode()

    def _credential(self, response: dict[str, str]) -> str:
        name = b64(self.credential_id)
        return json.dumps({"id": name, "rawId": name, "type": "public-key", "response": response})

    def _public_key(self) -> bytes:
        """ES256 on P-256, as COSE writes it (RFC 9052)."""
        point = self.key.public_key().public_numbers()
        x, y = (number.to_bytes(32, "big") for number in (point.x, point.y))
        return cbor2.dumps({1: 2, 3: -7, -1: 1, -2: x, -3: y})
