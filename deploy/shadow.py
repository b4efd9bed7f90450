"""`make shadow`: a candidate listens beside the centre. Ctrl-C stops both of its processes."""

import os
import subprocess
import sys

from deploy import steps

PORT = os.environ.get("SHADOW_PORT", "5006")


def main() -> int:
    """Start the candidate's engine, follow the ledger with it; returns when either has ended."""
    command = [steps.ENGINE_PYTHON, "-m", "bot.engine.shadow", "--port", PORT, *sys.argv[1:2]]
    engine = subprocess.Popen(
        command, cwd=steps.ROOT, env=steps.environment(), stdout=subprocess.PIPE, text=True
    )
    try:
        # It says so once it listens; the end of its output means that it could not.
        said = engine.stdout.readline() if engine.stdout else ""
        if not said:
            return engine.wait()
        print(said, end="", flush=True)
        follow = [steps.PYTHON, "-m", "bot.shadow", "--url", f"http://127.0.0.1:{PORT}"]
        follow += ["--days", os.environ.get("DAYS", "7")]
        return subprocess.call(follow, cwd=steps.ROOT, env=steps.environment())
    except KeyboardInterrupt:
        return 0
    finally:
        engine.terminate()
        engine.wait()


if __name__ == "__main__":
    sys.exit(main())
