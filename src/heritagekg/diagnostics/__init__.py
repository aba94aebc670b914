"""What is wrong in a file, and how it is shown."""
