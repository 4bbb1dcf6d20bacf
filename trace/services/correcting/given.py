"""What a correction says. What is left out stays as it was written down."""

from typing import Annotated

from pydantic import Field

from trace.services.intake import Count, Day, Given, MaybeRow, Weight, line
from trace.services.pack_inputs import Draw


class CorrectIn(Given):
    """The right figures of a lot. ``made_on`` is the harvest day, or the packing day of a packed lot.

    A harvest lot has its plot; a packed lot its packing house, the grams of its inputs, and its weight in
    grams or in ``units`` of its product. A released lot is not corrected without ``reason``.
    """

    weight_g: Weight | None = None
    units: Count = None
    made_on: Day | None = None
    plot_id: MaybeRow = None
    packing_house_id: MaybeRow = None
    parents: Annotated[list[Draw], Field(max_length=200)] = Field(default_factory=list)
    reason: Annotated[str, line(400)] = ""
    version: Count = None
    """The lot's version that these figures were put right in, where a form showed one."""


class WithdrawIn(Given):
    """Why a lot was written down that never was."""

    reason: Annotated[str, line(400, 5)]
