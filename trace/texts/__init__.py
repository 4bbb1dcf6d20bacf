"""Every word a person reads: catalogs per language and subject, and the ways figures are shown.

``catalogs.t`` fills a text, ``formats`` shows numbers, dates and money, ``places`` names a commune
by its new and its old name, ``files`` reads ``<lang>/<subject>.po``.
"""
