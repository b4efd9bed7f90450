"""Signatures of Twilio's webhooks and sockets: who does not hold the token is not Twilio.

The address that is signed is the one that customers' networks know, from the settings; headers of a
proxy are never believed. Compared in constant time.
"""

import base64
import hashlib
import hmac
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit, urlunsplit

HEADER = "x-twilio-signature"
"""In lower case, as it arrives on a socket; header names of webhooks are compared without case."""

_PORTS = {"https": 443, "wss": 443, "http": 80, "ws": 80}


@dataclass(frozen=True, slots=True)
class Signatures:
    """Checks what claims to come from Twilio."""

    tokens: tuple[str, ...]
    """Any of them is good: the account's, and the installation's own for its soft-phone."""
    base_url: str
    """Address of the centre as Twilio knows it, without a slash at the end."""

    def accepts_form(self, path: str, fields: Iterable[tuple[str, str]], given: str) -> bool:
        """Whether a webhook's signature is good; `path` with its query, `fields` as they were posted."""
        return self._accepts(self.base_url + path, list(fields), given)

    def accepts_socket(self, path: str, given: str) -> bool:
        """Whether the signature of a socket's handshake is good."""
        return self._accepts(self.socket_url(path), [], given)

    def socket_url(self, path: str) -> str:
        """The address of a socket."""
        return f"ws{self.base_url.removeprefix('http')}{path}"

    def _accepts(self, url: str, fields: Sequence[tuple[str, str]], given: str) -> bool:
        sent = given.encode("utf-8", "replace")
        right = [
            hmac.compare_digest(sign(token, form, fields).encode(), sent)
            for token in self.tokens
            for form in _forms(url)
        ]
        return any(right)


def sign(token: str, url: str, fields: Sequence[tuple[str, str]] = ()) -> str:
    """The signature of a request: over the address, then every name and value in order of the names."""
    signed = url + "".join(f"{name}{value}" for name, value in sorted(set(fields)))
    return base64.b64encode(hmac.new(token.encode(), signed.encode(), hashlib.sha1).digest()).decode()


def _forms(url: str) -> tuple[str, str]:
    """The address with the port of its scheme written out, and without: both are signed in practice."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    plain = f"[{host}]" if ":" in host else host
    usual = _PORTS.get(parts.scheme)
    if parts.port not in (None, usual):
        return url, url
    with_port = urlunsplit(parts._replace(netloc=f"{plain}:{usual}"))
    return urlunsplit(parts._replace(netloc=plain)), with_port
