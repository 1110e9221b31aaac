"""The cutscore command."""
