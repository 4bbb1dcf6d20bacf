"""Notices: facts people want to be told of, found by the job ``plan_notices``, in an inbox and by mail.

``facts`` finds them, ``noting`` writes each once, ``inbox`` shows them, ``letters`` mails them.
"""
