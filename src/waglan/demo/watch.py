"""The day on a terminal: short sentences as things happen, and a bar while houses come in."""

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from waglan.codes.render import Lang
from waglan.demo.day import Report, Step
from waglan.demo.words import word, words

# Words that the server or the day names, and that are said in the reader's language.
_NAMED = {
    "state": "states",
    "standing": "standings",
    "status": "statuses",
    "result": "results",
}


@contextmanager
def watching(console: Console, lang: Lang) -> Iterator[Report]:
    """Yield a report that tells the day's steps; the terminal is left clean however it ends."""
    bar = Progress(
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), console=console
    )
    with bar:
        task = bar.add_task(words(lang)["steps"]["house_filed"], total=None, visible=False)

        def report(step: Step) -> None:
            if step.total:
                is_going_on = step.done < step.total
                bar.update(task, completed=step.done, total=step.total, visible=is_going_on)
            else:
                bar.console.print(f"[dim]·[/dim] {escape(sentence(step, lang))}", highlight=False)

        yield report


def sentence(step: Step, lang: Lang) -> str:
    """Return the step in the reader's language."""
    params = {
        name: word(lang, _NAMED[name], str(value)) if name in _NAMED else value
        for name, value in step.params.items()
    }
    return words(lang)["steps"][step.name].format_map(params)
