"""A cooperative's sign as one-bit art: decoded in the confined process, then made into dots."""

import io

from PIL import Image

from labels.art import Art, art_of
from labels.errors import LabelError
from trace.errors import FieldProblem, Invalid
from trace.services.product_images import reencode

BOX = (320, 240)
"""Dots of the largest art kept: two for each that is printed on a label of 50 mm."""


def logo_of(given: bytes) -> Art:
    """The uploaded picture as art; needs no database and is called before the transaction opens.

    Raises:
        Invalid: no picture, too large, broken, or nothing stands out in it; by the field ``logo``.
    """
    try:
        picture = reencode(given, is_sign=True)
    except Invalid as wrong:
        raise Invalid([FieldProblem("logo", p.key, p.got, p.params) for p in wrong.problems]) from wrong
    image = Image.open(io.BytesIO(picture.data), formats=("PNG",))
    try:
        return art_of(image, *BOX)
    except LabelError as problem:
        raise Invalid([FieldProblem("logo", problem.key, None, problem.params)]) from problem
