"""What every service shares: messages, store, bus, HTTP, time. It knows no rule of the domain and no service."""
