"""The names of our drawings, which a product, a producer or an evening may have instead of a picture."""

import re
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator

STATIC = Path(__file__).parent / "static"
NAMES = tuple(
    sorted(
        {
            *re.findall(r"^([a-z-]+): \|$", (STATIC / "drawings.yaml").read_text("utf-8"), re.MULTILINE),
            *(path.stem for path in (STATIC / "images/illustrations").glob("*.svg")),
        }
    )
)
# As a form offers them.
CHOICES = (("", "None"), *((name, name.replace("-", " ").capitalize()) for name in NAMES))


def _known(name: str) -> str:
    if name not in NAMES:
        raise ValueError("Choose from the drawings")
    return name


Drawing = Annotated[str, AfterValidator(_known)]
