"""Pages for people and doors for programs, one blueprint an audience.

Every blueprint is a ``Door``: a route cannot be added to it without saying who may pass.
A view parses the request, calls one verb inside ``transaction()`` or ``reading()``, and answers.
"""
