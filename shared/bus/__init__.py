"""The bus between services: the relay publishes, consumers hear, `ask` gets an answer at once."""
