"""What is learned of people from the lake once a day or when asked, and how it came about."""
