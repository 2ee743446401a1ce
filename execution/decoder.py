"""Reads one picture in a process of its own, which may burn, crash or be killed and takes nobody along.

Run as a script: what is asked comes as JSON in its argument, the file by standard input, the answer by standard output: a line of JSON,
and behind it the copies where copies were asked for. It is bounded before it reads anything, and can open nothing once it decodes.
"""

import io
import json
import math
import re
import resource
import signal
import sys
from contextlib import suppress
from importlib import import_module
from typing import Any

from PIL import Image, JpegImagePlugin, MpoImagePlugin, PngImagePlugin, WebPImagePlugin

__all__ = ["JpegImagePlugin", "MpoImagePlugin", "PngImagePlugin", "WebPImagePlugin"]

OPENED = ("JPEG", "PNG", "WEBP")
STARTS = re.compile(rb"\xff\xd8\xff|\x89PNG\r\n\x1a\n|RIFF.{4}WEBP|.{4}ftyp(?:hei[cxms]|hev[cx]|mif1|msf1)", re.DOTALL)
# A decoder's own room beside the pixels: WebP's holds its canvas twice and hands out another copy.
THE_MOST_OF = {"WEBP": 3}
TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
TURN, CAMERA, PLACE = 0x0112, 0x8769, 0x8825  # in the head of EXIF: the turn, and where its two parts begin
TAKEN_AT, ZONE = 36867, 36881
MOMENT = re.compile(r"(\d{4}):([01]\d):([0-3]\d) ([0-2]\d):([0-5]\d):([0-6]\d)")
OFFSET = re.compile(r"[+-][01]\d:[0-5]\d")


class Refused(Exception):
    """It is no picture that is taken; in one word."""


def bound(memory_bytes: int, cpu_seconds: float, seconds: float) -> None:
    """Let the kernel end this process where it takes more than its share."""
    limits = {
        resource.RLIMIT_DATA: memory_bytes,
        resource.RLIMIT_AS: 4 * memory_bytes,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_FSIZE: 32_000_000,
        resource.RLIMIT_CPU: math.ceil(cpu_seconds) + 1,
    }
    for what, most in limits.items():
        with suppress(ValueError, OSError):  # some systems know no such limit
            resource.setrlimit(what, (most, most))
    signal.setitimer(signal.ITIMER_PROF, cpu_seconds)
    signal.setitimer(signal.ITIMER_REAL, seconds)


def close_in() -> None:
    """From now on nothing can be opened, neither file nor socket."""
    resource.setrlimit(resource.RLIMIT_NOFILE, (3, 3))


