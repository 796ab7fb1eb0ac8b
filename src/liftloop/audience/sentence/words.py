"""The words that every shop uses, both languages, by what they do in a sentence."""

from itertools import product
from typing import Final

EVENT: Final = "event"
TRAIT: Final = "trait"
VALUE: Final = "value"
GOOD: Final = "good"
AUDIENCE: Final = "audience"
PROPERTY: Final = "property"
QUANTITY: Final = "quantity"
AMOUNT: Final = "amount"
WINDOW: Final = "window"
BOUND: Final = "bound"
BOUND_AFTER: Final = "bound after"
RANGE: Final = "range"
BETWEEN: Final = "between"
RECENT: Final = "recent"
WITHIN: Final = "within"
WITHIN_AFTER: Final = "within after"
AGO: Final = "ago"
SINCE: Final = "since"
AHEAD: Final = "ahead"
NEXT: Final = "next"
WHICH: Final = "which"
AGGREGATE: Final = "aggregate"
SPEND: Final = "spend"
SINGLE: Final = "single"
INTEREST: Final = "interest"
KNOWN: Final = "known"
RANDOM: Final = "random"
IS: Final = "is"
TRUTH: Final = "truth"
NOT: Final = "not"
AND: Final = "and"
OR: Final = "or"
COMMA: Final = "comma"
BUT: Final = "but"
EXCEPT: Final = "except"
EXCEPT_END: Final = "except end"
OPEN: Final = "open"
CLOSE: Final = "close"
THEN: Final = "then"
AFTER: Final = "after"
MEANWHILE_NOT: Final = "meanwhile not"
QUOTED: Final = "quoted"
FILTER: Final = "filter"
SEQUENCE: Final = "sequence"
PHRASE: Final = "phrase"
FILLER: Final = "filler"
UNKNOWN: Final = "unknown"

ORDER, STORE_VISIT, SIGNED_UP = "Order Completed", "Store Visited", "Signed Up"
REVENUE = "revenue"

_VERBS: dict[str, str] = {
    ORDER: "下单 下|单 购买 购|物 购买过 买过 买了 买 消费过 成交 订单 下过订单",
    "Order Refunded": "退款 退|款 退|货 退货",
    "Product Viewed": "浏览商品 浏览|商品 看|商品 浏览过 浏览了 浏览 看过 看了",
    "Product List Viewed": "浏览商品列表",
    "Products Searched": "搜索 搜索过 搜索了 搜过 搜了",
    "Product Added": "加购 加|购 加入购物车 加入过购物车 加入了购物车 放进购物车 加购过 加购了",
    "Product Removed": "移出购物车",
    "Cart Viewed": "查看购物车 查看|购物车",
    "Checkout Started": "开始结算",
    "Coupon Entered": "填写优惠券",
    "Coupon Applied": "使用优惠券 使用|优惠券 用|优惠券 用|券",
    "Coupon Redeemed": "核销优惠券 核销|优惠券 核销|券",
    STORE_VISIT: "进店 进|店 到店 到|店 来店 来过 到访过 来访",
    "Form Submitted": "提交表单 提交|表单 填|表单",
    "Message Opened": "打开消息 打开|消息 看|消息 打开过 打开",
    "Message Clicked": "点击消息 点击|消息 点|消息 点击过 点击了 点击",
    SIGNED_UP: "注册 注册过 注册了",
}
_NOUNS: dict[str, str] = {
    ORDER: "order orders ordered ordering ~purchase purchases purchased purchasing bought buy buying buys"
    "/placed ~order/place ~order/placing ~order/made ~purchase/bought something/bought anything/ordered anything",
    "Order Refunded": "refund refunds refunded refunding/refund ~order/refunded ~order/got ~refund"
    "/returned ~order/returned something",
    "Product Viewed": "viewed viewing view browsed browsing browse/product view/product views/viewed ~product"
    "/viewed products"
    "/viewing products/browsed products/looked at ~product/looked at products",
    "Product List Viewed": "/list view/list views/viewed ~list",
    "Products Searched": "searched search searches searching",
    "Product Added": "/added to ~cart/add to ~cart/adding to ~cart/put into ~cart/product put into the cart"
    "/products put into the cart/added ~product to ~cart/added products to ~cart/added something to ~cart",
    "Product Removed": "/product taken out of the cart/products taken out of the cart/removed from ~cart",
    "Cart Viewed": "/look at the cart/looks at the cart/viewed ~cart",
    "Checkout Started": "/checkout started/checkouts started/started checkout/started ~checkout/start ~checkout"
    "/began ~checkout",
    "Coupon Entered": "/coupon entered/coupons entered/entered ~coupon",
    "Coupon Applied": "/coupon applied/coupons applied/applied ~coupon/used ~coupon/use ~coupon/using ~coupon",
    "Coupon Redeemed": "/coupon redeemed/coupons redeemed/redeemed ~coupon/redeem ~coupon/redeeming ~coupon",
    STORE_VISIT: "visited visiting visits visit/store visit/store visits/visited ~store/visiting ~store/visit ~store"
    "/came in/came to ~store/come in/been to ~store/visited us",
    "Form Submitted": "/form submitted/forms submitted/submitted ~form/submit ~form/filled in ~form",
    "Message Opened": "opened opening open/message opened/messages opened/opened ~message/opened messages"
    "/opened ~email"
    "/opened an email/opened emails",
    "Message Clicked": "clicked clicking clicks click/message clicked/messages clicked/clicked ~message/clicked ~link",
    SIGNED_UP: "registered register registration registrations registering/signed up/sign up/signing up",
}
_ARTICLES = ("", "a ", "an ", "the ", "any ", "our ")


