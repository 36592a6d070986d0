"""The pure heart of notify: when a message is due, what it gathers, and its way to the person."""
