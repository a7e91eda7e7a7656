"""What both sides of the wire share, written once: standard library and NumPy only."""
