"""Records: who the client is and what happened in the room.

Owns: `client-`, `chart-` and `diary-` + client id. Publishes: `shared/events/records.py` (ids, codes, numbers).
Hears: nobody. Answers: `AskContact`. Everything personal is sealed under a key per client (`sealing.py`), and
erasing a client destroys that key (`shredding.py`).
"""
