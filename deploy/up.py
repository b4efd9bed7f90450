"""`make up`: set up what is missing, run the centre, and say where it is. Ctrl-C stops all of it."""

import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request

from deploy import steps

PORT = os.environ.get("PORT", "8000")
START_SECONDS = 120


def main() -> int:
    """Set up, start, wait until all is green, tell; returns when the processes have ended."""
    print("Setting up the contact centre")
    failed = steps.main([steps.have_uv, steps.have_environments, steps.have_model, steps.have_records])
    if failed:
        return failed
    command = [steps.PYTHON, "-m", "deploy.run"]
    # In its own process group: Ctrl-C reaches it through us, once.
    centre = subprocess.Popen(command, cwd=steps.ROOT, env=steps.environment(), start_new_session=True)
    stopped = []

    def stop(number: int, _frame: object) -> None:
        stopped.append(number)
        centre.terminate()

    for one in (signal.SIGINT, signal.SIGTERM):
        signal.signal(one, stop)
    if _wait(centre):
        _tell()
    ended = centre.wait()
    return 0 if stopped else ended


def _wait(centre: "subprocess.Popen[bytes]") -> bool:
    begun = time.monotonic()
    while centre.poll() is None:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{PORT}/healthz", timeout=2):
                return True
        except (urllib.error.URLError, OSError):
            pass
        if time.monotonic() - begun > START_SECONDS:
            print(f"The centre is not green after {START_SECONDS} s; see {steps.LOGS}", file=sys.stderr)
            centre.terminate()
            return False
        time.sleep(0.3)
    return False


def _tell() -> None:
    passwords = steps.DATA / "first-passwords"
    lines = [
        "",
        "The centre is up.",
        f"  demo page and chat   http://127.0.0.1:{PORT}/",
        f"  agents' console      http://127.0.0.1:{PORT}/console",
        f"  health               http://127.0.0.1:{PORT}/healthz",
    ]
    if passwords.exists():
        lines.append(f"  agents' first passwords (also in {passwords}; delete it once they are changed):")
        lines += [f"    {line}" for line in passwords.read_text().splitlines()]
    lines.append("Ctrl-C stops it.")
    print("\n".join(lines), flush=True)


if __name__ == "__main__":
    sys.exit(main())
