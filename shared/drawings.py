"""Our drawings, one of which a product, a producer or an evening may have instead of a picture."""

import re
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator

SHAPES = Path(__file__).parent / "static/drawings.yaml"
NAMES = tuple(sorted(re.findall(r"^([a-z-]+): \|$", SHAPES.read_text("utf-8"), re.MULTILINE)))
# As a form offers them.
CHOICES = (("", "None"), *((name, name.replace("-", " ").capitalize()) for name in NAMES))


def lasting_address(name: str) -> str:
    """For rows and other apps: it outlives the next build, and every app has it."""
    return f"/static/images/drawings.svg#{name}"


def _known(name: str) -> str:
    if name not in NAMES:
        raise ValueError("Choose from the drawings")
    return name


Drawing = Annotated[str, AfterValidator(_known)]
