"""Style transfer, measured: judges trained apart from what they judge (judge.py), rows (rows.py), the command (cli.py)."""
