"""Measurements of speed and size: ours, a peer and the raw limit on the same servers in the same minutes."""
