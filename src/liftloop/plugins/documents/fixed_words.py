"""What files say around a review: headings that the document itself does not hold."""

from collections.abc import Mapping

from liftloop.kernel.errors import Language

FIXED: Mapping[Language, Mapping[str, str]] = {
    "zh-CN": {
        "review": "复盘",
        "so_far": "进行中",
        "final": "已结束",
        "page": "页",
        "method": "怎么算的：",
        "made": "由数据生成，没有人工改写",
        "interval": "横条：十次里有九次在这个范围里。",
    },
    "en": {
        "review": "Review",
        "so_far": "still running",
        "final": "finished",
        "page": "page",
        "method": "How it was measured: ",
        "made": "Made from the numbers, not written by hand",
        "interval": "Bars: nine times out of ten the truth lies within. ",
    },
}
