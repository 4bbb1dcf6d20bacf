"""The log's public keys and its last checkpoint, for whoever checks a proof or keeps a history of ours."""

from trace.errors import NotFound
from trace.services.checkpoint_files import note_files
from trace.web.door import Door, Open
from trace.web.visitor import settings

door = Door("log_notes", __name__)
TEXT = {"Content-Type": "text/plain; charset=utf-8", "Cache-Control": "no-cache"}
Answer = tuple[str, int, dict[str, str]]


@door.page("/.well-known/nongsan-log/keys", Open.PUBLIC)
def keys() -> Answer:
    """A line for every key that ever signed, the newest last (C2SP verifier keys)."""
    listed = settings().log_key.with_suffix(".pub")
    if not listed.exists():
        raise NotFound()
    return listed.read_text(encoding="utf-8"), 200, TEXT


@door.page("/.well-known/nongsan-log/checkpoint", Open.PUBLIC)
def checkpoint() -> Answer:
    """The last checkpoint, as it was signed (C2SP tlog-checkpoint)."""
    files = note_files(settings().checkpoints)
    if not files:
        raise NotFound()
    return files[-1].text(), 200, TEXT
