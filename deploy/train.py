"""`make train`: train a candidate if what the engine learns from has changed, and say what became of it."""

import os
import sys

from deploy import steps


def tell() -> None:
    """Show the training's own words: whether the candidate serves, waits or was refused, and why."""
    print((steps.LOGS / "train.log").read_text(errors="replace"), end="")


if __name__ == "__main__":
    hold = ["--hold"] if os.environ.get("HOLD") else []
    sys.exit(
        steps.main(
            [steps.have_uv, steps.have_environments, lambda: steps.have_model(*hold, *sys.argv[1:]), tell]
        )
    )
