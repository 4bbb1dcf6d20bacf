"""Bringing in households, plots, growing areas and products from XLSX and CSV.

``child`` parses a file alone in a confined process, ``reading`` starts it and streams its rows,
``columns`` knows the headings, ``cells`` the rules of one cell, ``communes`` the names of places;
``farm_rows`` and ``product_rows`` judge rows and write the good ones, ``runs`` is the verb, and
``books`` makes the template and the same file back with an error column.
"""
