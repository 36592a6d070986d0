"""Pure rules: what may happen, decided from what has happened."""
