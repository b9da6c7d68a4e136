"""The `design` section of app-config.yaml: what `rose assets` builds into the style sheet."""

from pydantic import BaseModel, ConfigDict, Field

# Degrees of the hues that screens show least of.
GREENS = range(140, 236)


class Design(BaseModel):
    """Lightness is not ours to choose: it is what keeps words readable."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    accent_hue: float = Field(22, ge=0, le=360)  # degrees in OKLCH
    accent_chroma: float = Field(0.175, ge=0.02, le=0.19)  # from grey to as strong as the darkest hue can be
    text_size: float = Field(18, ge=16, le=22)  # CSS pixels of plain text, for readers who changed nothing
    type_scale: float = Field(1.2, ge=1.1, le=1.3)  # from one step of the headings to the next
    space: float = Field(4, ge=3.5, le=5)  # CSS pixels: padding and gaps are so many of these

    @property
    def shown_chroma(self) -> float:
        """Screens hold less of green and teal: what they have not got they would show too light to read."""
        return min(self.accent_chroma, 0.11) if int(self.accent_hue) in GREENS else self.accent_chroma
