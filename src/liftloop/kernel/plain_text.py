"""One plain form for every way of typing: width, case, script and spacing are evened out.

Each plain character remembers the characters it came from, so that what is read can be shown in the original.
"""

import unicodedata

from msgspec import Struct

# Traditional characters that sentences of the shop are made of and their simplified form; one to one.
_TRADITIONAL = (
    "萬万億亿會会員员預预購购復复複复轉转進进訂订單单額额銷销個个點点週周內内國国慶庆節节業业績绩營营獲获"
    "開开註注冊册絡络電电話话郵邮機机簡简訊讯發发達达觸触過过從从範范圍围價价間间時时後后兩两幾几條条筆笔"
    "張张長长漲涨減减損损響响證证現现實实際际門门鋪铺區区類类買买賣卖優优標标準准應应該该們们請请幫帮讓让"
    "將将與与為为對对於于舊旧顧顾戶户錢钱塊块圓圆環环較较雙双聖圣誕诞勞劳動动婦妇兒儿親亲陽阳臘腊東东華华"
    "廣广蘇苏瀋沈濟济陝陕龍龙雲云貴贵寧宁遼辽灣湾臺台麗丽護护膚肤裝装飲饮飾饰鮮鲜頻频連连帶带喚唤歸归這这"
    "極极級级費费衝冲維维穩稳關关閉闭閱阅讀读擊击訴诉訪访總总資资當当體体運运創创確确認认線线網网導导啟启"
    "無无僅仅隻只盡尽選选還还針针質质場场檔档題题擴扩縮缩壓压錄录領领權权滿满餘余數数據据値值給给經经約约"
)
# Dashes, tildes and quotes that Unicode keeps apart although people do not.
_ALIKE = {"−": "-", "–": "-", "—": "-", "﹣": "-", "〜": "~", "∼": "~", "’": "'", "‘": "'", "`": "'", "＋": "+"}
_FOLDED = {**dict(zip(_TRADITIONAL[::2], _TRADITIONAL[1::2], strict=True)), **_ALIKE}


class Plain(Struct, frozen=True, kw_only=True):
    """The plain text; `origins[i]` is where character i came from in the original."""

    plain: str
    origins: tuple[int, ...]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return the half-open span of the original that `[start, end)` of the plain text came from."""
        return self.origins[start], self.origins[end - 1] + 1


def normalise(text: str) -> Plain:
    """Return the plain form of `text`.

    >>> normalise("３０天內  Repeat-Purchase").plain
    '30天内 repeat purchase'
    """
    characters: list[str] = []
    origins: list[int] = []
    for origin, original in enumerate(text):
        character = _folded(original)
        if not character or (character == " " and characters and characters[-1] == " "):
            continue
        characters.append(character)
        origins.append(origin)
    _open_hyphens(characters)
    return Plain(plain="".join(characters), origins=tuple(origins))


def is_chinese(text: str) -> bool:
    return any("\u4e00" <= character <= "\u9fff" for character in text)


def _folded(original: str) -> str:
    """Return the one plain character that stands for `original`, or nothing."""
    if original.isascii():
        if original == "\n":
            return ";"
        return original.lower() if original.isprintable() else " "
    if unicodedata.category(original) in ("Cf", "Mn"):
        return ""  # Zero-width characters and combining marks: seen by nobody.
    wide = unicodedata.normalize("NFKC", original)
    if len(wide) != 1:
        return original  # ½ and ㎏ stay what they are; two plain characters could not share one place.
    if wide.isspace():
        return " "
    return _FOLDED.get(wide) or wide.lower()[:1]


def _open_hyphens(characters: list[str]) -> None:
    """Write `repeat-purchase` and `30-day` with a space; ranges and minus signs keep their hyphen."""
    for index in range(1, len(characters) - 1):
        if characters[index] != "-" or not _is_latin(characters[index + 1]):
            continue
        if _is_latin(characters[index - 1]) or characters[index - 1].isdigit():
            characters[index] = " "


def _is_latin(character: str) -> bool:
    return "a" <= character <= "z"
