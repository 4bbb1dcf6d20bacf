"""Signing a PDF: PAdES (ETSI EN 319 142-1), level B-B, and B-T where a time-stamp service is set."""

import io
from concurrent.futures import ThreadPoolExecutor

from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import signers
from pyhanko.sign.fields import SigSeedSubFilter
from pyhanko.sign.timestamps import HTTPTimeStamper, TimestampRequestError

from trace.services.office_reports.certificates import Seal

TSA_S = 15


class TimestampMissing(Exception):
    """The time-stamp service did not answer as it should."""


def signed(pdf: bytes, seal: Seal, reason: str, timestamp_url: str = "") -> bytes:
    """The document with an invisible signature over all of it.

    Raises:
        TimestampMissing: the service set for time stamps gave none.
    """
    signer = signers.SimpleSigner.load_pkcs12_data(seal.pkcs12, [], None)
    meta = signers.PdfSignatureMetadata(
        field_name="Signature1", md_algorithm="sha256", subfilter=SigSeedSubFilter.PADES, reason=reason
    )
    stamper = HTTPTimeStamper(timestamp_url, timeout=TSA_S) if timestamp_url else None
    out, writer = io.BytesIO(), IncrementalPdfFileWriter(io.BytesIO(pdf))
    try:
        # The library runs an event loop of its own, which a thread that has one running does not allow.
        with ThreadPoolExecutor(1) as thread:
            made = thread.submit(
                signers.sign_pdf, writer, meta, signer=signer, timestamper=stamper, output=out
            )
            made.result()
    except (TimestampRequestError, OSError) as error:
        if stamper is None:
            raise
        raise TimestampMissing from error
    return out.getvalue()
