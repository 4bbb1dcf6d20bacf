"""What the clock calls: schedules become jobs, workers claim them, each job reads, calls out, writes.

``clock`` ticks, ``queue`` claims and gives back, ``work`` runs; one file a job, all named in ``kinds``.
"""
