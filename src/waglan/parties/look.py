"""Why somebody was shown what is another's."""

from enum import Enum


class Basis(Enum):
    """What a look rests on."""

    GRANT = "grant"  # shown until a day, by whoever filed the bill
    ROLE = "role"  # by what he is to the bill: the carrier, the issuer of the bill above
    REPORT = "report"  # told of a box in which goods travel that he sees
    LISTED = "listed"  # told of a box that a manifest of his own lists, whatever goods are in it
    ADDRESSED = "addressed"  # a paper, a report, a plan or a notice that was sent to him
    FIRM = "firm"  # he keeps the people of his own firm
    OPERATOR = "operator"  # he runs the platform
    OFFICE = "office"  # of the authority: for its own log alone
