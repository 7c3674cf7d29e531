"""Which CONTRL syntax error (0085) says what a finding says.

The meanings of the numbers were read in the service code list 0085 of syntax version 4, release
40202 (service.gefeg.com/jwg1). Which of them fits a finding is our own choice.
"""

from collections.abc import Mapping
from types import MappingProxyType

UNSPECIFIED = 18

SYNTAX_ERROR: Mapping[str, int] = MappingProxyType(
    {
        "EDIFACT-EMPTY": 13,
        "EDIFACT-NOT-EDIFACT": 18,
        "EDIFACT-JUNK": 18,
        "EDIFACT-UNA-INVALID": 20,
        "EDIFACT-UNB-MISSING": 13,
        "EDIFACT-UNB-ELEMENT-MISSING": 13,
        "EDIFACT-SYNTAX-ID": 2,
        "EDIFACT-SYNTAX-VERSION": 2,
        "EDIFACT-UNB-DATE": 12,
        "EDIFACT-TRUNCATED": 13,
        "EDIFACT-SEGMENT-LENGTH": 39,
        "EDIFACT-UNZ-MISSING": 13,
        "EDIFACT-UNZ-COUNT": 29,
        "EDIFACT-UNZ-REFERENCE": 28,
        "EDIFACT-UNE-MISSING": 13,
        "EDIFACT-UNE-COUNT": 29,
        "EDIFACT-UNE-REFERENCE": 28,
        "EDIFACT-UNT-MISSING": 13,
        "EDIFACT-UNT-COUNT": 29,
        "EDIFACT-UNT-REFERENCE": 28,
        "EDIFACT-OUTSIDE": 33,
        "EDIFACT-GROUPS-MIXED": 30,
        "EDIFACT-INTERCHANGE-EMPTY": 32,
        "EDIFACT-MESSAGE-DUPLICATE": 26,
        "EDIFACT-MESSAGE-REFERENCE-MISSING": 13,
        "EDIFACT-MESSAGE-TYPE-MISSING": 13,
        "EDIFACT-BARE-MESSAGE": 13,
        "EDIFACT-TYPE-NOT-READ": 17,
        "EDIFACT-DIRECTORY-NOT-READ": 17,
        "EDIFACT-PART-NUMBER": 12,
        "EDIFACT-PART-ALONE": 13,
        "EDIFACT-TAG": 15,
        "EDIFACT-TAG-FORM": 12,
        "EDIFACT-SEGMENT-EMPTY": 13,
        "EDIFACT-NESTING": 34,
        "EDIFACT-CONTROL-CHARACTER": 21,
        "EDIFACT-LEVEL-CHARACTER": 21,
        "EDIFACT-CHARSET": 21,
        "EDIFACT-CHARSET-GUESSED": 21,
        "EDIFACT-QUALIFIER-MISSING": 13,
        "EDIFACT-QUALIFIER-LENGTH": 39,
        "EDIFACT-VALUE-MISSING": 13,
        "EDIFACT-NUMBER": 37,
        "EDIFACT-UNIT": 12,
        "EDIFACT-TIME": 12,
        "EDIFACT-FUNCTION": 12,
        "EDIFACT-DOCUMENT-MISSING": 13,
        "EDIFACT-BILL-NUMBER-MISSING": 13,
        "EDIFACT-EQUIPMENT-NUMBER-MISSING": 13,
        "EDIFACT-VERIFIED-MASS-MISSING": 13,
        "QUAY-REPORT-KIND": 12,
        "QUAY-DOCUMENT-MISSING": 13,
        "QUAY-BOX-WITHOUT-NUMBER": 13,
        "QUAY-BOX-OUTSIDE-SLOT": 15,
        "QUAY-BOX-TWICE": 26,
        "QUAY-BOX-COUNT": 29,
        "QUAY-BOXES-MAX": 39,
        "QUAY-NUMBER": 37,
        "QUAY-STATUS-WITHOUT-BOX": 13,
        "EDIFACT-FINDINGS-MORE": 18,
        "EDIFACT-HOPELESS": 18,
        "EDIFACT-INTERCHANGES": 18,
        "CONTAINER-SHAPE": 12,
        "CONTAINER-CHECK-DIGIT": 12,
    }
)