def _zh_forms(words: str) -> list[str]:
    """Return `下过单`, `下了单` and `下单` for `下|单`."""
    forms: list[str] = []
    for word in words.split():
        verb, bar, thing = word.partition("|")
        forms += [f"{verb}{aspect}{thing}" for aspect in ("", "过", "了", "过一次")] if bar else [word]
    return forms


def _en_forms(words: str) -> list[str]:
    single, *several = words.split("/")
    phrases = [*single.split(), *several]
    parts = [phrase.split("~") for phrase in phrases]
    return [
        first + "".join(article + rest for article, rest in zip(chosen, more, strict=True))
        for first, *more in parts
        for chosen in product(_ARTICLES, repeat=len(more))
    ]


EVENT_PHRASES: dict[str, tuple[str, ...]] = {
    event: tuple(dict.fromkeys([*_zh_forms(_VERBS[event]), *_en_forms(_NOUNS[event])])) for event in _VERBS
}

_FILLERS = (
    "的|了|标签|过|人|客户|顾客|用户|会员|人群|者|人们|客人|消费者|老|所有|全部|那些|这些|都|曾|曾经|在|里|中|有|一些|"
    "给我|找|找出|筛选|选出|选|请|帮我|我要|我想要|想|看看|列出|他们|她们|谁|哪些|被|把|就|来自|住在|位于|所在|当中|其中|"
    "满足|符合|条件|次数|时间|之间|的话|年龄段|那种|名单|位|名|个|对|于|还没|成员|期间|天数|金额为|:|？|?|!|！|“|”|的时候|以来"
    "|people|person|customer|customers|member|members|anyone|anybody|everyone|everybody|someone|those|all|users|user"
    "|shoppers|shopper|buyers|clients|contacts|who|whose|that|which|have|has|had|tagged|tag|tags|the|a|an|of|them|they|their|with|"
    "find|show|show me|give me|list|select|me|please|i want|did|do|does|was|were|been|be|being|at|on|from|live in|"
    "lives in|living in|based in|located in|who live in|both|either|any|cards|card|times|ones|it|any of|something|"
    "anything|东西|收到|收到过|received|got|this|in total|our|we|us|in|belong to|belongs to|between them|times or|old"
    "|years old|status|only those|where|each"
)
_FUNCTIONS: dict[tuple[str, str], str] = {
    (BOUND, "gte"): "至少|不少于|不低于|大于等于|满|达到|>=|≥|at least|no less than|no fewer than|minimum",
    (BOUND, "gt"): "超过|大于|多于|高于|>|more than|over|above|greater than|exceeding|older than|longer than",
    (BOUND, "lte"): "最多|不超过|不多于|不高于|小于等于|<=|≤|at most|no more than|up to",
    (BOUND, "lt"): "少于|小于|低于|不到|不足|<|less than|fewer than|under|below|younger than",
    (BOUND, "eq"): "正好|恰好|刚好|等于|只|仅|exactly|=|only",
    (BOUND_AFTER, "gte"): "以上|及以上|或以上|或更多|或者更多|起|+|or more|or above|and above|and over|and up|or older",
    (BOUND_AFTER, "lte"): "以下|及以下|或以下|或更少|or less|or fewer|or below|and below|and under|or younger",
    (RANGE, ""): "到|至|~|to",
    (BETWEEN, ""): "between",
    (RECENT, ""): "最近|近|过去|近期|最近的|in the last|in the past|within the last|within the past|over the last"
    "|over the past|during the last|during the past|for the last|for the past|last|past|the last|the past"
    "|in the previous|recently|lately",
    (WITHIN, "within"): "within",
    (WITHIN, "in"): "in",
    (WITHIN, "for"): "for|during",
    (WITHIN_AFTER, ""): "内|以内|之内|里|之间内",
    (AGO, ""): "ago|之前|以前|前",
    (SINCE, ""): "距|距离|离|since",
    (SINCE, NEXT): "距下一次|距下次|离下一次|离下次|距离下一次|距离下次|to the next|until the next|till the next",
    (AHEAD, ""): "未来|今后|接下来|往后|in the next|within the next|over the next|in the coming|the next|the coming",
    (WHICH, "last"): "上次|上一次|最后一次|最近一次|last|latest|most recent",
    (WHICH, "first"): "首次|第一次|首|first",
    (AGGREGATE, "sum"): "合计|总额|总共|总计|总|total|sum of",
    (AGGREGATE, "avg"): "平均|average|mean",
    (AGGREGATE, "min"): "最低|最小|lowest|smallest",
    (AGGREGATE, "max"): "最高|最大|highest|largest",
    (AGGREGATE, "distinct"): "不同值个数|number of different values of|number of different",
    (
        SPEND,
        "sum",
    ): "消费|累计消费|消费金额|累计消费金额|消费总额|总消费|花了|花费|消费了|消费满|累计花费|spent|spend|spending"
    "|spent a total of|spent in total|total spend",
    (SPEND, "avg"): "客单价|平均客单价|每单平均|平均每单|average order value|average basket|aov",
    (SINGLE, ""): "单笔|单次消费|一单|单次|in a single order|a single order|in one order|single order",
    (INTEREST, ""): "感兴趣|喜欢|偏好|爱买|interested in|who like|who likes|who love|likes|fond of",
    (KNOWN, "yes"): "已知|有值|is known|known",
    (KNOWN, "no"): "未知|is not known|not known|unknown|is unknown",
    (RANDOM, ""): "随机|随机的|抽取|抽|random|randomly chosen|a random",
    (IS, ""): "是|为|属于|等于是|is|are|equals",
    (TRUTH, "yes"): "“是”|yes",
    (TRUTH, "no"): "“否”",
    (
        NOT,
        "",
    ): "没|没有|未|不是|不在|并非|不|非|没在|没有在|不属于|not|no|didn't|did not|haven't|hasn't|have not|has not|don't"
    "|doesn't|do not|does not|isn't|aren't|is not|are not|without|non|not in|not from|wasn't|weren't|without any",
    (NOT, "never"): "从未|从来没|从来没有|从没|从没有|一直没|一直没有|never|have never|has never|never once",
    (AND, ""): "且|并且|并|同时|而且|以及|和|与|及|也|又|还|and|and also|as well as|who also|also|&",
    (OR, ""): "或|或者|或是|要么|or|or else|or who",
    (BUT, ""): "但|但是|却|可是|不过|然而|可|but|yet|though|but who|however",
    (COMMA, ""): ",|、|;|。|.",
    (
        EXCEPT,
        "",
    ): "除了|除|除去|排除|不包括|不含|剔除|去掉|except|except for|excluding|other than|apart from|leaving out|minus",
    (EXCEPT_END, ""): "以外|之外|外|以外的|之外的|外的",
    (OPEN, ""): "(",
    (CLOSE, ""): ")",
    (THEN, ""): "后|之后|以后|然后|接着|随后|then|and then|after that|,之后|,然后|,接着|,and then|, and then|, then",
    (AFTER, ""): "after",
    (MEANWHILE_NOT, ""): "其间没有|期间没有|其间没|期间没|,其间没有|,期间没有|, without",
}
COMPOSITES: dict[str, tuple[tuple[str, str], ...]] = {
    "没来": ((NOT, ""), (EVENT, STORE_VISIT)),
    "没有来": ((NOT, ""), (EVENT, STORE_VISIT)),
    "未到店": ((NOT, ""), (EVENT, STORE_VISIT)),
    "没再来": ((NOT, ""), (EVENT, STORE_VISIT)),
    "没再买": ((NOT, ""), (EVENT, ORDER)),
    "没有再买": ((NOT, ""), (EVENT, ORDER)),
    "haven't come": ((NOT, ""), (EVENT, STORE_VISIT)),
    "hasn't come": ((NOT, ""), (EVENT, STORE_VISIT)),
    "haven't been back": ((NOT, ""), (EVENT, STORE_VISIT)),
    "hasn't been back": ((NOT, ""), (EVENT, STORE_VISIT)),
    "haven't come back": ((NOT, ""), (EVENT, STORE_VISIT)),
    "没消费": ((NOT, ""), (EVENT, ORDER)),
    "没有消费": ((NOT, ""), (EVENT, ORDER)),
    "未消费": ((NOT, ""), (EVENT, ORDER)),
    "没消费过": ((NOT, ""), (EVENT, ORDER)),
    "有过消费": ((EVENT, ORDER),),
    "有消费": ((EVENT, ORDER),),
    "or fewer than": ((OR, ""), (BOUND, "lt")),
    "or less than": ((OR, ""), (BOUND, "lt")),
    "or more than": ((OR, ""), (BOUND, "gt")),
    "only once": ((BOUND, "eq"), (QUANTITY, "once")),
}
"""Words of which one alone would mean too much."""

