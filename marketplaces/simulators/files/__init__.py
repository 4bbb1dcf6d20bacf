"""A seller centre that speaks in files: awkward order reports into a folder, a template that is checked.

Nobody has seen a real report of Voso or Buudien.vn here; the three dialects only gather what makes reports
of sellers hard to read. ``centre`` keeps orders and their truth, ``dialects`` writes reports, ``template``
makes a blank one and looks at what comes back.
"""
