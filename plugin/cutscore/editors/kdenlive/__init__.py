"""What is put beside Kdenlive and Shotcut: a script for the project folder, and an entry for the file manager."""
