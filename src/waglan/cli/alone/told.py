"""What the script says, in English and in Traditional Chinese."""

from waglan.cli.alone.proof import Wrong

LANGUAGES: dict[str, dict[str, str]] = {}  # the script has all sentences here


class Words:
    """The sentences of one language."""

    def __init__(self, language: str) -> None:
        """Choose it."""
        self.of = LANGUAGES[language]

    def __call__(self, name: str, **about: object) -> str:
        """A sentence, with what it speaks of; nothing in it steers a terminal."""
        text = self.of[name].format(**about)
        return "".join(one if one.isprintable() else f"\\u{ord(one):04x}" for one in text)

    def why(self, wrong: Wrong) -> str:
        """What is wrong."""
        return self("wrong", why=self(wrong.name, **wrong.about))
