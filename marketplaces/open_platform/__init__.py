"""The gateway that Lazada and Alibaba.com share: one way to sign, to send and to give out tokens.

::

    signing   what is signed, byte for byte
    gateway   signed calls of one application and one shop
    codes     the envelope's code and what it means
    pushes    what a signed hint is about
    tokens    lives of tokens, told in seconds

What differs (codes, envelopes, paths) stays with each marketplace.
"""
