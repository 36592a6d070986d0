"""Protocol at work, together with records."""
