"""An authenticator in memory: makes passkeys and signs with them, truthfully or as it is told."""

import hashlib
import json
import secrets
from dataclasses import dataclass, field
from typing import Any

import cbor2
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url

PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40


@dataclass
class Authenticator:
    """One device with one passkey."""

    origin: str = "http://localhost:8000"
    domain: str = "localhost"
    counter: int = 1
    flags: int = PRESENT | VERIFIED
    key: EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    id: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    handle: str = ""

    def create(self, options: dict[str, Any], **instead: Any) -> dict[str, Any]:
        """Answer to `navigator.credentials.create`."""
        self.handle = options["user"]["id"]
        numbers = self.key.public_key().public_numbers()
        public = {1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32), -3: numbers.y.to_bytes(32)}
        data = self._data(ATTESTED) + bytes(16) + len(self.id).to_bytes(2) + self.id + cbor2.dumps(public)
        statement = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        return self._answer(
            clientDataJSON=self._client("webauthn.create", options, instead),
            attestationObject=bytes_to_base64url(statement),
            transports=["internal"],
        )

    def get(self, options: dict[str, Any], **instead: Any) -> dict[str, Any]:
        """Answer to `navigator.credentials.get`."""
        self.counter += 1
        data = self._data(0)
        client = self._client("webauthn.get", options, instead)
        signed = data + hashlib.sha256(base64url_to_bytes(client)).digest()
        return self._answer(
            clientDataJSON=client,
            authenticatorData=bytes_to_base64url(data),
            signature=bytes_to_base64url(self.key.sign(signed, ec.ECDSA(SHA256()))),
            userHandle=self.handle,
        )

    def _data(self, more: int) -> bytes:
        domain = hashlib.sha256(self.domain.encode()).digest()
        return domain + bytes([self.flags | more]) + self.counter.to_bytes(4)

    def _client(self, kind: str, options: dict[str, Any], instead: dict[str, Any]) -> str:
        client = {"type": kind, "challenge": options["challenge"], "origin": self.origin} | instead
        return bytes_to_base64url(json.dumps(client).encode())

    def _answer(self, **response: Any) -> dict[str, Any]:
        name = bytes_to_base64url(self.id)
        return {"id": name, "rawId": name, "type": "public-key", "response": response}
