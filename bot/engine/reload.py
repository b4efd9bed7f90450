"""Tells a running engine that another model serves now; it changes over between two turns, or stays.

Never restarts anything: an engine that cannot load the new model goes on with the old one and says so.
"""

from __future__ import annotations

import json
import os
import urllib.error
import urllib.request
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.engine.places import Places

PATH = "/model/reload"
SECONDS = 60


def tell_engine(places: Places) -> str:
    """Ask the engine on this machine to change over; what came of it, in words."""
    port = int(os.environ.get("ENGINE_PORT", "5005"))
    token = os.environ.get("ENGINE_TOKEN") or places.kept_token()
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}{PATH}", b"", {"Authorization": f"Bearer {token}"}, method="POST"
    )
    try:
        with urllib.request.urlopen(request, timeout=SECONDS) as response:  # noqa: S310
            sha256 = str(json.load(response)["model"])
    except urllib.error.HTTPError as error:
        return f"the running engine keeps its model: {error.read().decode(errors='replace')[:300]}"
    except OSError:
        return "no engine is running; it serves this model from its next start"
    return f"the running engine serves {sha256[:12]} now"
