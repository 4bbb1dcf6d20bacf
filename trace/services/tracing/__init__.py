"""The genealogy of lots as one report: from any stamp to every plot, and from any plot to every stamp.

``starts`` finds what a person named, ``graph`` walks the links, ``shares`` says how many grams came from
where, ``nodes`` and ``goods`` fetch what the reached lots are and what became of them, ``report`` puts it
together (values only), ``picture`` lays it out and ``telling`` writes it as plain values for programs.
"""
