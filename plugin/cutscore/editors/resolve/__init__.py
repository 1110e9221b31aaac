"""What is installed into DaVinci Resolve: two scripts and the library that they use; standard library only."""
