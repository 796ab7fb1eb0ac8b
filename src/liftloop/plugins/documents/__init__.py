"""Reviews as files: PDF by Typst, slides by python-pptx; both are of the extra `review` and imported when used."""

from typing import Literal

from liftloop.kernel.errors import Language, LiftloopError
from liftloop.measure.review.document import Review

Form = Literal["pdf", "pptx"]
FORMS: tuple[Form, ...] = ("pdf", "pptx")
MEDIA_TYPES: dict[Form, str] = {
    "pdf": "application/pdf",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
}


class WritersMissing(LiftloopError):
    """What writes PDF and slides is not installed."""

    def __init__(self, package: str) -> None:
        super().__init__(
            "review_writers_missing",
            zh=f"没有安装生成文件的组件：{package}",
            en=f"what writes this file is not installed: {package}",
            next_zh="运行 pip install 'liftloop[review]'，重启服务后再导出；页面上的复盘不受影响",
            next_en="run pip install 'liftloop[review]' and restart; the review on its page needs nothing",
            status=501,
        )


def written(review: Review, form: Form, language: Language) -> bytes:
    """Return a review as a file. Raises `LiftloopError` where what writes it, or a font for it, is not installed."""
    if form == "pdf":
        from liftloop.plugins.documents.pdf import pdf  # Finding the fonts of a machine takes a third of a second.

        return pdf(review, language)
    try:
        from liftloop.plugins.documents.slides import slides
    except ImportError as error:
        raise WritersMissing("python-pptx") from error
    return slides(review, language)
