"""Short random names for public addresses."""

import secrets

# Crockford's letters in lower case: no i, l, o, u to misread.
LETTERS = "0123456789abcdefghjkmnpqrstvwxyz"


def new_public_id(length: int = 10) -> str:
    """Fifty random bits as ten letters, unguessable and easy to read aloud."""
    return "".join(secrets.choice(LETTERS) for _ in range(length))
