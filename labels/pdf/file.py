"""The frame of a PDF file (ISO 32000-1): numbered objects, the page tree, the cross-reference table.

Nothing in the file depends on the clock or on chance.
"""

from __future__ import annotations

import zlib
from array import array

import numpy as np

HEADER = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n"
CATALOG, PAGES = 1, 2
NODE_PAGES = 100  # pages a node of the page tree holds


class PdfFile:
    """Objects in the order they are put; :meth:`drain` hands over what has gathered."""

    def __init__(self) -> None:
        self._offsets = array("Q", [0, 0, 0])
        self._parts: list[bytes | memoryview] = [HEADER]
        self._length = len(HEADER)

    def reserve(self) -> int:
        """A number for an object that is put later."""
        self._offsets.append(0)
        return len(self._offsets) - 1

    def put(self, number: int, body: bytes) -> int:
        """An object without a stream; gives its number back."""
        self._offsets[number] = self._length
        self._append(b"%d 0 obj\n%b\nendobj\n" % (number, body))
        return number

    def add(self, body: bytes) -> int:
        """:meth:`put` under the next number."""
        return self.put(self.reserve(), body)

    def add_stream(self, entries: bytes, *data: bytes | memoryview, compress: int = 0) -> int:
        """A stream object; ``compress`` is a zlib level, 0 leaves the data as they are."""
        if compress:
            entries += b"/Filter/FlateDecode"
            data = (zlib.compress(b"".join(data), compress),)
        number = self.reserve()
        self._offsets[number] = self._length
        length = sum(map(len, data))
        self._append(b"%d 0 obj\n<<%b/Length %d>>\nstream\n" % (number, entries, length))
        self._parts += data
        self._length += length
        self._append(b"\nendstream\nendobj\n")
        return number

    def drain(self) -> bytes:
        """The bytes since the last call."""
        gathered = b"".join(self._parts)
        self._parts.clear()
        return gathered

    def finish(self) -> None:
        """The cross-reference table and the trailer."""
        start = self._length
        self._append(b"xref\n0 %d\n0000000000 65535 f \n" % len(self._offsets))
        self._append(_entries(np.array(self._offsets[1:], np.int64)))
        trailer = b"trailer\n<</Size %d/Root %d 0 R>>\nstartxref\n%d\n%%%%EOF\n"
        self._append(trailer % (len(self._offsets), CATALOG, start))

    def _append(self, part: bytes) -> None:
        self._parts.append(part)
        self._length += len(part)


def _entries(offsets: np.ndarray[tuple[int], np.dtype[np.int64]]) -> bytes:
    """Twenty bytes an object."""
    table = np.tile(np.frombuffer(b"0000000000 00000 n \n", np.uint8), (len(offsets), 1))
    for place in range(10):
        table[:, 9 - place] += (offsets // 10**place % 10).astype(np.uint8)
    return table.tobytes()


class PageTree:
    """Pages under nodes of a hundred, nodes under one root that lends them size and resources."""

    def __init__(self, file: PdfFile) -> None:
        self._file = file
        self._nodes: list[int] = []
        self._kids: list[int] = []
        self.count = 0

    def add(self, *contents: bytes | memoryview, compress: int = 0) -> None:
        """One more page, drawn by these operators."""
        if not self._kids:
            self._nodes.append(self._file.reserve())
        stream = self._file.add_stream(b"", *contents, compress=compress)
        body = b"<</Type/Page/Parent %d 0 R/Contents %d 0 R>>" % (self._nodes[-1], stream)
        self._kids.append(self._file.add(body))
        self.count += 1
        if len(self._kids) == NODE_PAGES:
            self._close_node()

    def finish(self, inherited: bytes) -> None:
        """The last node, the root and the catalog (which asks viewers to print unscaled)."""
        if self._kids:
            self._close_node()
        kids = b" ".join(b"%d 0 R" % node for node in self._nodes)
        root = b"<</Type/Pages/Kids[%b]/Count %d%b>>" % (kids, self.count, inherited)
        self._file.put(PAGES, root)
        preferences = b"/ViewerPreferences<</PrintScaling/None>>"
        self._file.put(CATALOG, b"<</Type/Catalog/Pages %d 0 R%b>>" % (PAGES, preferences))

    def _close_node(self) -> None:
        kids = b" ".join(b"%d 0 R" % kid for kid in self._kids)
        body = b"<</Type/Pages/Parent %d 0 R/Kids[%b]/Count %d>>" % (PAGES, kids, len(self._kids))
        self._file.put(self._nodes[-1], body)
        self._kids.clear()
