"""Mail that goes out: addresses whose owners agreed, an outbox, and letters.

``outbox.queue_mail`` is the one way to write to somebody; ``trace/jobs/send_mail.py`` hands over what waits.
"""
