"""What the label room cannot print, as a refusal of ours."""

from labels.errors import LabelError
from labels.rows import CODE
from trace.errors import Refused
from trace.texts.catalogs import Term


def refusal_of(problem: LabelError) -> Refused:
    """A label's refusal as one of ours; the row of the typed code, which has no words, is named."""
    params = dict(problem.params)
    if params.get("row") == CODE.name:
        params["row"] = Term("print.row.code")
    return Refused(problem.key, **params)
