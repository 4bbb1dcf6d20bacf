"""The form of a training session, for the office and for cooperatives."""

from trace.web.registry_forms import Box

FIELDS = ("title", "held_on", "place", "place_text", "place_name", "organiser", "topic", "request_id")


def boxes() -> tuple[Box, ...]:
    """Its fields."""
    return (
        Box("title", "training.name"),
        Box("held_on", "training.held_on", "date"),
        Box("place", "registry.commune", "place"),
        Box("place_name", "training.place_name", required=False, hint="training.place_name.hint"),
        Box("organiser", "training.organiser", required=False),
        Box("topic", "training.topic", required=False),
    )
