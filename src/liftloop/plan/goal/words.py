"""The words of goals, in both languages, each with the kind of token that it makes.

Adding a word here is how the grammar learns a synonym; the longest phrase at a place wins.
English plurals are understood without being listed; hyphens are written as spaces.
"""

from collections.abc import Mapping

from msgspec import Struct

from liftloop.kernel.places import PLACES
from liftloop.kernel.plain_text import normalise
from liftloop.plan.goal import tokens as k
from liftloop.plan.goal.festivals import FESTIVALS


class Entry(Struct, frozen=True, kw_only=True):
    """What a phrase stands for; the fields are those of a token."""

    kind: str
    word: str = ""
    amount: float = 0.0
    more: tuple[str, ...] = ()


Index = Mapping[str, tuple[tuple[str, Entry], ...]]

_KINDS: dict[str, str] = {
    k.UP: """
        提升|提高|提|增加|增长|上升|上涨|上调|涨|升|拉升|拉高|拉动|提振|推高|扩大|促进|冲|做大|提上去|多|
        加|↑|to get|raise|raising|increase|increasing|lift|lifting|boost|boosting|grow|growing|growth|up|more|
        higher|push|drive|gain|add|additional|extra|uplift
    """,
    k.DOWN: """
        降低|下降|减少|下调|压低|压缩|压|降|减|缩减|下滑|跌|掉|reduce|reducing|reduction|cut|cutting|
        lower|lowering|fall|falling|dip|slip|slump|↓|
        decrease|decreasing|drop|dropping|decline|down|shrink|trim|less|fewer|bring down
    """,
    k.IMPROVE: "改善|优化|做好|搞好|improve|improving|improvement|better|optimise|optimize",
    k.KEEP: "保持|维持|稳住|稳定|保住|守住|保|keep|keeping|maintain|maintaining|hold|holding|stay|stays",
    k.REACH: """
        达到|做到|达成|到|至|目标为|目标是|to|reach|reaching|hit|hitting|achieve|target|target of|aim for|
        aiming for|aim at
    """,
    k.FROM: "从|自|由|from|between|starting|starting on|starting from|beginning",
    k.PLUS: "+",
    k.MINUS: "-",
    k.RANGE: "~|through|thru",
    k.AT_MOST: """
        最多|至多|顶多|不超过|不超|不多于|≤|<=|<|不高于|不大于|不得超过|不能超过|别超过|不要超过|上限|以下|低于|
        少于|小于|控制在|封顶|最高|at most|no more than|not more than|max|maximum|maximum of|up to|
        under|below|less than|lower than|not exceed|not exceeding|not above|limit to|limited to|
        limit of|capped at|cap at|cap of|at maximum|no higher than
    """,
    k.AT_LEAST: """
        至少|不低于|不少于|不小于|≥|>=|>|不得低于|不能低于|别低于|最少|最低|以上|高于|大于|超过|下限|at least|
        no less than|not less than|no lower than|not lower than|not below|above|more than|greater than|
        higher than|minimum|minimum of|min|or more|or higher|or above
    """,
    k.HARM: """
        影响|损害|亏|亏损|拖累|伤害|牺牲|伤|恶化|hurting|hurt|harming|harm|sacrificing|sacrifice|damaging|damage|
        eroding
    """,
    k.BUDGET: """
        预算|总预算|花费|费用|投入|成本|经费|营销费用|花|budget|total budget|spend|spending|cost|
        costing|costs
    """,
    k.UNLIMITED: "不限|无上限|不设限|不设上限|unlimited|no limit|without limit",
    k.EACH_PERSON: """
        每人|每个人|每位|每客|每位客户|每个客户|每名客户|每位会员|每个会员|每位患者|每个患者|每位学员|每个学员|每位家长|每名学员|每位用户|每个用户|每位顾客|
        per patient|per student|per learner|per lead|per policyholder|per client|
        单人|单个客户|per person|per customer|per member|per user|per head|each person|each customer|
        each member|each user|a person|everyone|anyone|anybody|任何人
    """,
    k.LASTING: "长期|持续|一直|standing|continuously|ongoing|always",
    k.TOUCH: """
        触达|打扰|发送|推送|联系|接触|收到|消息|信息|营销|通知|发|次|提醒|打|touch|touches|message|contact|send|
        notification|time|contacted|messaged
    """,
    k.WITHIN: """
        未来|接下来|今后|后续|within|in|over|the next|in the next|over the next|within the next|coming
    """,
    k.WITHIN_AFTER: "内|以内|之内|里|内完成|from now|from today",
    k.BEFORE: "before|ahead of|prior to",
    k.BEFORE_AFTER: "前|之前|以前",
    k.BY: "截止|截至|截止到|by|until|till|no later than|by the",
    k.DURING: "期间|当天|当日|时|假期|长假|小长假|大促|大促期间|促销期间|当月|当季|during|holiday|sale",
    k.FINISHED: "结束|结束前|结束之前|过完",
    k.SINCE: "起|开始|以来|onwards|onward",
    k.ONLY: """
        只|仅|只用|仅用|只通过|仅通过|只能用|只发|仅发|只走|only|just|solely|exclusively|only by|
        only use|only via
    """,
    k.NOT: """
        不|别|不要|不用|不能|不许|不得|禁止|勿|避免|无|没有|不打|不要发|不发|不要用|不走|不许用|不可|no|
        not|without|don't|do not|don't use|do not use|avoid|avoiding|never
    """,
    k.PREFER: """
        优先|优先用|优先使用|优先走|首选|尽量用|主要用|为主|主打|最好用|first|prefer|preferably|preferred|
        mainly|primarily|preferring
    """,
    k.STORE: "门店|店铺|分店|线下门店|店|store|shop|outlet|branch|branches",
    k.CATEGORY: "品类|类目|类商品|类|系列|category|categories|products category",
    k.CUSTOMER: """
        客户|顾客|用户|人|人群|消费者|客群|粉丝|患者|学员|家长|学生|
        持卡人|投保人|保户|customer|people|user|shopper|buyers of|person|clients|
        client|audience|patient|student|learner|lead|policyholder|cardholder|parent
    """,
    k.BOUGHT: """
        买过|购买过|下单过|买了|who bought|who have bought|who purchased|who had bought|that bought|
        bought
    """,
    k.AIMED: "针对|面向|对|对于|给|among|for|of our|targeting|aimed at",
    k.EXCEPT: "除|除了|除去|不含|不包括|排除|剔除|非|except|except for|excluding|exclude|other than|but not|non",
    k.UNKNOWN: "phone number|手机号|手机号码|电话号码|email address|邮箱地址",
    k.FILLER: """
        的|地|得|把|将|让|使|令|请|帮|帮我|麻烦|我|我们|咱们|你|您|想|想要|要|希望|能|能够|可以|在|并|
        并且|且|和|与|跟|及|以及|同时|都|是|有|吧|了|一下|一起|一定|一些|个|这|那|其|实现|完成|左右|
        大约|约|目前|现在|当前|提前|力争|争取|目标|计划|需要|通过|用|使用|走|给我|做|全渠道|全部|所有|
        整体|总体|幅度|比例|水平|时间|区|市|省|后|再|外|以外|之外|全店|双节|:|更多|比例为|与不做活动相比|相比不做活动|相对|即|为|is|a|
        an|the|our|my|we|i|i'd|we'd|you|please|want|wants|would|like|want to|would like|should|need|
        let's|can|could|get|getting|bring|make|have|has|be|are|and|with|of|at|on|that|this|their|its|it|
        us|all|via|using|use|as|so|also|about|around|roughly|approximately|rate|level|
        overall|total|value|goal|relative|against|doing nothing|compared with doing nothing|
        than doing nothing|there|will|help|me|them|let|while|then|anything
    """,
}

