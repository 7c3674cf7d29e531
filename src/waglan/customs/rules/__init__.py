"""One file for each customs rule, one line for each here."""

from waglan.customs.rule import Rule
from waglan.customs.rules import (
    container_number,
    duplicate_bill,
    houses_against_master,
    missing_particulars,
    placeholder_party,
    vague_description,
    zero_quantity,
)

RULES: tuple[Rule, ...] = (
    missing_particulars,
    vague_description,
    placeholder_party,
    duplicate_bill,
    houses_against_master,
    zero_quantity,
    container_number,
)
