"""The other services' answers: only the fields the pages show, the rest is skipped when decoded."""
