"""Open data: tables anybody may take, made of closed months so that nobody learns of a household.

``suppressing`` decides which cells are hidden; ``pickers`` counts the households behind; ``sales``,
``stamps``, ``areas`` and ``indicators`` make a month's rows, which ``releasing`` keeps with its closing;
``ocop_register`` is asked anew each time; ``datasets`` says what a table holds, ``reading`` reads it,
``catalogue`` describes all.
"""
