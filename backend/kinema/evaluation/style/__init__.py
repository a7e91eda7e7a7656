"""Style transfer, measured: judges trained apart (judge.py), rows of the table (rows.py), the command (cli.py)."""
