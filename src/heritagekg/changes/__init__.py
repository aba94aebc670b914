"""What changed between two states of a workspace, and how it is told."""
