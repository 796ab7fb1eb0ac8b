"""A review as PDF (A4), set by Typst with a font of the machine that has Chinese."""

from datetime import UTC, datetime
from functools import cache
from importlib.resources import files
from typing import Any, Literal

import msgspec

from liftloop.kernel.errors import Language, LiftloopError
from liftloop.measure.review.document import Review
from liftloop.plugins.documents import WritersMissing
from liftloop.plugins.documents.fixed_words import FIXED
from liftloop.plugins.documents.spoken import spoken

CHINESE_FONTS = (
    "Noto Sans CJK SC",
    "Noto Sans SC",
    "Source Han Sans SC",
    "Source Han Sans CN",
    "PingFang SC",
    "Microsoft YaHei",
    "Hiragino Sans GB",
    "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei",
    "SimHei",
)
"""The first that the machine has is taken; all of them are common and have both scripts."""
_FIRST_HAN = "\u2e80"
_PPI = 110.0  # A4 of 910 x 1287 pixels: to look at, not to print.


class FontsMissing(LiftloopError):
    """The machine has no font with Chinese characters: they would be empty boxes."""

    def __init__(self) -> None:
        super().__init__(
            "fonts_missing",
            zh="这台机器没有中文字体，PDF 里的汉字会变成空格",
            en="this machine has no font with Chinese characters; they would come out empty",
            next_zh="安装 fonts-noto-cjk（apt install fonts-noto-cjk），重启服务后再导出；也可以先导出 PPTX",
            next_en="install fonts-noto-cjk (apt install fonts-noto-cjk) and restart, or export slides meanwhile",
            status=501,
        )


def pdf(review: Review, language: Language) -> bytes:
    """Return a review as PDF; the same review gives the same bytes. Raises `WritersMissing`, `FontsMissing`."""
    content = _set(review, language, "pdf")
    assert isinstance(content, bytes)
    return content


def pictures(review: Review, language: Language) -> list[bytes]:
    """Return the pages of the PDF as PNG."""
    pages = _set(review, language, "png")
    return [pages] if isinstance(pages, bytes) else pages


def _set(review: Review, language: Language, form: Literal["pdf", "png"]) -> Any:
    try:
        import typst
    except ImportError as error:
        raise WritersMissing("typst") from error
    said = {**spoken(review, language), "fixed": FIXED[language], "language": language}
    text = msgspec.json.encode(said).decode()
    font = _font()
    if not font and any(letter >= _FIRST_HAN for letter in text):
        raise FontsMissing
    template = (files("liftloop.plugins.documents") / "review.typ").read_bytes()
    return typst.compile(
        template,
        format=form,
        ppi=_PPI,
        sys_inputs={"review": text, "font": font},
        timestamp=datetime.fromtimestamp(review.as_of_ms // 1_000, UTC),
    )


@cache
def _font() -> str:
    """Return the machine's font for Chinese, empty where it has none."""
    import typst

    known = set(typst.Fonts().families())
    return next((name for name in CHINESE_FONTS if name in known), "")
