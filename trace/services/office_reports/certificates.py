"""The certificate reports are signed with: its PKCS#12 sealed by the master key, as every secret here is."""


def certificate_place(subject: str) -> str:
    """Where the sealed certificate belongs: under another's name it does not open."""
    return f"signing_certificate/{subject}"
