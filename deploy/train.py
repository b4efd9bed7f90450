"""`make train`: train the engine's model if what it learns from has changed."""

import sys

from deploy import steps

if __name__ == "__main__":
    sys.exit(steps.main([steps.have_uv, steps.have_environments, steps.have_model]))
