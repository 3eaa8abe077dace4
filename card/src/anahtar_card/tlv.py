"""BER-TLV as cards use it (ISO/IEC 7816-4 section 6, ISO/IEC 8825-1): definite lengths, tags of one or two bytes."""

from __future__ import annotations

from collections.abc import Iterator

from anahtar_card.errors import MalformedResponse


def encode(tag: int, value: bytes) -> bytes:
    """Return tag ‖ length ‖ value, the length in the shortest form; `tag` is the tag's bytes as one number."""
    tag_bytes = tag.to_bytes((tag.bit_length() + 7) // 8 or 1, "big")
    return tag_bytes + _length(len(value)) + value


def decode(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield (tag, value) for each object in `data`; raises MalformedResponse when a length runs past the end."""
    position = 0
    while position < len(data):
        if data[position] in (0x00, 0xFF):  # padding between objects (ISO/IEC 7816-4 section 6.1)
            position += 1
            continue
        tag, position = _read_tag(data, position)
        length, position = _read_length(data, position)
        if position + length > len(data):
            raise MalformedResponse("a data object runs past the end")
        yield tag, data[position : position + length]
        position += length


def find(data: bytes, *path: int) -> bytes | None:
    """Return the value at the end of a path of tags, or None; raises MalformedResponse like `decode`."""
    for tag in path:
        found = next((value for candidate, value in decode(data) if candidate == tag), None)
        if found is None:
            return None
        data = found
    return data


def _length(length: int) -> bytes:
    if length < 0x80:
        return bytes([length])
    size = (length.bit_length() + 7) // 8
    return bytes([0x80 | size]) + length.to_bytes(size, "big")


def _read_tag(data: bytes, position: int) -> tuple[int, int]:
    tag = data[position]
    position += 1
    if tag & 0x1F != 0x1F:
        return tag, position
    while True:
        if position >= len(data) or tag > 0xFFFF:
            raise MalformedResponse("a tag has no end")
        more = data[position]
        tag, position = tag << 8 | more, position + 1
        if not more & 0x80:
            return tag, position


def _read_length(data: bytes, position: int) -> tuple[int, int]:
    if position >= len(data):
        raise MalformedResponse("a data object has no length")
    first = data[position]
    position += 1
    if first < 0x80:
        return first, position
    size = first & 0x7F
    if not 1 <= size <= 3 or position + size > len(data):
        raise MalformedResponse("a length that no card needs")
    return int.from_bytes(data[position : position + size], "big"), position + size
