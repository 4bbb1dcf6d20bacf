"""The EPCIS repository: events that programs send, and the questions asked of all events.

``reading``: a document made ready to be kept, before any transaction. ``ownership``: whose lots and
places it names. ``capturing``: keeping it, whole or what is right of it. ``captures``: what became of it.
``parameters``: a question's words. ``patterns``: identifiers with a star. ``finding``: pages of events.
``vocabularies``: which types, goods, steps, places occur. ``named_queries``: questions that are kept.
"""
