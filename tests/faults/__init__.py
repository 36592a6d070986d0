"""The proof that nothing is lost or doubled: load, faults, and a checker that looks only at what is left behind."""
