"""What is installed into editors: thin scripts that call the command. Standard library only."""
