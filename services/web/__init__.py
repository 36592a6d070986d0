"""The pages, staff accounts and sign-in sessions.

Owns: `account-<uuid>`. Publishes: nothing. Hears: nothing yet. Answers: nothing.
Reads everything else from the other services' own HTTP interfaces, as the person who is signed in.
"""
