"""A candidate that listens on loopback and cannot speak: `python -m bot.engine.shadow [NAME]`.

Offers `/model/parse` alone. It has no dialogue, no stores and no channel, so nothing it thinks can reach a
customer; and it loads a version of the registry only with the checksum on record.
"""

from __future__ import annotations

import argparse
import hmac
import json
import os
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from bot.engine.listener import Listener
from bot.engine.places import Places
from bot.engine.registry import Registry, RegistryRefuses, State, Version, sha256_of

LONGEST_BODY = 64 * 1024


def chosen(registry: Registry, name: str) -> Version:
    """The version of that name, or the newest candidate.

    Raises:
        RegistryRefuses: there is none, or its archive is not the recorded one.
    """
    versions = registry.read().versions.values()
    fitting = [
        one for one in versions if (one.name.startswith(name) if name else one.state is State.CANDIDATE)
    ]
    if not fitting:
        raise RegistryRefuses("no candidate waits: `make train HOLD=1` trains one and lets it wait")
    version = fitting[-1]
    if sha256_of(registry.archive(version.name)) != version.sha256:
        raise RegistryRefuses(f"the archive of {version.name} was changed")
    return version


def server(listener: Listener, token: str, port: int) -> ThreadingHTTPServer:
    """The server, bound to loopback."""

    class Handler(BaseHTTPRequestHandler):
        """One request."""

        def do_POST(self) -> None:
            """Understand a sentence."""
            shown = self.headers.get("Authorization", "")
            length = int(self.headers.get("Content-Length") or 0)
            if not hmac.compare_digest(shown.encode(), f"Bearer {token}".encode()):
                self._answer(401, {"error": "token missing or wrong"})
            elif self.path != "/model/parse" or not 0 < length <= LONGEST_BODY:
                self._answer(404, {"error": "only /model/parse is here"})
            else:
                self._parse(self.rfile.read(length))

        def _parse(self, body: bytes) -> None:
            try:
                text = str(json.loads(body)["text"])
            except (json.JSONDecodeError, KeyError, TypeError):
                self._answer(422, {"error": "'text' is missing"})
                return
            found = listener.understand(text)
            intent = {"name": found.intent, "confidence": found.confidence}
            ranking = [{"name": name, "confidence": share} for name, share in found.ranking]
            self._answer(200, {"intent": intent, "intent_ranking": ranking})

        def _answer(self, status: int, content: dict[str, object]) -> None:
            body = json.dumps(content).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Keep nothing: what customers say is in no log."""

    return ThreadingHTTPServer(("127.0.0.1", port), Handler)


def main(arguments: list[str] | None = None) -> int:
    """Serve until stopped."""
    parser = argparse.ArgumentParser(prog="python -m bot.engine.shadow", description=__doc__)
    parser.add_argument("name", nargs="?", default="", help="a version; the newest candidate")
    parser.add_argument("--port", type=int, default=5006)
    options = parser.parse_args(arguments)
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    places = Places.from_environment()
    token = os.environ.get("ENGINE_TOKEN") or places.kept_token()
    try:
        if not token:
            raise RegistryRefuses("no ENGINE_TOKEN, neither set nor in DATA/secrets.env")
        registry = Registry(places)
        version = chosen(registry, options.name)
        listening = server(Listener(registry.archive(version.name)), token, options.port)
    except RegistryRefuses as error:
        print(f"shadow: {error}", file=sys.stderr)
        return 1
    print(f"shadow: model {version.name} listens on 127.0.0.1:{options.port}", flush=True)
    listening.serve_forever()
    return 0


if __name__ == "__main__":
    sys.exit(main())
