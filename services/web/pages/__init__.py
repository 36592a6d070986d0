"""The pages: one module each, with its addresses, what it shows and its template."""
