"""Hostile files, made here: each with a name, and what becomes of it. None was found anywhere, and none is kept in the repository."""

import io
import struct
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from PIL import Image, PngImagePlugin

from tests.pictures import drawn

PAYLOAD = b"<script>alert('qtm-payload')</script>"
PDF = b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF" + PAYLOAD
ZIP = b"PK\x03\x04" + b"\0" * 26 + PAYLOAD + b"PK\x05\x06" + b"\0" * 18
SVG = b'<svg xmlns="http://www.w3.org/2000/svg">' + PAYLOAD + b"</svg>"
ELF = b"\x7fELF\x02\x01\x01" + b"\0" * 60 + PAYLOAD


@dataclass(frozen=True)
class Hostile:
    """One file: how it is called, how it is made, and whether it may be taken, as its payload does not get through."""

    name: str
    made: Callable[[], bytes]
    harmless: bool = False


def saved(image: Image.Image, format_: str, **options: object) -> bytes:
    """A picture's bytes."""
    out = io.BytesIO()
    image.save(out, format_, **options)
    return out.getvalue()


def chunk(name: bytes, data: bytes) -> bytes:
    """A piece of a PNG."""
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png(width: int, height: int, rows: bytes, *more: bytes, depth: int = 8, colour: int = 2) -> bytes:
    """A PNG of these claims, whatever stands in it."""
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + b"".join(more) + chunk(b"IDAT", zlib.compress(rows, 9)) + chunk(b"IEND", b"")


def jpeg(width: int, height: int) -> bytes:
    """A JPEG that claims another size than it has."""
    whole = drawn()
    place = whole.index(b"\xff\xc0") + 5
    return whole[:place] + struct.pack(">HH", height, width) + whole[place + 4 :]


def webp(width: int, height: int) -> bytes:
    """A WebP that claims a size, with a little of what would be its pixels."""
    size = struct.pack("<I", (width - 1) | (height - 1) << 14)
    body = b"VP8L" + struct.pack("<I", 16) + b"\x2f" + size + b"\0" * 11
    return b"RIFF" + struct.pack("<I", len(body) + 4) + b"WEBP" + body


def box(name: bytes, data: bytes, *, full: bool = False) -> bytes:
    """A box of an ISO base media file."""
    body = (b"\0\0\0\0" if full else b"") + data
    return struct.pack(">I", len(body) + 8) + name + body


def heic(width: int, height: int, *, kind: bytes = b"hvc1", brand: bytes = b"heic", data: bytes = b"\0" * 64) -> bytes:
    """A HEIC that claims a size (`ispe`), with nothing that could be decoded."""
    ftyp = box(b"ftyp", brand + b"\0\0\0\0mif1heic")
    hdlr = box(b"hdlr", b"\0\0\0\0pict" + b"\0" * 13, full=True)
    pitm = box(b"pitm", struct.pack(">H", 1), full=True)
    infe = struct.pack(">I", 21) + b"infe\x02\0\0\0" + struct.pack(">HH", 1, 0) + kind + b"\0"
    iinf = box(b"iinf", struct.pack(">H", 1) + infe, full=True)
    ispe = box(b"ispe", struct.pack(">II", width, height), full=True)
    hvcc = box(b"hvcC", b"\x01\x03\x70" + b"\0" * 9 + b"\xff\xf0\x00\xfc\xfd\xf8\xf8\x00\x00\x0f\x00")
    ipma = box(b"ipma", struct.pack(">IHBBB", 1, 1, 2, 1, 0x82), full=True)
    iprp = box(b"iprp", box(b"ipco", ispe + hvcc) + ipma)
    rest = hdlr + pitm + iinf + iprp
    where = len(ftyp) + 12 + len(rest) + 34 + 8
    iloc = box(b"iloc", b"\x44\0" + struct.pack(">HHHHII", 1, 1, 0, 1, where, len(data)), full=True)
    return ftyp + box(b"meta", rest + iloc, full=True) + box(b"mdat", data)


def with_exif(data: bytes) -> bytes:
    """A JPEG with whatever bytes as its EXIF."""
    whole, part = drawn(), b"Exif\0\0" + data
    return whole[:2] + b"\xff\xe1" + struct.pack(">H", len(part) + 2) + part + whole[2:]


def ifd(entries: list[tuple[int, int, int, int]], following: int = 8) -> bytes:
    """A directory of EXIF: tag, type, count and value of each entry, and where the next one is said to be."""
    body = b"".join(struct.pack("<HHII", *each) for each in entries)
    return b"II*\0\x08\0\0\0" + struct.pack("<H", len(entries)) + body + struct.pack("<I", following)


def part(kind: int, data: bytes) -> Callable[[], bytes]:
    """A JPEG with a part of that kind at its head."""

    def made() -> bytes:
        whole = drawn()
        return whole[:2] + bytes([0xFF, kind]) + struct.pack(">H", len(data) + 2) + data + whole[2:]

    return made


def behind(data: bytes, format_: str = "JPEG") -> Callable[[], bytes]:
    """A whole picture, and something behind its end."""
    return lambda: drawn(format_=format_) + data


