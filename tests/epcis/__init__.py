"""The EPCIS repository over HTTP."""
