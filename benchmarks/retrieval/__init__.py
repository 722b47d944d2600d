"""How well works and paragraphs are found, by words, by meaning, and by both."""