_PERIODS = ("day", "week", "month", "quarter", "year")
_EVERY_ZH = {
    "day": "每天|每日|天天|每一天",
    "week": "每周|每星期|每个星期|每礼拜|每一周",
    "month": "每月|每个月|月月|每一个月",
    "quarter": "每季度|每个季度|每季",
    "year": "每年|每一年",
}
_SHORT = {"day": ("d",), "week": ("wk", "w"), "month": ("mo", "mth"), "quarter": ("qtr", "q"), "year": ("yr", "y")}
_ADVERBS = {"day": "daily", "week": "weekly", "month": "monthly", "quarter": "quarterly", "year": "yearly"}

_CHANNELS: tuple[tuple[str, str], ...] = (
    ("sms", "短信|sms|text message|text|texting|short message"),
    ("wecom", "企微|企业微信|wecom|we com|wechat work|work wechat"),
    ("wechat", "微信|公众号|服务号|wechat|official account|wechat official account"),
    ("mini_program", "小程序|mini program|miniprogram|mini app"),
    ("email", "邮件|电子邮件|电邮|发邮件|email|e mail|mail"),
    ("phone", "电话|打电话|外呼|电话外呼|phone call|phone|call|calling|telephone"),
    ("app_push", "app推送|app 推送|app push|push notification|push message|pushes|站内推送"),
)