class Picture:
    """A picture that Pillow reads: JPEG, PNG or WebP."""

    def __init__(self, data: bytes, most_pixels: int) -> None:
        """Open it, and look at its size before anything is decoded."""
        self.image = Image.open(io.BytesIO(data), formats=OPENED)
        self.format = str(self.image.format)
        self.width, self.height = self.image.size
        refuse_large(self.width * self.height, most_pixels // THE_MOST_OF.get(self.format, 1))
        if self.format != "MPO" and getattr(self.image, "is_animated", False):
            raise Refused("moves")

    def read(self, longest: int) -> None:
        """Decode it to its last byte; a JPEG is made smaller on the way, though not smaller than asked."""
        self.image.draft("RGB", (longest, longest))
        self.image.load()

    def size(self) -> tuple[int, int]:
        """Width and height as they were decoded."""
        return self.image.size

    def band(self, top: int, bottom: int) -> Image.Image:
        """Some rows of it."""
        return self.image.crop((0, top, self.image.width, bottom))

    def exif(self) -> Image.Exif:
        """What the camera wrote of it."""
        return self.image.getexif()

    def turn(self) -> int:
        """How it lies."""
        return int(self.exif().get(TURN, 1))


class Heif:
    """A picture that libheif reads: HEIC; with it whatever else stands in the file, which must be whole too."""

    format = "HEIC"

    def __init__(self, data: bytes, most_pixels: int) -> None:
        """Open it, and look at its sizes before anything is decoded."""
        heif: Any = import_module("pi_heif")
        Image.preinit()  # a copy is saved when nothing can be loaded any more
        heif.options.DECODE_THREADS = 1
        heif.options.THUMBNAILS = heif.options.DEPTH_IMAGES = heif.options.AUX_IMAGES = False
        self.file = heif.open_heif(io.BytesIO(data))
        self.width, self.height = self.file.size
        refuse_large(sum(each.size[0] * each.size[1] for each in self.file), most_pixels)

    def read(self, longest: int) -> None:
        """Decode every picture in it to its last byte, and keep the first."""
        main = self.file[self.file.primary_index]
        for each in self.file:
            if each is not main:
                each.load()
                each._data = None
        main.load()
        self.width, self.height = main.size

    def size(self) -> tuple[int, int]:
        """Width and height as they were decoded."""
        return self.width, self.height

    def band(self, top: int, bottom: int) -> Image.Image:
        """Some rows of it, so that it never lies there twice."""
        main = self.file[self.file.primary_index]
        rows = memoryview(main.data)[top * main.stride : bottom * main.stride]
        return Image.frombytes(main.mode, (self.width, bottom - top), rows, "raw", main.mode, main.stride)

    def exif(self) -> Image.Exif:
        """What the camera wrote of it."""
        exif = Image.Exif()
        exif.load(self.file.info.get("exif") or b"")
        return exif

    def turn(self) -> int:
        """Upright: libheif has turned it, whatever else EXIF says."""
        return 1


def refuse_large(pixels: int, most: int) -> None:
    """No more pixels than there is room for."""
    if pixels > most:
        raise Refused(f"large {most}")


def opened(data: bytes, most_pixels: int) -> Picture | Heif:
    """The picture by the reader of its format, which its first bytes name."""
    if not STARTS.match(data):
        raise Refused("unknown")
    try:
        return Heif(data, most_pixels) if data[4:8] == b"ftyp" else Picture(data, most_pixels)
    finally:
        close_in()


def claims(exif: Image.Exif) -> dict[str, str]:
    """What the device says of time and place; what is malformed is not said."""
    said = {}
    with suppress(Exception):
        said["at"] = moment(exif.get_ifd(CAMERA))
    with suppress(Exception):
        place = exif.get_ifd(PLACE)
        latitude, longitude = degrees(place[2], place[1], "NS", 90), degrees(place[4], place[3], "EW", 180)
        said |= {"latitude": latitude, "longitude": longitude}
    return said


def moment(camera: Any) -> str:
    """The time of exposure in ISO 8601, with the zone where the camera knew one."""
    found = MOMENT.fullmatch(str(camera[TAKEN_AT]).strip("\0 "))
    if not found or not 1 <= int(found[2]) <= 12 or not 1 <= int(found[3]) <= 31 or int(found[4]) > 23:
        raise ValueError("no such moment")
    zone = str(camera.get(ZONE, "")).strip("\0 ")
    return "{}-{}-{}T{}:{}:{}".format(*found.groups()) + (zone if OFFSET.fullmatch(zone) else "")


def degrees(parts: Any, side: Any, sides: str, most: int) -> str:
    """Degrees, minutes and seconds as a decimal of six places."""
    whole, minutes, seconds = (float(part) for part in parts)
    value = whole + minutes / 60 + seconds / 3600
    sign = {sides[0]: 1, sides[1]: -1}[str(side).strip("\0 ")]
    if not 0 <= value <= most:
        raise ValueError("no such place")
    return f"{sign * value:.6f}"


def copy(picture: Picture | Heif, longest: int) -> Image.Image:
    """The pixels, upright and on white, in a picture that has never been anything else; made smaller band by band, for want of room."""
    width, height = picture.size()
    factor = max(1, max(width, height) // (longest * 3 // 2))
    small = Image.new("RGB", (math.ceil(width / factor), math.ceil(height / factor)))
    for top in range(0, height, 64 * factor):
        band = opaque(picture.band(top, min(height, top + 64 * factor)))
        small.paste(band.reduce(factor) if factor > 1 else band, (0, top // factor))
    small.thumbnail((longest, longest), Image.Resampling.LANCZOS)
    turn = 1
    with suppress(Exception):  # a turn that cannot be read is no turn
        turn = picture.turn()
    return small.transpose(TURNS[turn]) if turn in TURNS else small


def opaque(image: Image.Image) -> Image.Image:
    """As colours of eight bits, what is transparent on white."""
    if image.mode.startswith("I"):
        image = image.convert("F").point(lambda value: value / 256).convert("L")
    if not image.has_transparency_data:
        return image.convert("RGB")
    coloured = image.convert("RGBA")
    white = Image.new("RGBA", coloured.size, "white")
    white.alpha_composite(coloured)
    return white.convert("RGB")


def saved(image: Image.Image) -> bytes:
    """As JPEG, and nothing but pixels."""
    out = io.BytesIO()
    image.save(out, "JPEG", quality=82, progressive=True)
    return out.getvalue()


def answer(data: bytes, most_pixels: int, sides: list[int]) -> tuple[dict[str, Any], list[bytes]]:
    """What is said of a picture, and its copies, largest first, each made of the one before."""
    picture = opened(data, most_pixels)
    picture.read(sides[0] if sides else 8)
    said: dict[str, Any] = {"format": picture.format, "width": picture.width, "height": picture.height}
    if not sides:
        with suppress(Exception):
            said["claims"] = claims(picture.exif())
        return said, []
    copies = [copy(picture, sides[0])]
    for longest in sides[1:]:
        smaller = copies[-1].copy()
        smaller.thumbnail((longest, longest), Image.Resampling.LANCZOS)
        copies.append(smaller)
    files = [saved(each) for each in copies]
    said["copies"] = [
        {"width": each.width, "height": each.height, "size_bytes": len(file)}
        for each, file in zip(copies, files, strict=True)
    ]
    return said, files


def main() -> None:
    """Bound, read, answer; whatever breaks, it is a refusal in one word."""
    asked = json.loads(sys.argv[1])
    bound(asked["memory_bytes"], asked["cpu_seconds"], asked["seconds"])
    Image.MAX_IMAGE_PIXELS = None  # ours is looked at first
    with suppress(OSError):
        use = open("/proc/self/status")  # noqa: SIM115  (held, as nothing can be opened later)
    files: list[bytes] = []
    try:
        said, files = answer(sys.stdin.buffer.read(), asked["most_pixels"], asked["sides"])
    except Refused as refused:
        said = {"refused": str(refused)}
    except MemoryError:
        said = {"refused": "memory"}
    except Exception as error:
        said = {"refused": "damaged", "error": repr(error)[:300]}
    with suppress(Exception):
        use.seek(0)
        said["peak_bytes"] = next(int(line.split()[1]) * 1024 for line in use if line.startswith("VmHWM"))
    sys.stdout.buffer.write(json.dumps(said).encode() + b"\n" + b"".join(files))


if __name__ == "__main__":
    main()
