"""UN/EDIFACT: messages read and written, and answered in its own forms."""

from waglan.messages.edifact.opened import ANSWERS
from waglan.messages.edifact.profile import Profile
from waglan.messages.edifact.read import as_answer, handed_in, no_test, peek, read, stream

__all__ = ["ANSWERS", "Profile", "as_answer", "handed_in", "no_test", "peek", "read", "stream"]
