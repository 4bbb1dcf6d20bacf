"""Paper: pixels, millimetres and bytes for printers; it is handed texts and codes, nothing else.

- ``errors``    what cannot be printed, with a catalog key and the figures that clash
- ``qr``        QR symbols by the million: one template, XOR tables, numpy
- ``fonts``     Be Vietnam Pro and Noto Sans JP and SC: measures, outlines, missing letters by name
- ``stock``     sheets and rolls, a literal table of millimetres; the check of a measured one
- ``design``    what stands on a stamp, as data; ``rows`` it may choose from, ``art`` for its logo
- ``layout``    the fitting of it into a label, by kind: ``box_stamp``, ``fruit``, ``export``
- ``calibration``  the test page of a printer, and what its measures say
- ``pdf``       sheets and rolls as a streamed, repeatable PDF
- ``raster``    the same pages as dots, a module a whole number of them
- ``png``       those dots as 1-bit pictures
- ``zpl``, ``tspl``  rolls in label printers' own languages: the dots, or commands for symbol and numbers
- ``svg``       stamps as drawings, a sheet's cells for the screen
- ``formats``   the kinds of files by name
- ``printers``  one verb, ``print_pages``: into memory, a whole file, a raw port 9100, a raw queue of CUPS
"""
