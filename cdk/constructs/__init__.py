"""The parts of the control plane's stack, each a construct with one reason to change."""