_SCOPES: tuple[tuple[str, str], ...] = (
    ("member=member", "会员|member|loyalty member|membership"),
    ("tier=vip", "vip|vip客户|vip会员|贵宾|svip"),
    ("tier=gold", "金卡|黄金|金牌|gold"),
    ("tier=silver", "银卡|白银|silver"),
    ("tier=platinum", "白金|铂金|platinum"),
    ("tier=diamond", "钻石|diamond"),
    ("lifecycle=new", "新客|新客户|新学员|新顾客|新用户|新人|new customer|new user|new buyer|first time buyer"),
    ("lifecycle=new member=member", "新会员|new member"),
    (
        "lifecycle=existing",
        """
        老客|老客户|老顾客|老用户|老学员|老患者|回头客|existing customer|returning customer|repeat customer|
        current customer
        """,
    ),
    ("lifecycle=existing member=member", "老会员|existing member"),
    (
        "lifecycle=lapsed",
        """
        沉睡|沉睡客户|流失客户|流失用户|沉默|沉默客户|休眠|长期未购|lapsed|lapsed customer|dormant|
        dormant customer|inactive|inactive customer|sleeping|churned|churned customer
        """,
    ),
    ("lifecycle=lapsed member=member", "流失会员"),
    ("lifecycle=active", "活跃客户|活跃用户|active customer|active"),
    ("lifecycle=active member=member", "活跃会员|active member"),
    (
        "value=high",
        """
        高价值|高价值客户|高净值|大客户|high value|high value customer|top customer|best customer
        """,
    ),
    ("sex=female", "女性|女性客户|女士|women|female|woman|ladies"),
    ("sex=male", "男性|男性客户|男士|men|male|man"),
    ("sales=online", "线上|网店|电商|online"),
    ("sales=offline", "线下|实体店|offline|in store"),
)

_AGAINST_ZH = {
    "day": "昨天|昨日|前一天",
    "week": "上周|上星期|上个星期|前一周|上一周",
    "month": "上月|上个月|前一个月|上一个月",
    "quarter": "上季度|上个季度|上一季度|上一个季度",
    "year_ago": "去年|去年同期|同期|上年|上年同期",
    "previous": "上期|上一期|此前|之前|以前|前期",
}
_AGAINST_EN = {
    "day": "yesterday|the day before",
    "week": "last week|the last week|the previous week|previous week|the week before|prior week",
    "month": "last month|the last month|the previous month|previous month|the month before|prior month",
    "quarter": "last quarter|the last quarter|the previous quarter|previous quarter|prior quarter",
    "year_ago": """
        last year|the last year|the previous year|previous year|a year ago|the year before
        |the same period last year|same period last year
    """,
    "previous": "the last period|last period|the previous period|previous period|before",
}
_AGAINST_WORDS = {
    "previous": "环比|period over period",
    "day": "day over day|dod",
    "week": "week over week|week on week|wow|周环比",
    "month": "month over month|month on month|mom|月环比",
    "quarter": "quarter over quarter|quarter on quarter|qoq|季环比",
    "year_ago": "同比|year over year|year on year|yoy|比去年同期",
}
_THAN_ZH = ("比", "较", "相比", "对比", "相较", "相较于", "比起")
_THAN_EN = ("vs", "vs.", "versus", "compared with", "compared to", "over", "than", "against", "relative to")

