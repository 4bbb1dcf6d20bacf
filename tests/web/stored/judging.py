"""What is wrong with an answer in which strings of strangers may stand: they are text there and nothing else.

Pages are read by the tokenizer that libxml2 has of HTML 5, drawings and feeds as XML. A string that was sown
stands whole in one text or one value that is no address; no element, attribute, address, script, style or
comment has a part of it. What the house never writes is a fault whoever wrote it: a script or a handler in a
page, a style in an attribute, an address of another scheme, a base.
"""

import base64
import csv
import hashlib
import io
import json
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote_plus, urljoin, urlsplit

import openpyxl
from lxml import etree
from lxml import html as markup
from werkzeug.test import TestResponse

from tests.web.stored.payloads import marks_in
from trace.web import before

ADDRESSES = frozenset({
    "href", "src", "action", "formaction", "poster", "data", "srcset", "cite", "background", "ping",
    "manifest", "codebase",
})  # fmt: skip
PLAIN = frozenset({"value", "title", "aria-label", "alt", "placeholder", "content", "label", "d"})
"""Attributes that a browser shows or hands on, and never follows, runs or looks up."""
NEVER = frozenset({
    "base", "object", "embed", "iframe", "frame", "frameset", "applet", "portal", "foreignobject", "animate",
    "set",
})  # fmt: skip
LINKS = frozenset({
    "stylesheet", "icon", "manifest", "canonical", "alternate", "apple-touch-icon", "license",
    "modulepreload",
})  # fmt: skip
"""Kinds of links between pages that the house's templates write."""
DATA = frozenset({"application/ld+json", "application/json"})
SCRIPTS = frozenset({"'self'", "'wasm-unsafe-eval'", before.source()})
NEEDED = {"default-src": "'none'", "base-uri": "'none'"}
_ALIKE = str.maketrans(",_", ". ")
FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass
class Seen:
    """What was read: marks that stood whole as text, and faults."""

    shown: set[str] = field(default_factory=set)
    faults: list[str] = field(default_factory=list)
    pages: int = 0
    files: int = 0


def folded(text: str) -> str:
    """As inputs keep a text: composed, without unseen signs, blanks as one; in no case, commas as points."""
    seen = (sign for sign in unicodedata.normalize("NFC", text) if unicodedata.category(sign) != "Cf")
    return " ".join("".join(seen).casefold().translate(_ALIKE).split())


def page_tree(text: str) -> Any:
    """What the tokenizer makes of a page; None where it is empty."""
    return (
        markup.document_fromstring(text, parser=markup.HTMLParser(huge_tree=True)) if text.strip() else None
    )


def _tree_of(kind: str, answer: TestResponse) -> Any:
    if kind == "text/html":
        return page_tree(answer.get_data(as_text=True))
    return etree.fromstring(answer.data) if kind == "image/svg+xml" else None


