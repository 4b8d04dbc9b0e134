"""How fast and how small: measured against bare terraform or a plain baseline in the same run."""
