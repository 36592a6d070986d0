"""Notify: who is told.

Owns: `correspondence-` + client id (what a client is told) and `briefing-` + therapist id (notes for visits).
Publishes: `shared/events/notify.py`.
Hears: scheduling (visits, offers), protocol (breaks, exercise, notes), records (erasure).
Asks: records for name, address, consent and zone, scheduling for the facts of visits, protocol for notes; each at
the moment of sending, and keeps none of it. Answers: nothing.
"""
