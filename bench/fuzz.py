"""The money fuzz at full size: generated amounts, dates, names and shares against the real services.

Ends with one line of JSON. Fails when anything crashes, a cent is wrong, or a level was missing.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench.stack import ROOT

TESTS = (
    "tests/actions/forms/test_fuzz.py",
    "tests/bot/test_forged_identity.py",
    "tests/bot/test_forged_inquiries.py",
)
"""The others: identities that are forged, over REST and the chat socket."""


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--examples", type=int, default=1000)
    arguments = parser.parse_args()
    begun = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "counted.json"
        more = {"FUZZ_EXAMPLES": str(arguments.examples), "FUZZ_REPORT": str(report)}
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *TESTS]
        done = subprocess.run(command, cwd=ROOT, env=os.environ | more, check=False)
        counted = json.loads(report.read_text()) if report.exists() else {}
    figures = {"examples": arguments.examples, "crashes": int(done.returncode != 0), "wrong_money": 0}
    print(json.dumps(figures | counted | {"seconds": round(time.monotonic() - begun, 1)}))
    sys.exit(done.returncode)


if __name__ == "__main__":
    main()
