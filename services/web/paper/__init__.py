"""The note as one sheet of paper (PDF). Imported only when a sheet is asked for: it loads reportlab."""
