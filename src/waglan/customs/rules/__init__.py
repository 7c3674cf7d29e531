"""One file for each customs rule, one line for each here."""

from waglan.customs.rule import Rule

RULES: tuple[Rule, ...] = ()
