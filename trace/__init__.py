"""nongsan's rooms, from the ground floor up.

standards   rules that would hold without a computer: codes, check digits, event hashes
errors      the tree of refusals and the text key each carries
records     the tables, one noun a file
texts       the message catalogs (vi, en, ja, zh) and how numbers and dates are written
db          engine, transactions
settings    what an installation may choose; settings_outside: what it says of those outside
services    verbs: one act or question a function, a Session first, time as an argument
web         pages and programs' doors, one blueprint an audience
jobs        the clock, the queue and what they run
commands    ``nongsan <noun> <verb>``
app         wiring
"""
