"""The script that judges a trip's bundle again: parts that import nothing of Waglan, joined."""

import ast
import json
import tomllib
from typing import Final

from waglan.codes.data import load, read

PARTS: Final = (
    "words", "corridor", "drive", "trip", "proof", "acts", "frames", "told", "run",
)  # fmt: skip
_OWN: Final = "waglan."
_TITLE: Final = "#!/usr/bin/env python3\n"


def _sentences() -> str:
    """Return all that the script says, by language, as Python has it."""
    said = {lang: tomllib.loads(text)["alone"] for lang, text in load("cli/words").items()}
    return json.dumps(said, ensure_ascii=False, indent=1)


def script() -> str:
    """Return the script as one text, which Python alone runs."""
    about, imports, bodies = "", dict[str, None](), list[str]()
    for name in PARTS:
        text = read(f"cli/alone/{name}.py")
        about = ast.get_docstring(ast.parse(text), clean=False) or about
        lines, last = text.splitlines(), 0
        for node in ast.parse(text).body:
            if isinstance(node, ast.Import | ast.ImportFrom):
                said = ast.unparse(node)
                if not (isinstance(node, ast.ImportFrom) and (node.module or "").startswith(_OWN)):
                    imports[said] = None
                last = node.end_lineno or last
            elif isinstance(node, ast.Expr) and node.lineno == 1:
                last = node.end_lineno or last
        bodies.append("\n".join(lines[last:]).strip("\n"))
    bodies.insert(-1, f"LANGUAGES.update({_sentences()})")
    top = f'{_TITLE}"""{about}"""\n\n' + "\n".join(sorted(imports))
    return top + "\n\n\n" + "\n\n\n".join(bodies) + "\n"
