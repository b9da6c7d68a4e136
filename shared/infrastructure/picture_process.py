"""`python -m shared.infrastructure.picture_process FOLDER` reads one picture and writes it anew, small and clean.

A process of its own with little memory and time: what is wrong in a picture file ends here. Nothing of the input is
copied: it is decoded and encoded again, without its metadata.
"""

import errno
import hashlib
import io
import resource
import sys
from pathlib import Path

from PIL import Image, ImageCms, ImageOps, ImageSequence

MOST_PIXELS = 40_000_000
WIDEST = 2400
WIDTHS = (600, 1200)
MOST_PROFILE = 1024 * 1024
MEMORY = 1024 * 1024 * 1024
SECONDS = 20
FORMATS = {"JPEG": "jpg", "PNG": "png", "WEBP": "webp", "GIF": "gif", "AVIF": "avif"}


def limit() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))


def convert(content: bytes, folder: Path) -> str:
    """The name of the picture in `folder`; its smaller copies stand beside it as `<hash>-600.webp`, `-1200.webp`."""
    Image.MAX_IMAGE_PIXELS = MOST_PIXELS
    image = Image.open(io.BytesIO(content), formats=list(FORMATS))
    if image.width * image.height > MOST_PIXELS:
        raise ValueError("too many pixels")
    kind = str(image.format)
    whole = _animation(image) if kind == "GIF" else _still(image, kind)
    digest = hashlib.sha256(whole).hexdigest()[:32]
    name = f"{digest}.{FORMATS[kind]}"
    image.seek(0)
    for width in WIDTHS:
        (folder / f"{digest}-{width}.webp").write_bytes(_encode(_narrow(_upright(image), width), "WEBP"))
    (folder / name).write_bytes(whole)
    return name


def _still(image: Image.Image, kind: str) -> bytes:
    return _encode(_narrow(_upright(image), WIDEST), kind)


def _animation(image: Image.Image) -> bytes:
    frames = [frame.copy() for frame in ImageSequence.Iterator(image)]
    if len(frames) * image.width * image.height > MOST_PIXELS:
        raise ValueError("too many frames")
    out = io.BytesIO()
    duration = image.info.get("duration", 100)
    frames[0].save(
        out, "GIF", save_all=True, append_images=frames[1:], loop=image.info.get("loop", 0), duration=duration
    )
    return out.getvalue()


def _upright(image: Image.Image) -> Image.Image:
    """As the camera was held; and in colours that every format of ours can take."""
    turned = ImageOps.exif_transpose(image)
    transparent = turned.mode in {"RGBA", "LA", "PA"} or "transparency" in turned.info
    mode = "RGBA" if transparent else "RGB"
    plain = _in_usual_colours(turned, mode)
    # Whatever stands here (profile, EXIF, XMP, words) would be written into the new file.
    plain.info = {}
    return plain


def _in_usual_colours(image: Image.Image, mode: str) -> Image.Image:
    """In sRGB, so that the file's own colour profile is not needed; a profile that is no good is passed over."""
    profile = image.info.get("icc_profile") or b""
    plain = image.convert(mode)
    if image.mode not in {"RGB", "RGBA"} or not 0 < len(profile) <= MOST_PROFILE:
        return plain
    try:
        given = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        found = ImageCms.profileToProfile(plain, given, ImageCms.createProfile("sRGB"), outputMode=mode)
    except (ImageCms.PyCMSError, OSError, ValueError):
        return plain
    return found or plain


def _narrow(image: Image.Image, width: int) -> Image.Image:
    if image.width <= width:
        return image
    return image.resize((width, max(1, round(image.height * width / image.width))), Image.Resampling.LANCZOS)


def _encode(image: Image.Image, kind: str) -> bytes:
    out = io.BytesIO()
    image.convert("RGB").save(out, kind, quality=84, optimize=True) if kind == "JPEG" else image.save(out, kind)
    return out.getvalue()


if __name__ == "__main__":
    limit()
    try:
        sys.stdout.write(convert(sys.stdin.buffer.read(), Path(sys.argv[1])))
    except OSError as error:
        # A full disk is no fault of the picture's.
        sys.exit(errno.ENOSPC if error.errno == errno.ENOSPC else 1)
