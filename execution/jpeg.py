"""How a JPEG is made up, read without decoding it: a small file can say the same picture over and over."""

import re

MOST_SCANS = 100  # a progressive picture of a camera has about ten
MOST_PARTS = 2000  # a colour profile alone may have 255
# A marker begins a part. In the pixels the byte FF is followed by 00, or by a restart mark, which begins nothing.
MARKER = re.compile(rb"\xff[^\x00\xff\xd0-\xd7]")
ALONE, END, SCAN = {0xD8, 0x01}, 0xD9, 0xDA


def too_many(data: bytes) -> str:
    """What a JPEG has more of than a picture needs, in words; empty where it has not, or is no JPEG."""
    scans = parts = 0
    place = 2 if data.startswith(b"\xff\xd8") else len(data)
    while found := MARKER.search(data, place):
        kind, place, parts = found[0][1], found.end(), parts + 1
        if kind == END:
            break
        scans += kind == SCAN
        if scans > MOST_SCANS:
            return f"more than {MOST_SCANS} scans"
        if parts > MOST_PARTS:
            return f"more than {MOST_PARTS:,} parts"
        if kind not in ALONE:
            place += int.from_bytes(data[place : place + 2])
    return ""
