"""What the process of officers' tables does: it answers one question after another, in time or not.

Before each it sets the kernel's alarm and lets it end the process: the engine is compiled code and
looks at no signal of Python's.
"""

import signal
from collections.abc import Callable
from typing import IO

from waglan.customs.table_engine import DIRECT, Engine, NoAnswer
from waglan.gateway.table_process import (
    Answer,
    Decide,
    MayHold,
    Question,
    Try,
    decode_question,
    encode,
    received,
    sent,
)


def answer_all(asks: IO[bytes], answers: IO[bytes]) -> None:
    """Answer until nobody asks any more."""
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    models = list[str]()
    while True:
        try:
            question = decode_question(received(asks))
        except EOFError:
            return
        signal.setitimer(signal.ITIMER_REAL, question.seconds)
        answer = encode(_answer(question, models, DIRECT))
        signal.setitimer(signal.ITIMER_REAL, 0)
        answers.write(sent(answer))
        answers.flush()


def _answer(question: Question, models: list[str], engine: Engine) -> Answer:
    try:
        match question:
            case Try():
                return Answer(tried=[*engine.tried(question.cells)])
            case MayHold():
                return Answer(may_hold=[*engine.may_hold(question.cells, question.values)])
            case Decide():
                if question.model is not None:
                    models.append(question.model)
                return Answer(decided=engine.decided(models[question.number], question.bills))
    except NoAnswer:
        return Answer()


def prepared() -> Callable[[IO[bytes], IO[bytes]], None]:
    """Return `answer_all` after the engine has run once, since soon no file is to be opened."""
    DIRECT.tried([("level", '"a"'), ("", 'contains(description, "a")')])
    return answer_all
