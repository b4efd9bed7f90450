"""Setting up an installation and running its processes."""
