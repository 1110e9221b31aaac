"""The cutscore command: a lazy table of names (main), one module for each command, the screen and its progress."""
