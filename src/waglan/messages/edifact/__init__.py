"""UN/EDIFACT: messages read and written, and answered in its own forms."""
