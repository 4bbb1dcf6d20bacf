"""A lot and everything that went into it, written for programs outside: one port, several formats.

``chains`` asks the registry, ``rows`` lays a chain out as the six neutral tables that ``fields`` names,
``port`` is what an exporter is and the list of them: ``neutral_json``, ``neutral_csv``, ``epcis_document``,
``national`` and ``fsma204``. ``mapping`` reads the file that says what the national system's columns are.

Households stand by their code and commune; no buyer, no stamp's code and no person is in any of them.
"""
