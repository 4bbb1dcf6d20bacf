"""The verbs: decisions and questions. A ``Session`` first, time as an argument; nothing commits here."""
