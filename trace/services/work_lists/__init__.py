"""Work lists of the office: what waits, from facts that other tables hold, and what people decided about it.

A file a source: which rows wait (a bounded question) and what is said of those on a page. ``catalogue`` has
the lists in their order, ``listing`` pages and counts them, ``deciding`` writes what somebody did. Deciding
never changes a fact: an item goes away for good when its fact does (``docs/work-lists.md``).
"""
