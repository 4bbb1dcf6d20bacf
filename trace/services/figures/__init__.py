"""The office's figures: what is counted (``measures``), over which rows (``facts``), and the answers.

``asking`` says what is asked; a ``facts`` room names rows, the joins that place them and the words one row
is cut by; a ``measures`` room makes indicators of them, with a ``judges`` room where the database can not say
alone what a row counts for; ``answering`` asks, ``row_listing`` shows the rows behind, ``why`` compares two
periods, ``freshness`` says how old it all is. Every figure is a whole number, or one whole number over
another, so it can be added up, frozen and computed again.
"""
