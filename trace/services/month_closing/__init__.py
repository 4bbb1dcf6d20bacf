"""Months that are closed once: what the figures were, from which rows, and what these told later.

``months`` reads ``2026-06``; ``shares`` asks what each row counts for, ``packing`` keeps it; ``freezing``
closes a month; ``comparing`` holds a closed month against today's rows; ``revising`` notes what it finds;
``proving`` makes every figure again from the kept rows; ``showing`` is what pages and files show.
"""