_COUNTS = {"once": 1.0, "twice": 2.0, "thrice": 3.0}
_FACTORS = {
    2.0: "翻倍|翻番|翻一番|翻一倍|double|doubling",
    3.0: "翻三倍|triple|tripling|treble",
    4.0: "翻两番|quadruple",
    0.5: "减半|腰斩|halve|halving",
}
_SINGLE_DAYS = {"a day": 1, "a week": 7, "a month": 30, "a quarter": 90, "a year": 365}


def _split(phrases: str) -> list[str]:
    return [phrase.strip() for phrase in phrases.split("|")]


def _entries() -> list[tuple[str, Entry]]:
    rows = [(phrase, Entry(kind=kind)) for kind, phrases in _KINDS.items() for phrase in _split(phrases)]
    for channel, phrases in _CHANNELS:
        rows += [(phrase, Entry(kind=k.CHANNEL, word=channel)) for phrase in _split(phrases)]
    for conditions, phrases in _SCOPES:
        more = tuple(conditions.split(" "))
        rows += [(phrase, Entry(kind=k.SCOPE, more=more)) for phrase in _split(phrases)]
    for zh, en in PLACES:
        rows += [(name, Entry(kind=k.PLACE, word=zh)) for name in (zh, en)]
    for festival in FESTIVALS:
        names = {normalise(name).plain for name in (festival.zh, festival.en, *festival.more)}
        rows += [(name, Entry(kind=k.FESTIVAL, word=festival.id)) for name in sorted(names)]
    return rows + _period_entries() + _against_entries() + _number_entries()


def _period_entries() -> list[tuple[str, Entry]]:
    rows: list[tuple[str, Entry]] = []
    for period in _PERIODS:
        every = (*_split(_EVERY_ZH[period]), f"every {period}", f"each {period}", _ADVERBS[period])
        rows += [(phrase, Entry(kind=k.EVERY, word=period)) for phrase in every]
        per = (f"per {period}", *(f"/{short}" for short in (period, *_SHORT[period])))
        rows += [(phrase, Entry(kind=k.PER, word=period)) for phrase in per]
    return rows


def _against_entries() -> list[tuple[str, Entry]]:
    rows: list[tuple[str, Entry]] = []
    for period, phrases in _AGAINST_WORDS.items():
        rows += [(phrase, Entry(kind=k.AGAINST, word=period)) for phrase in _split(phrases)]
    for period, phrases in _AGAINST_ZH.items():
        for phrase in _split(phrases):
            forms = [f"{than}{phrase}" for than in _THAN_ZH]
            forms += [f"{joint}{phrase}{than}" for joint in ("和", "与", "跟", "同") for than in ("相比", "比")]
            rows += [(form, Entry(kind=k.AGAINST, word=period)) for form in forms]
    for period, phrases in _AGAINST_EN.items():
        for phrase in _split(phrases):
            rows += [(f"{than} {phrase}", Entry(kind=k.AGAINST, word=period)) for than in _THAN_EN]
    return rows


def _number_entries() -> list[tuple[str, Entry]]:
    rows = [(phrase, Entry(kind=k.COUNT, amount=amount, word="次")) for phrase, amount in _COUNTS.items()]
    for factor, phrases in _FACTORS.items():
        rows += [(phrase, Entry(kind=k.TIMES, amount=factor, word="factor")) for phrase in _split(phrases)]
    for phrase, days in _SINGLE_DAYS.items():
        rows.append((phrase, Entry(kind=k.DURATION, amount=days, word=phrase.split(" ")[1])))
    rows.append(("fortnight", Entry(kind=k.DURATION, amount=14)))
    return rows


def _index() -> Index:
    grouped: dict[str, dict[str, Entry]] = {}
    for phrase, entry in _entries():
        known = grouped.setdefault(phrase[0], {}).setdefault(phrase, entry)
        assert known == entry, f"{phrase} has two meanings"
    return {first: tuple(sorted(rows.items(), key=lambda row: -len(row[0]))) for first, rows in grouped.items()}


WORDS: Index = _index()
