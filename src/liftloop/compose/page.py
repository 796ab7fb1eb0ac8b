"""A landing page as HTML: blocks and what they show come in, every word is escaped, no other host is asked."""

from collections.abc import Callable, Mapping, Sequence
from html import escape
from typing import Any, Literal

from msgspec import Struct

from liftloop.compose.assets import asset_of, named_file
from liftloop.compose.blocks import Block, Button, Divider, FormBlock, Heading, Items, OfferBlock, Paragraph, Picture

Live = Callable[[str], Mapping[str, Mapping[str, Any]]]
"""Bodies of live definitions of a kind, by id."""

PAGE_STYLE = """
.page{max-width:40rem;margin:0 auto}.page h2{font-size:1.5rem;line-height:1.3;margin:2rem 0 .5rem}
.page p{margin:.75rem 0;overflow-wrap:anywhere}.page img{display:block;width:100%;height:auto;border-radius:12px;
margin:1rem 0}.page hr{border:0;border-top:1px solid #d0d7de;margin:2rem 0}
.page .go{display:block;text-align:center;text-decoration:none;margin:1.25rem 0;padding:.75rem 1.5rem;
border-radius:8px;background:#0b5fff;color:#fff;font-weight:600;overflow-wrap:anywhere}
.page .offer{border:1px dashed #b35900;border-radius:12px;background:#fff8f0;padding:1rem 1.25rem;margin:1.25rem 0}
.page .offer b{font-size:1.125rem}.page code{font:600 1.125rem/1 ui-monospace,monospace;letter-spacing:.05em}
.page ul{list-style:none;padding:0;display:grid;gap:.75rem;grid-template-columns:repeat(auto-fill,minmax(9rem,1fr))}
.page li{border:1px solid #d0d7de;border-radius:8px;padding:.75rem;display:flex;flex-direction:column;gap:.25rem}
.page li span{color:#b42318}
"""


class Shown(Struct, frozen=True, kw_only=True):
    """What a page is shown with: how things are found, where its links lead, its forms as they are filled in."""

    live: Live
    language: str
    media: Callable[[str], str]
    """Given where a file is served, return its address for this page."""
    go: Callable[[int], str]
    """Given the place of a button, return its address."""
    form: Callable[[str], str]
    """Given a form, return its HTML, empty where it is not there."""


def page_html(blocks: Sequence[Block], shown: Shown) -> str:
    """Return the blocks; one whose thing has gone is left out."""
    return '<div class="page">' + "".join(_block(each, place, shown) for place, each in enumerate(blocks)) + "</div>"


def _block(block: Block, place: int, shown: Shown) -> str:
    match block:
        case Heading(text=text):
            return f"<h2>{escape(text)}</h2>"
        case Paragraph(text=text):
            return _paragraphs(text)
        case Picture():
            return _picture(block, shown)
        case Button(label=label):
            return f'<a class="go" rel="noopener nofollow" href="{escape(shown.go(place))}">{escape(label)}</a>'
        case OfferBlock():
            return _offer(block, shown)
        case FormBlock(form=form):
            return shown.form(form)
        case Items(items=items):
            known = shown.live("item")
            listed = "".join(_item(known[each], _tongue(shown)) for each in items if each in known)
            return f"<ul>{listed}</ul>" if listed else ""
        case Divider():
            return "<hr>"


def _paragraphs(text: str) -> str:
    parts = [part.strip() for part in text.replace("\r\n", "\n").split("\n\n")]
    return "".join(f"<p>{escape(part).replace(chr(10), '<br>')}</p>" for part in parts if part)


def _picture(block: Picture, shown: Shown) -> str:
    body = shown.live("asset").get(block.asset.partition("@")[0])
    asset = asset_of(body) if body else None
    file = named_file(asset, block.asset)
    if asset is None or file is None or file.type == "application/pdf":
        return ""
    alt = block.alt or (asset.alt_zh if _tongue(shown) == "zh" else asset.alt_en)
    size = f' width="{file.width}" height="{file.height}"' if file.width and file.height else ""
    return f'<img src="{escape(shown.media(file.path))}" alt="{escape(alt)}"{size}>'


def _offer(block: OfferBlock, shown: Shown) -> str:
    body = shown.live("offer").get(block.offer)
    if body is None:
        return ""
    tongue = _tongue(shown)
    other = "en" if tongue == "zh" else "zh"
    name = str(body.get(f"name_{tongue}") or body.get(f"name_{other}") or body.get("name") or block.offer)
    codes = (shown.live("pool").get(block.pool) or {}).get("codes") or {}
    code = f"<p><code>{escape(str(codes['code']))}</code></p>" if codes.get("from") == "shared" else ""
    return f'<div class="offer"><b>{escape(name)}</b>{_paragraphs(block.text)}{code}</div>'


def _item(body: Mapping[str, Any], tongue: Literal["zh", "en"]) -> str:
    name = str(body.get(f"name_{tongue}") or body.get("name") or body.get("name_zh") or "")
    price = body.get("price_fen")
    told = f"<span>¥{price / 100:,.2f}</span>" if isinstance(price, int) and price > 0 else ""
    return f"<li>{escape(name)}{told}</li>" if name else ""


def _tongue(shown: Shown) -> Literal["zh", "en"]:
    return "zh" if shown.language.lower().startswith("zh") else "en"
