"""Words that advertising may not use, or only with proof: superlatives, promises, former prices, sharing for gain.

A word alone proves nothing: 最近 and 第一次 are no claims. Each pattern therefore has its usual innocent companions, as
the market regulator's guide of 2023 lists them; whatever else is true goes by a recorded exception.
"""

import re
from collections.abc import Iterator

from msgspec import Struct

from liftloop.compose.law.writing import normal

SUPERLATIVE = re.compile(
    r"最(?!近|后|後|终|終|多|少|早|晚|迟|初|起码|高(?:可)?(?:减|省|返|立减|优惠|领|抵|得|赢|送|免)|低(?:消费|起|只要|仅)"
    r"|佳(?:食用|赏味|饮用|使用|观赏|服用)|新(?:一期|消息|通知|进展|动态))[\u4e00-\u9fff]{1,2}"
    r"|(?:全国|全球|全网|世界|行业|业界|同类|销量|口碑|质量|品质|中国|国内|亚洲)第\s?(?:一|1(?!\d))"
    r"|(?<![\u4e00-\u9fff])第一(?:品牌|名牌|选择|大|家)"
    r"|国家级|國家級|世界级|宇宙级|顶级|頂級|顶尖|极致|極致|极品|绝版|独一无二|獨一無二|史无前例|绝无仅有|空前绝后"
    r"|万能|無敵|无敌|领导品牌|全网(?:首发|独家)|唯一(?!码|编号|标识|标志|账号|凭证|识别|性)|首选品牌|王牌|冠军品质"
    r"|遥遥领先|永久有效|百分之?百(?:有效|正品|满意)|100%(?:有效|正品|满意)"
    r"|\b(?:no\.?\s?1|number one|world[- ]class|the best|cheapest|best in (?:the )?(?:world|class)"
    r"|unrivalled|unrivaled)\b"
)
PROMISE = re.compile(
    r"根治|治愈|痊愈|药到病除|无副作用|无毒副作用|包治|抗癌|降血压|降血糖|安全无毒|立竿见影|永不复发"
    r"|包过|保过|保录取|必过|押题|命中率|保就业"
    r"|保本|保收益|零风险|无风险|稳赚|高回报|稳定收益|躺赚"
    r"|\b(?:guaranteed (?:return|admission|cure)|risk[- ]free|no side effects)\b"
)
PRICE = re.compile(r"原价|市场价|专柜价|划线价|\b(?:original price|list price|was [¥$]\d)")
SHARE = re.compile(r"(?:转发|分享)(?:到|给|至|本|此|后|即|就)?.{0,12}?(?:领|得|送|抽|解锁|免费|红包)|集赞|集齐.{0,6}赞")


class Found(Struct, frozen=True):
    """A word that was found, and where it stands in the text as it was written."""

    quote: str
    start: int


def found_in(pattern: re.Pattern[str], text: str) -> Iterator[Found]:
    """Yield every place at which a pattern stands, however it was disguised.

    >>> [each.quote for each in found_in(SUPERLATIVE, "最近全 网第１，最好的奶粉，最高减50，最佳食用期 7 天")]
    ['全 网第１', '最好的']
    """
    plain, stood = normal(text)
    for match in pattern.finditer(plain):
        start, end = stood[match.start()], stood[match.end() - 1] + 1
        yield Found(text[start:end], start)
