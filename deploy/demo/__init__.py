"""`make demo`: a year of a made-up practice, and one client's whole course told step by step."""
