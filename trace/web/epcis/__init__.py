"""``/epcis``: the REST bindings of EPCIS 2.0, for programs with a token.

``dialect``: headers, versions, content types, OPTIONS. ``problems``: refusals in the standard's words.
``capture``: documents and events come in. ``events``: events go out, page by page. ``resources``: which
types, goods, steps and places there are. ``queries``: questions under a name.
``subscriptions``: being told of what they find.
"""