def before(data: bytes) -> Callable[[], bytes]:
    """Something, and a whole picture behind it."""
    return lambda: data + drawn()


def cut(format_: str, tenths: int) -> Callable[[], bytes]:
    """A picture of noise of which so many tenths are there."""

    def made() -> bytes:
        whole = saved(Image.effect_noise((300, 200), 90).convert("RGB"), format_)
        return whole[: len(whole) * tenths // 10]

    return made


def moving(format_: str, frames: int = 3) -> bytes:
    """A picture that moves."""
    pictures = [Image.new("RGB", (40, 40), (each * 60, 0, 0)) for each in range(frames)]
    return saved(pictures[0], format_, save_all=True, append_images=pictures[1:], duration=50)


def texts(megabytes: int) -> bytes:
    """A PNG with so many megabytes of text, packed small."""
    one = chunk(b"zTXt", b"k\0\0" + zlib.compress(b"x" * 1_000_000))
    return png(8, 8, b"\0" * 200, *[one] * megabytes)


def scans(times: int) -> bytes:
    """A progressive JPEG that says its last scan over and over."""
    whole = saved(Image.effect_noise((64, 64), 90), "JPEG", progressive=True)
    last = whole.rindex(b"\xff\xda")
    return whole[:last] + whole[last:-2] * times + whole[-2:]


def noted(text: bytes) -> bytes:
    """A PNG with a text in it."""
    info = PngImagePlugin.PngInfo()
    info.add_text("Comment", text.decode(), zip=True)
    return saved(Image.new("RGB", (40, 30), "green"), "PNG", pnginfo=info)


def all_of_them() -> Iterator[tuple[str, Hostile]]:
    """Every one, under a name for the test."""
    sides = [(12_000, 12_000), (65_000, 65_000), (30_000, 2_000), (2**31 - 1, 2**31 - 1), (0, 0), (0, 100)]
    for width, height in sides:
        yield f"png of {width}x{height}", Hostile("a.png", lambda w=width, h=height: png(w, h, b"\0" * 1000))  # type: ignore[misc]
        yield (
            f"heic of {width}x{height}",
            Hostile("a.heic", lambda w=width, h=height: heic(w, h)),  # type: ignore[misc]
        )
        if 0 < width <= 65_500:
            yield f"jpeg of {width}x{height}", Hostile("a.jpg", lambda w=width, h=height: jpeg(w, h))  # type: ignore[misc]
    for width, height in [(16_383, 16_383), (16_000, 3_000), (5_000, 4_000)]:
        yield f"webp of {width}x{height}", Hostile("a.webp", lambda w=width, h=height: webp(w, h))  # type: ignore[misc]
    yield "png bomb", Hostile("a.png", lambda: png(12_000, 12_000, b"\0" * (12_000 * 1501), depth=1, colour=0))
    yield "webp bomb", Hostile("a.webp", lambda: saved(Image.new("RGB", (5_000, 4_000)), "WEBP", lossless=True))
    yield "jpeg bomb", Hostile("a.jpg", lambda: saved(Image.new("L", (9_000, 9_000)), "JPEG", quality=1))
    yield "many scans", Hostile("a.jpg", lambda: scans(2_000))
    yield "text bomb", Hostile("a.png", lambda: texts(90))
    yield (
        "heic grid",
        Hostile("a.heic", lambda: heic(30_000, 30_000, kind=b"grid", data=b"\0\0\xff\xff\x75\x30\x75\x30")),
    )
    yield "heic of itself", Hostile("a.heic", lambda: heic(64, 64, kind=b"iden"))
    yield "heic of noise", Hostile("a.heic", lambda: heic(640, 480, data=Image.effect_noise((64, 64), 90).tobytes()))
    yield "heic without end", Hostile("a.heic", lambda: box(b"ftyp", b"heic\0\0\0\0mif1heic") + b"\xff\xff\xff\xffmeta")
    yield "heic of boxes", Hostile("a.heic", lambda: box(b"ftyp", b"heic\0\0\0\0mif1heic") + box(b"free", b"") * 99_999)
    yield "avif", Hostile("a.heic", lambda: heic(64, 64, kind=b"av01", brand=b"avif"))
    for called, data in {"pdf": PDF, "zip": ZIP, "html": PAYLOAD, "svg": SVG, "elf": ELF}.items():
        yield f"{called} behind a jpeg", Hostile("a.jpg", behind(data), harmless=True)
        yield f"{called} behind a png", Hostile("a.png", behind(data, "PNG"), harmless=True)
        yield f"{called} in a comment", Hostile("a.jpg", part(0xFE, data), harmless=True)
        yield f"{called} in a part", Hostile("a.jpg", part(0xED, data), harmless=True)
        yield f"{called} before a jpeg", Hostile("a.jpg", before(data))
        yield f"{called} as a jpeg", Hostile("a.jpg", lambda data=data: data)  # type: ignore[misc]
    yield "text in a png", Hostile("a.png", lambda: noted(PAYLOAD), harmless=True)
    yield "xmp", Hostile("a.jpg", part(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + PAYLOAD), harmless=True)
    yield "iptc", Hostile("a.jpg", part(0xED, b"Photoshop 3.0\x008BIM\x04\x04\0\0\0\0\0\x40" + PAYLOAD), harmless=True)
    yield "broken icc", Hostile("a.jpg", part(0xE2, b"ICC_PROFILE\0\x01\x01" + PAYLOAD * 9), harmless=True)
    yield "icc of 255 parts", Hostile("a.jpg", part(0xE2, b"ICC_PROFILE\0\xff\x01" + PAYLOAD), harmless=True)
    yield (
        "script in a webp",
        Hostile(
            "a.webp",
            lambda: saved(Image.new("RGB", (40, 30)), "WEBP", xmp=PAYLOAD, exif=b"Exif\0\0" + PAYLOAD),
            harmless=True,
        ),
    )
    yield "exif in a circle", Hostile("a.jpg", lambda: with_exif(ifd([(0x8769, 4, 1, 8)])), harmless=True)
    yield (
        "exif of gigabytes",
        Hostile("a.jpg", lambda: with_exif(ifd([(270, 2, 2**32 - 1, 8), (0x8769, 4, 1, 2**32 - 1)])), harmless=True),
    )
    yield "exif of many", Hostile("a.jpg", lambda: with_exif(ifd([(270, 2, 64_000, 8)] * 5_000)), harmless=True)
    yield "exif of noise", Hostile("a.jpg", lambda: with_exif(b"II*\0" + PAYLOAD * 500), harmless=True)
    yield "gps by nought", Hostile("a.jpg", lambda: with_exif(ifd([(0x8825, 4, 1, 8), (2, 5, 3, 0)])), harmless=True)
    yield "turn that is none", Hostile("a.jpg", lambda: with_exif(ifd([(274, 3, 1, 77)], 0)), harmless=True)
    for format_, name in (("JPEG", "a.jpg"), ("PNG", "a.png"), ("WEBP", "a.webp")):
        for tenths in range(1, 10):
            yield f"{tenths} tenths of a {format_}", Hostile(name, cut(format_, tenths))
    for name in ("a.jpg", "a.png", "a.webp", "a.heic"):
        yield f"nothing as {name}", Hostile(name, bytes)
        yield f"noughts as {name}", Hostile(name, lambda: bytes(5_000))
        yield f"one byte as {name}", Hostile(name, lambda: b"\xff")
    for format_ in ("GIF", "TIFF", "BMP", "PPM", "ICO", "TGA", "PCX", "EPS", "PDF", "JPEG2000"):
        yield f"{format_} as a jpeg", Hostile("a.jpg", lambda f=format_: saved(Image.new("RGB", (32, 32)), f))  # type: ignore[misc]
    yield "film as a jpeg", Hostile("a.jpg", lambda: box(b"ftyp", b"isom\0\0\0\0mp42") + box(b"mdat", bytes(900)))
    yield "film as a heic", Hostile("a.heic", lambda: box(b"ftyp", b"isom\0\0\0\0mp42") + box(b"mdat", bytes(900)))
    yield "png as a jpeg", Hostile("a.jpg", lambda: drawn(format_="PNG"))
    yield "jpeg as a png", Hostile("a.png", drawn)
    yield "webp as a jpeg", Hostile("a.jpg", lambda: drawn(format_="WEBP"))
    yield "jpeg as a page", Hostile("a.html", drawn)
    yield "jpeg as a program", Hostile("a.jpg.exe", drawn)
    for format_, name in (("PNG", "a.png"), ("WEBP", "a.webp")):
        yield f"moving {format_}", Hostile(name, lambda f=format_: moving(f))  # type: ignore[misc]
    for mode, format_ in (
        ("I;16", "PNG"),
        ("1", "PNG"),
        ("LA", "PNG"),
        ("P", "PNG"),
        ("RGBA", "PNG"),
        ("CMYK", "JPEG"),
        ("L", "JPEG"),
        ("RGBA", "WEBP"),
    ):
        name = {"PNG": "a.png", "JPEG": "a.jpg", "WEBP": "a.webp"}[format_]
        yield (
            f"{mode} as {format_}",
            Hostile(name, lambda m=mode, f=format_: saved(Image.new(m, (33, 21)), f), harmless=True),  # type: ignore[misc]
        )
    yield (
        "png of sixteen bits and four colours",
        Hostile("a.png", lambda: png(20, 10, (b"\0" + b"\x12\x34" * 80) * 10, depth=16, colour=6), harmless=True),
    )


NAMES = {
    "path": "../../../../etc/passwd.jpg",
    "windows path": "..\\..\\windows\\system32\\a.jpg",
    "right to left": "photo\u202egpj.exe.jpg",
    "long": "x" * 300 + ".jpg",
    "reserved": "CON.jpg",
    "emoji": "🛠️🚗.jpg",
    "quotes": "a\"'`$(reboot);|&.jpg",
    "line": "a\nSet-Cookie: x=y\r\n.jpg",
    "markup": "<img src=x onerror=alert(1)>.jpg",
    "dots": "....jpg",
    "percent": "%00%2e%2e%2f.jpg",
    "option": "--help.jpg",
    "spaces": "   .jpg",
}
