"""The server on which a marketplace or a seller puts order reports: looked into and read over SFTP.

``values`` is what a caller gives and gets, ``host_keys`` who the server is, ``sftp`` the conversation. Where
it fails, it raises ``ReportServerError``, a ``MarketplaceError`` that also says which of its faults it is.
"""
