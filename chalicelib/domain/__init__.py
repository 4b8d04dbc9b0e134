"""What Alethia knows, free of I/O: specs, snapshots, lifecycles, plans, state, and the runner's messages."""
