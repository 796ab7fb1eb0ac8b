"""The blocks that a landing page is made of, and what is wrong with them.

A page is public and says the same to everybody: its texts are plain words, without Liquid and without markup.
"""

from collections.abc import Iterator, Sequence
from urllib.parse import urlsplit

from msgspec import Struct

from liftloop.compose.assets import FILTER, NAMED

BLOCKS_MAX = 40
"""Four screens of a phone; nobody reads further."""
TEXT_CHARACTERS_MAX = 5_000
LABEL_CHARACTERS_MAX = 200
ITEMS_MAX = 12
URL_CHARACTERS_MAX = 2_000


class Heading(Struct, frozen=True, kw_only=True, tag_field="type", tag="heading", forbid_unknown_fields=True):
    """A line that begins a part of the page."""

    text: str


class Paragraph(Struct, frozen=True, kw_only=True, tag_field="type", tag="text", forbid_unknown_fields=True):
    """Plain words; an empty line begins a new paragraph."""

    text: str


class Picture(Struct, frozen=True, kw_only=True, tag_field="type", tag="picture", forbid_unknown_fields=True):
    """A picture of the library, named as `hero@1`."""

    asset: str
    alt: str = ""
    """What stands for it where it cannot be seen; empty for what the library says."""


class Button(Struct, frozen=True, kw_only=True, tag_field="type", tag="button", forbid_unknown_fields=True):
    """A link that leads on; whoever follows it is counted."""

    label: str
    url: str


class OfferBlock(Struct, frozen=True, kw_only=True, tag_field="type", tag="offer", forbid_unknown_fields=True):
    """An offer by its name, and what goes with it; a code of one's own comes in a message."""

    offer: str
    text: str = ""
    pool: str = ""
    """A pool whose one code everybody has; the code is shown."""


class FormBlock(Struct, frozen=True, kw_only=True, tag_field="type", tag="form", forbid_unknown_fields=True):
    """A hosted form."""

    form: str


class Items(Struct, frozen=True, kw_only=True, tag_field="type", tag="items", forbid_unknown_fields=True):
    """Items by name and price."""

    items: tuple[str, ...]


class Divider(Struct, frozen=True, kw_only=True, tag_field="type", tag="divider", forbid_unknown_fields=True):
    """A line across the page."""


Block = Heading | Paragraph | Picture | Button | OfferBlock | FormBlock | Items | Divider


def template_of(blocks: Sequence[Block]) -> str:
    """Return what the blocks say as one text, pictures named as templates name assets: for checks and rules."""
    shown = [f"{{{{ '{block.asset}' | {FILTER} }}}}" for block in blocks if isinstance(block, Picture) and block.asset]
    return "\n".join([words_of(blocks), *shown])


def words_of(blocks: Sequence[Block]) -> str:
    """Return the plain words of the blocks, one after the other."""
    return "\n".join(text for block in blocks for text in _texts(block) if text)


def _texts(block: Block) -> Iterator[str]:
    match block:
        case Heading() | Paragraph():
            yield block.text
        case Picture():
            yield block.alt
        case Button():
            yield block.label
        case OfferBlock():
            yield block.text
        case FormBlock() | Items() | Divider():
            return


def block_problem(blocks: Sequence[Block]) -> tuple[str, str] | None:
    """Return what is wrong with the blocks of a page by themselves, in Chinese and English."""
    if not 0 < len(blocks) <= BLOCKS_MAX:
        return f"落地页要有 1 到 {BLOCKS_MAX} 个区块", f"a page has 1 to {BLOCKS_MAX} blocks"
    for place, block in enumerate(blocks, 1):
        if problem := _problem(block):
            return f"第 {place} 个区块：{problem[0]}", f"block {place}: {problem[1]}"
    return None


def _problem(block: Block) -> tuple[str, str] | None:
    match block:
        case Heading(text=text):
            return _words_problem(text, LABEL_CHARACTERS_MAX)
        case Paragraph(text=text):
            return _words_problem(text, TEXT_CHARACTERS_MAX)
        case Picture(asset=asset, alt=alt):
            if not NAMED.fullmatch(asset):
                return "要从素材库选一张图片", "choose a picture of the library"
            return _words_problem(alt or "-", LABEL_CHARACTERS_MAX)
        case Button(label=label, url=url):
            return _words_problem(label, LABEL_CHARACTERS_MAX) or _url_problem(url)
        case OfferBlock(text=text):
            return _words_problem(text or "-", TEXT_CHARACTERS_MAX)
        case Items(items=items):
            if 0 < len(items) <= ITEMS_MAX:
                return None
            return f"要有 1 到 {ITEMS_MAX} 个商品", f"1 to {ITEMS_MAX} items"
        case FormBlock() | Divider():
            return None


def _words_problem(text: str, longest: int) -> tuple[str, str] | None:
    if not text.strip():
        return "文字是空的", "the text is empty"
    if len(text) > longest:
        return f"文字最多 {longest} 字", f"the text has {longest} characters at most"
    if "{{" in text or "{%" in text:
        return (
            "落地页对所有人一样，不能用变量；个人信息请写在消息里",
            "a page says the same to everybody: no variables; what concerns one person belongs in a message",
        )
    return None


def _url_problem(url: str) -> tuple[str, str] | None:
    try:
        parts = urlsplit(url)
        good = parts.scheme == "https" and bool(parts.hostname) and not parts.username
    except ValueError:
        good = False
    plain = url.isascii() and url.isprintable() and not set(url) & set(" \"'<>\\{}`")
    if good and plain and len(url) <= URL_CHARACTERS_MAX:
        return None
    return "链接要以 https:// 开头，中文请先编码", "a link begins with https://, other than ASCII percent-encoded"