class Judge:
    """Judges answers by what was sown: mark -> the string as it was sent. ``here``: what the last shows."""

    def __init__(self, sown: Mapping[str, str], host: str = "localhost") -> None:
        self.sown, self.host, self.seen = sown, host, Seen()
        self.here: set[str] = set()

    def look(self, answer: TestResponse, where: str) -> Any:
        """Note what is wrong with an answer of any kind; its tree where it has one."""
        kind, self.here = answer.mimetype, set()
        tree = _tree_of(kind, answer)
        found = [
            *self.policy(answer),
            *(self._tree(tree) if tree is not None else self._content(kind, answer)),
        ]
        self.seen.faults += [f"{where}: {fault}" for fault in found]
        self.seen.shown |= self.here
        self.seen.pages += kind == "text/html"
        self.seen.files += kind != "text/html"
        return tree

    def policy(self, answer: TestResponse) -> Iterator[str]:
        """What the headers let a page do that no page of ours needs."""
        said = answer.headers.get("Content-Security-Policy", "")
        rules = {name: rest for name, _, rest in (one.strip().partition(" ") for one in said.split(";"))}
        for name, wanted in NEEDED.items():
            if rules.get(name) != wanted:
                yield f"policy: {name} is {rules.get(name)!r}"
        if not set(rules.get("script-src", "").split()) <= SCRIPTS or "script-src-attr" in rules:
            yield f"policy: {said}"
        if (
            "unsafe" in rules.get("style-src", "")
            or answer.headers.get("X-Content-Type-Options") != "nosniff"
        ):
            yield f"policy: {said}, types are guessed"
        yield from (f"header {name}: {value}" for name, value in answer.headers if _breaks(name, value))

    def _content(self, kind: str, answer: TestResponse) -> Iterator[str]:
        if kind.endswith("json"):
            yield from self._data(json.loads(answer.data))
        elif kind == "text/csv":
            yield from self._cells(csv.reader(io.StringIO(answer.get_data(as_text=True).lstrip("\ufeff"))))
        elif kind.endswith("spreadsheetml.sheet"):
            yield from self._sheets(answer.data)

    def page(self, text: str) -> Iterator[str]:
        """What is wrong with a page, or a part of one."""
        yield from self._tree(page_tree(text))
        self.seen.shown |= self.here

    def _tree(self, tree: etree._Element) -> Iterator[str]:
        for one in tree.iter():
            if not isinstance(one.tag, str):
                yield from self._hidden(one)
                continue
            tag = one.tag.rpartition("}")[2].lower()
            yield from self._element(tag, one)
            for name, value in one.attrib.items():
                yield from self._attribute(tag, str(name).lower(), str(value))
            yield from self._text(tag, one.text or "", one)
            yield from self._text("", one.tail or "", one)
        for one in tree.itersiblings():
            yield from self._hidden(one)

    def _hidden(self, one: etree._Element) -> Iterator[str]:
        if marks_in(f"{one.text or ''}"):
            yield f"a comment or an instruction holds {one.text!r}"
        yield from self._text("", one.tail or "", one)

    def _element(self, tag: str, one: etree._Element) -> Iterator[str]:
        if marks_in(tag) or tag in NEVER or tag.startswith("x-"):
            yield f"element {tag}"
        if tag == "meta" and one.get("http-equiv") is not None:
            yield f"element meta {one.attrib}"
        if tag == "script" and one.get("type") not in DATA and not _is_ours(one):
            yield f"script {one.attrib} {(one.text or '')[:60]}"
        if tag == "link" and one.get("rel") not in LINKS:
            yield f"element link {one.attrib}"

    def _attribute(self, tag: str, name: str, value: str) -> Iterator[str]:
        name = name.rpartition("}")[2]
        if name.startswith("on") or name in {"style", "srcdoc", "nonce"} or marks_in(name):
            yield f"{tag} has the attribute {name}={value!r}"
        elif name in ADDRESSES or (name == "content" and value.lower().startswith("0;")):
            yield from self._address(tag, name, value)
        elif marks_in(value):
            if name not in PLAIN and not name.startswith("data-"):
                yield f"{tag} {name}={value!r}"
            else:
                yield from self._whole(value, f"{tag} {name}")

    def _address(self, tag: str, name: str, value: str) -> Iterator[str]:
        split = urlsplit(urljoin(f"http://{self.host}/", re.sub(r"[\x00-\x20]+", "", value)))
        fine = split.scheme in {"tel", "mailto"} or split.hostname == self.host
        fine = fine or (
            tag == "img" and value.startswith(("data:image/png;base64,", "data:image/jpeg;base64,"))
        )
        if split.scheme not in {"http", "https", "tel", "mailto", "data"} or (
            not fine and split.scheme == "data"
        ):
            yield f"{tag} {name}={value!r}"
        elif marks_in(value):
            asked = unquote_plus(value)
            if not fine or not value.startswith(("/", "?", "#", f"http://{self.host}/")) or "<" in value:
                yield f"{tag} {name}={value!r} leads where a stranger says"
            elif split.query and not any(
                folded(self.sown.get(one, "")) in folded(asked) for one in marks_in(value)
            ):
                yield f"{tag} {name}={value!r} is cut"

    def _text(self, tag: str, text: str, one: etree._Element) -> Iterator[str]:
        if not marks_in(text):
            return
        if tag == "script":
            if one.get("type") not in DATA:
                yield f"script holds {text[:80]!r}"
            else:
                yield from self._data(json.loads(text))
        elif tag == "style":
            yield f"style holds {text[:80]!r}"
        else:
            yield from self._whole(text, f"text of {one.tag}")

    def _whole(self, text: str, where: str = "") -> Iterator[str]:
        """Each string stands in the text as it was sent: a word with its mark, with all signs before it.

        A variety keeps its name as a code, in which a hyphen is ``_`` and wide signs are narrow.
        """
        said = " ".join(map(folded, (text, unquote_plus(text), text.replace("_", "-"))))
        for mark in marks_in(text):
            sent = self.sown.get(mark, "")
            if any(word in said for word in _words(folded(sent), mark)):
                self.here.add(mark)
            else:
                yield f"{where} is not what was sent: {text[:160]!r} for {sent!r}"

    def _data(self, value: object) -> Iterator[str]:
        """Every text of a piece of JSON, keys among them."""
        if isinstance(value, dict):
            for key, one in value.items():
                yield from self._whole(key, "a key of data")
                yield from self._data(one)
        elif isinstance(value, list):
            for one in value:
                yield from self._data(one)
        elif isinstance(value, str):
            yield from self._whole(value, "data")

    def _cells(self, rows: object) -> Iterator[str]:
        for row in rows:  # type: ignore[attr-defined]
            for cell in row:
                if marks_in(cell) and cell.startswith(FORMULA):
                    yield f"a spreadsheet would work out {cell!r}"
                self.here |= marks_in(cell)

    def _sheets(self, data: bytes) -> Iterator[str]:
        for sheet in openpyxl.load_workbook(io.BytesIO(data)).worksheets:
            for cell in (cell for row in sheet.iter_rows() for cell in row if cell.value is not None):
                if marks_in(str(cell.value)):
                    self.here |= marks_in(str(cell.value))
                    if cell.data_type == "f" or cell.hyperlink is not None:
                        yield f"a spreadsheet would work out {cell.value!r}"


def _words(whole: str, mark: str) -> Iterator[str]:
    """Each place of the mark in what was sent, with the signs before it back to a blank."""
    for end in (found.end() for found in re.finditer(re.escape(mark), whole)):
        word = whole[:end].rsplit(" ", maxsplit=1)[-1]
        yield from (word, unicodedata.normalize("NFKC", word))


def _is_ours(script: etree._Element) -> bool:
    """A file, or the very lines that the policy names by their digest."""
    if script.get("src") is not None:
        return not script.text
    digest = base64.b64encode(hashlib.sha256((script.text or "").encode()).digest()).decode()
    return f"'sha256-{digest}'" in SCRIPTS


def _breaks(name: str, value: str) -> bool:
    """Whether a header holds a sown string as it was sent: only inside an address, by its code; what a cookie
    packs may read like a mark by chance.
    """
    may_hold = name.lower() in {"location", "content-disposition", "set-cookie"}
    return bool(marks_in(value)) and (not may_hold or any(sign in value for sign in "<>\r\n\\"))
