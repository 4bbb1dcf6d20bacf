"""Tiki Open API, as a seller in Vietnam sees it.

::

    adapter    the Marketplace Protocol, one method a line
    choices    what the reference leaves open and the operator answers
    gateway    bearer calls in, JSON objects out
    errors     HTTP statuses, lists of messages, and what they mean to us
    tokens     the application's own keys; no refresh token
    orders     the list by time of change, details, the status table
    places     how far a reading got
    clock      times without a zone
    listings   what the shop has
    offers     making listings look like our offers
    reviews    requests that Tiki's people look at
    warehouses where the pieces lie
    events     the queue of events that is pulled
"""