FUNCTION_PHRASES: dict[str, tuple[str, str]] = {
    **dict.fromkeys(_FILLERS.split("|"), (FILLER, "")),
    **{phrase: meaning for meaning, phrases in _FUNCTIONS.items() for phrase in phrases.split("|")},
}
"""What only fills gives way to what means something."""

ALIKE: tuple[frozenset[str], ...] = tuple(
    frozenset(group.split("|"))
    for group in (
        "女|女性|女士|女生|女客户|female|females|women|woman",
        "男|男性|男士|男生|男客户|male|males|men|man",
        "金卡|黄金|金牌|gold|gold card",
        "银卡|白银|银牌|silver|silver card",
        "白金|白金卡|铂金|platinum",
        "钻石|钻石卡|diamond",
        "普卡|普通|普通会员|standard|regular|basic",
        "黑卡|black card",
    )
)
"""A value that was seen may be said by any word of its group."""

STAGE_PHRASES: dict[str, str] = {
    "prospect": "潜客|潜在|潜在客户|prospect|prospects",
    "new": "新客|新客户|新用户|新会员|new|new customer|new customers",
    "active": "活跃|活跃的|active",
    "dormant": "沉睡|沉睡的|休眠|睡眠|dormant|sleeping|asleep",
    "lost": "流失|已流失|流失的|lost|churned",
}
CHURN_PHRASES = (
    "流失风险高|高流失风险|流失风险大|有流失风险|流失风险|快流失|要流失"
    "|at risk of churning|churn risk|at risk|likely to churn"
    "|high churn risk|about to churn"
)
VALUABLE_PHRASES = "高价值|价值高|高净值|high value|high-value|most valuable|valuable|best"
"""RFM's money score of four or five: the two fifths who spend most."""
