"""`make speech-model`: build our own Vosk model from synthesised speech, if what it is made of changed."""

import subprocess
import sys

from deploy import steps


def build() -> None:
    """Build in the open: it tells how far it is."""
    command = [steps.PYTHON, "-m", "voice.speech_model.build", *sys.argv[1:]]
    if subprocess.call(command, cwd=steps.ROOT, env=steps.environment()) != 0:
        raise steps.SetupFailed("The speech model could not be built.")


if __name__ == "__main__":
    sys.exit(steps.main([steps.have_uv, steps.have_environments, build]))
