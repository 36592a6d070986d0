"""The published language: what services say on the bus. Ids, dates, codes and numbers; never a name or free text."""
