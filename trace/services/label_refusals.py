"""What the label room cannot print, as a refusal of ours."""

from labels.errors import LabelError
from trace.errors import Refused
from trace.texts.catalogs import Term


def refusal_of(problem: LabelError) -> Refused:
    """A label's refusal as one of ours; a part that is no line of words gets a name in the reader's words."""
    params = dict(problem.params)
    if problem.key == "print.fit.part":
        params["row"] = Term(f"print.row.{params['row']}")
    return Refused(problem.key, **params)
