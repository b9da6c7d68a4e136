"""The `design` section of the configuration as tokens of the style sheet."""

from pathlib import Path

import yaml
from pydantic import BaseModel, ValidationError

from rose.assets.errors import BuildFailed
from shared.design import Design

# Where the steps of the scale stand from plain text: 18 px and a ratio of 1.2 give headings of 22 to 54 px.
STEPS = {"lg": 0.75, "xl": 1.6, "2xl": 2.7, "3xl": 4.2, "4xl": 6.0}
# Of what a step adds on a desk, a phone gets so much.
ON_A_PHONE = 0.62
PHONE, DESK = 24.0, 72.0  # rem: 384 and 1152 px
SMALL = {"sm": 0.875, "xs": 0.8125}


class Config(BaseModel):
    """One section alone: assets are also built where no site runs yet."""

    design: Design = Design()


def load(path: Path) -> Design:
    """Raises BuildFailed when it is not there, or not understood."""
    try:
        return Config.model_validate(yaml.safe_load(path.read_text("utf-8")) or {}).design
    except (OSError, yaml.YAMLError, ValidationError) as error:
        raise BuildFailed(f"{path}: {error}") from error


def tokens(design: Design) -> str:
    """A `@theme` block that goes over the one in tokens.css."""
    base = design.text_size / 16
    sizes = {"base": _rem(base), **{name: _rem(base * share) for name, share in SMALL.items()}}
    sizes |= {name: _fluid(base, base * design.type_scale**step) for name, step in STEPS.items()}
    lines = [f"--text-{name}: {size};" for name, size in sizes.items()]
    accent = [f"--accent-hue: {design.accent_hue:g};", f"--accent-chroma: {design.shown_chroma:g};"]
    space = f"--spacing: {_rem(design.space / 16)};"
    return "@theme {\n  " + "\n  ".join([*accent, space, *lines]) + "\n}\n"


def _fluid(base: float, large: float) -> str:
    """Grows with the window from phone to desk; in rem, so that it grows with the reader's own size too."""
    small = base + (large - base) * ON_A_PHONE
    slope = (large - small) / (DESK - PHONE)
    return f"clamp({_rem(small)}, {_rem(small - slope * PHONE)} + {slope * 100:.3f}vw, {_rem(large)})"


def _rem(size: float) -> str:
    return f"{size:.4g}rem"
