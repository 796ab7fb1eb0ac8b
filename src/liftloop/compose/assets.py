"""Pictures and documents that words show: what a file is by its content, and how templates name one.

The name of a file and what its sender says of its type are never believed.
"""

import re
from collections.abc import Mapping
from typing import Any, Literal

import msgspec
from msgspec import Struct

AssetType = Literal["image/png", "image/jpeg", "image/gif", "image/webp", "application/pdf"]
ASSET_BYTES_MAX = 5_000_000
"""Mail readers and WeChat shrink or drop larger pictures."""
SIDE_MAX = 10_000
"""More pixels a side than any phone decodes."""
FILES_MAX = 100
"""Files of one asset; the first never goes, for messages that were sent show it."""
NAME_CHARACTERS_MAX, ALT_CHARACTERS_MAX = 200, 500
SUFFIXES: Mapping[str, str] = {
    "image/png": "png",
    "image/jpeg": "jpg",
    "image/gif": "gif",
    "image/webp": "webp",
    "application/pdf": "pdf",
}
FILTER, ASSETS = "asset", "assets"
"""`{{ 'hero' | asset }}` takes its address from the variable."""
NAMED = re.compile(r"([a-z0-9][a-z0-9_-]{0,63})(?:@([1-9][0-9]{0,2}))?")
"""How words name an asset: its id, and after `@` which of its files."""
MEDIA = "/media/"

_STARTS_OF_FRAME = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_ALONE = frozenset({0x01, *range(0xD0, 0xD8)})
"""Marks of JPEG that have no length."""


class AssetFile(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One file of an asset, known by its content."""

    sha256: str
    type: AssetType
    bytes: int
    width: int = 0
    """In pixels; 0 of what has none."""
    height: int = 0

    @property
    def path(self) -> str:
        """Return where it is served, below the public address."""
        return f"{MEDIA}{self.sha256}.{SUFFIXES[self.type]}"


class Asset(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A picture or document for contents; kind `asset` among the definitions."""

    name: str = ""
    folder: str = ""
    """As a path: `会员/中秋`."""
    alt_zh: str = ""
    """What stands for it where it cannot be seen."""
    alt_en: str = ""
    files: tuple[AssetFile, ...]
    """Oldest first; words name the last, or one by its place: `hero@1`."""

    def file(self, place: int = 0) -> AssetFile | None:
        """Return a file by its place from 1, the newest for 0, None where there is none."""
        return self.files[place - 1] if 0 <= place <= len(self.files) else None


def asset_of(body: Mapping[str, Any]) -> Asset:
    """Return an asset as it was published."""
    return msgspec.convert(body, type=Asset, strict=False)


def asset_problem(identity: str, asset: Asset) -> tuple[str, str] | None:
    """Return what is wrong with an asset, in both languages."""
    if not NAMED.fullmatch(identity) or "@" in identity:
        return "编号只用小写字母、数字、- 和 _，最多 64 个", "an id has a-z, 0-9, - and _, 64 at most"
    if not 0 < len(asset.files) <= FILES_MAX:
        return f"文件要有 1 到 {FILES_MAX} 个", f"an asset has 1 to {FILES_MAX} files"
    if any(not re.fullmatch(r"[0-9a-f]{64}", each.sha256) for each in asset.files):
        return "sha256 是 64 位小写十六进制", "sha256 has 64 hex digits"
    if max(len(asset.name), len(asset.folder)) > NAME_CHARACTERS_MAX:
        return f"名称和文件夹最多 {NAME_CHARACTERS_MAX} 字", f"name and folder: {NAME_CHARACTERS_MAX} at most"
    if max(len(asset.alt_zh), len(asset.alt_en)) > ALT_CHARACTERS_MAX:
        return f"替代文字最多 {ALT_CHARACTERS_MAX} 字", f"alt texts have {ALT_CHARACTERS_MAX} characters"
    return None


def named_file(asset: Asset | None, named: str) -> AssetFile | None:
    """Return the file that words name as `hero` or `hero@3`, None where it is not there."""
    found = NAMED.fullmatch(named)
    return asset.file(int(found[2] or 0)) if asset and found else None


def sniffed(content: bytes) -> tuple[AssetType, int, int] | None:
    """Return (type, width, height) by what stands in a file; None where it is none of the types, or broken.

    >>> sniffed(b"GIF89a" + bytes((2, 0, 3, 0)) + bytes(3)), sniffed(b"<svg/>")
    (('image/gif', 2, 3), None)
    """
    if content.startswith(b"%PDF-") and b"%%EOF" in content[-2_048:]:
        return "application/pdf", 0, 0
    found: tuple[AssetType, int, int] | None = None
    if content.startswith(b"\x89PNG\r\n\x1a\n") and content[12:16] == b"IHDR":
        found = "image/png", int.from_bytes(content[16:20]), int.from_bytes(content[20:24])
    elif content.startswith((b"GIF87a", b"GIF89a")):
        found = "image/gif", int.from_bytes(content[6:8], "little"), int.from_bytes(content[8:10], "little")
    elif content.startswith(b"RIFF") and content[8:12] == b"WEBP":
        found = "image/webp", *_webp(content)
    elif content.startswith(b"\xff\xd8\xff"):
        found = "image/jpeg", *_jpeg(content)
    return found if found and 0 < found[1] <= SIDE_MAX and 0 < found[2] <= SIDE_MAX else None


def _webp(content: bytes) -> tuple[int, int]:
    match content[12:16]:
        case b"VP8 " if content[23:26] == b"\x9d\x01\x2a":
            sides = int.from_bytes(content[26:28], "little"), int.from_bytes(content[28:30], "little")
            return sides[0] & 0x3FFF, sides[1] & 0x3FFF
        case b"VP8L" if content[20:21] == b"\x2f":
            packed = int.from_bytes(content[21:25], "little")
            return (packed & 0x3FFF) + 1, (packed >> 14 & 0x3FFF) + 1
        case b"VP8X" if len(content) >= 30:
            return int.from_bytes(content[24:27], "little") + 1, int.from_bytes(content[27:30], "little") + 1
        case _:
            return 0, 0


def _jpeg(content: bytes) -> tuple[int, int]:
    """Return (width, height) from the first frame; (0, 0) where there is none."""
    at = 2
    while at + 9 <= len(content) and content[at] == 0xFF:
        mark = content[at + 1]
        if mark in _STARTS_OF_FRAME:
            return int.from_bytes(content[at + 7 : at + 9]), int.from_bytes(content[at + 5 : at + 7])
        at += 1 if mark == 0xFF else 2 if mark in _ALONE else 2 + int.from_bytes(content[at + 2 : at + 4])
    return 0, 0
