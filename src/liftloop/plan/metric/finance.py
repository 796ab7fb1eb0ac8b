"""The built-in metrics of insurance, banking and wealth, as data."""

from liftloop.plan.metric.events import after, before, never_before, none_before
from liftloop.profile.metric import Metric, Occurrences, People

QUOTED = "Quote Requested"
ISSUED = "Policy Issued"
POLICY_RENEWED = "Policy Renewed"
COVERAGE_ADDED = "Coverage Added"
SURRENDERED = "Policy Surrendered"
CLAIMED = "Claim Filed"
ACCOUNT_OPENED = "Account Opened"
FUNDS_DEPOSITED = "Funds Deposited"
FUNDS_WITHDRAWN = "Funds Withdrawn"
FUND_PURCHASED = "Fund Purchased"
CARD_ISSUED = "Card Issued"
CARD_ACTIVATED = "Card Activated"
CARD_USED = "Card Used"
LOAN_APPLIED = "Loan Applied"
LOAN_APPROVED = "Loan Approved"
LOAN_DRAWN = "Loan Drawn"

YEAR_DAYS = 365
# A yearly policy and the month or so of grace after its end.
POLICY_DAYS = 400
# A quote, a new account or an approved limit goes cold within a quarter.
QUARTER_DAYS = 90

FINANCE: tuple[Metric, ...] = (
    Metric(
        id="policy_renewal_rate",
        kind="share",
        name_zh="续保率",
        name_en="policy renewal rate",
        aliases_zh=("保单续保率", "续保", "保单续期率", "继续率", "保单继续率"),
        aliases_en=(
            "policy renewal",
            "insurance renewal rate",
            "insurance renewals",
            "persistency rate",
            "persistency",
        ),
        meaning_zh="过去 400 天投保或续保过的人里，期内续保的比例",
        meaning_en="of the people with a policy issued or renewed in the 400 days before, the share that renewed "
        "within the window",
        numerator=People(where=(before(ISSUED, POLICY_RENEWED, days=POLICY_DAYS), after(POLICY_RENEWED))),
        denominator=People(where=(before(ISSUED, POLICY_RENEWED, days=POLICY_DAYS),)),
        movable=False,
        sources=("events",),
    ),
    Metric(
        id="top_up_rate",
        kind="share",
        name_zh="加保率",
        name_en="top-up rate",
        aliases_zh=("加保", "增保率", "追加投保率"),
        aliases_en=("coverage top-up rate", "top up rate", "upsell rate", "coverage increase rate"),
        meaning_zh="过去 400 天有保单的人里，期内加保的比例",
        meaning_en="of the people with a policy in the 400 days before, the share that added cover within the window",
        numerator=People(where=(before(ISSUED, POLICY_RENEWED, days=POLICY_DAYS), after(COVERAGE_ADDED))),
        denominator=People(where=(before(ISSUED, POLICY_RENEWED, days=POLICY_DAYS),)),
        movable=False,
        sources=("events",),
    ),
    Metric(
        id="surrender_rate",
        kind="share",
        name_zh="退保率",
        name_en="surrender rate",
        aliases_zh=("退保", "脱保率", "脱落率"),
        aliases_en=("policy surrender rate", "policy lapse rate", "policy cancellation rate"),
        meaning_zh="过去 400 天有保单的人里，期内退保的比例",
        meaning_en="of the people with a policy in the 400 days before, the share that surrendered it within the "
        "window",
        numerator=People(where=(before(ISSUED, POLICY_RENEWED, days=POLICY_DAYS), after(SURRENDERED))),
        denominator=People(where=(before(ISSUED, POLICY_RENEWED, days=POLICY_DAYS),)),
        movable=False,
        good="down",
        sources=("events",),
    ),
    Metric(
        id="quote_conversion",
        kind="share",
        name_zh="投保转化率",
        name_en="quote conversion",
        aliases_zh=("报价转化率", "报价成交率", "询价转化率", "出单率"),
        aliases_en=("quote conversion rate", "quote to policy rate", "quote to bind rate"),
        meaning_zh="90 天内询过价的人里，期内出单的比例",
        meaning_en="of the people who asked for a quote in the 90 days before, the share with a policy issued "
        "within the window",
        numerator=People(where=(before(QUOTED, days=QUARTER_DAYS), after(ISSUED))),
        denominator=People(where=(before(QUOTED, days=QUARTER_DAYS),)),
        movable=False,
        sources=("events",),
    ),
    Metric(
        id="policies_issued",
        kind="sum",
        name_zh="出单数",
        name_en="policies issued",
        aliases_zh=("保单数", "出单量", "新单数", "承保件数", "件数"),
        aliases_en=("policy count", "new policies", "policies sold"),
        meaning_zh="期内出单的保单数",
        meaning_en="policies issued within the window",
        numerator=Occurrences(events=(ISSUED,)),
        denominator=None,
        movable=False,
        unit="count",
        sources=("events",),
    ),
    Metric(
        id="claim_rate",
        kind="share",
        name_zh="出险率",
        name_en="claim rate",
        aliases_zh=("理赔率", "报案率"),
        aliases_en=("claims rate", "claim frequency"),
        meaning_zh="过去 400 天有保单的人里，期内报案的比例",
        meaning_en="of the people with a policy in the 400 days before, the share that filed a claim within the window",
        numerator=People(where=(before(ISSUED, POLICY_RENEWED, days=POLICY_DAYS), after(CLAIMED))),
        denominator=People(where=(before(ISSUED, POLICY_RENEWED, days=POLICY_DAYS),)),
        movable=False,
        good="down",
        sources=("events",),
    ),
    Metric(
        id="accounts_opened",
        kind="sum",
        name_zh="开户数",
        name_en="accounts opened",
        aliases_zh=("开户人数", "开户量", "新开户数", "新开户"),
        aliases_en=("account openings", "new accounts", "opened accounts"),
        meaning_zh="期内开户的人数",
        meaning_en="people who opened an account within the window",
        numerator=People(where=(after(ACCOUNT_OPENED),)),
        denominator=None,
        movable=False,
        unit="count",
        sources=("events",),
    ),
    Metric(
        id="funding_rate",
        kind="share",
        name_zh="入金率",
        name_en="first deposit rate",
        aliases_zh=("首次入金率", "首笔入金率", "开户入金率", "首存率"),
        aliases_en=("funding rate", "account funding rate", "deposit conversion"),
        meaning_zh="90 天内开户、还没有入金的人里，期内第一次入金的比例",
        meaning_en="of the people who opened an account in the 90 days before and had not paid in, the share that "
        "did within the window",
        numerator=People(
            where=(before(ACCOUNT_OPENED, days=QUARTER_DAYS), never_before(FUNDS_DEPOSITED), after(FUNDS_DEPOSITED))
        ),
        denominator=People(where=(before(ACCOUNT_OPENED, days=QUARTER_DAYS), never_before(FUNDS_DEPOSITED))),
        movable=False,
        sources=("events",),
    ),
    Metric(
        id="outflow_rate",
        kind="share",
        name_zh="出金率",
        name_en="withdrawal rate",
        aliases_zh=("资金流出率", "转出率"),
        aliases_en=("outflow rate", "fund outflow rate"),
        meaning_zh="过去 365 天入过金的人里，期内出金的比例",
        meaning_en="of the people who paid in during the 365 days before, the share that withdrew within the window",
        numerator=People(where=(before(FUNDS_DEPOSITED, days=YEAR_DAYS), after(FUNDS_WITHDRAWN))),
        denominator=People(where=(before(FUNDS_DEPOSITED, days=YEAR_DAYS),)),
        movable=False,
        good="down",
        sources=("events",),
    ),
    Metric(
        id="fund_purchase_rate",
        kind="share",
        name_zh="申购率",
        name_en="fund purchase rate",
        aliases_zh=("基金申购率", "理财购买率", "持仓转化率"),
        aliases_en=("investment rate", "fund subscription rate"),
        meaning_zh="过去 365 天开过户或入过金的人里，期内申购的比例",
        meaning_en="of the people who opened an account or paid in during the 365 days before, the share that "
        "bought a fund within the window",
        numerator=People(where=(before(ACCOUNT_OPENED, FUNDS_DEPOSITED, days=YEAR_DAYS), after(FUND_PURCHASED))),
        denominator=People(where=(before(ACCOUNT_OPENED, FUNDS_DEPOSITED, days=YEAR_DAYS),)),
        movable=False,
        sources=("events",),
    ),
    Metric(
        id="fund_buyers",
        kind="sum",
        name_zh="申购人数",
        name_en="fund buyers",
        aliases_zh=("基金申购人数", "理财购买人数", "申购客户数"),
        aliases_en=("number of fund buyers", "investors"),
        meaning_zh="期内申购过的人数",
        meaning_en="people who bought a fund within the window",
        numerator=People(where=(after(FUND_PURCHASED),)),
        denominator=None,
        movable=False,
        unit="count",
        sources=("events",),
    ),
    Metric(
        id="card_activation_rate",
        kind="share",
        name_zh="卡激活率",
        name_en="card activation rate",
        aliases_zh=("信用卡激活率", "开卡激活率", "激活率"),
        aliases_en=("card activation", "activation rate"),
        meaning_zh="90 天内发卡、还没有激活的人里，期内激活的比例",
        meaning_en="of the people issued a card in the 90 days before that was not activated, the share that "
        "activated it within the window",
        numerator=People(
            where=(
                before(CARD_ISSUED, days=QUARTER_DAYS),
                none_before(CARD_ACTIVATED, QUARTER_DAYS),
                after(CARD_ACTIVATED),
            )
        ),
        denominator=People(where=(before(CARD_ISSUED, days=QUARTER_DAYS), none_before(CARD_ACTIVATED, QUARTER_DAYS))),
        movable=False,
        sources=("events",),
    ),
    Metric(
        id="card_active_rate",
        kind="share",
        name_zh="动卡率",
        name_en="card usage rate",
        aliases_zh=("用卡率", "动户率", "刷卡率", "信用卡活跃率"),
        aliases_en=("card active rate", "card use rate", "card usage"),
        meaning_zh="过去 365 天激活过卡的人里，期内用过卡的比例",
        meaning_en="of the people who activated a card in the 365 days before, the share that used it within the "
        "window",
        numerator=People(where=(before(CARD_ACTIVATED, days=YEAR_DAYS), after(CARD_USED))),
        denominator=People(where=(before(CARD_ACTIVATED, days=YEAR_DAYS),)),
        movable=False,
        sources=("events",),
    ),
    Metric(
        id="loan_applications",
        kind="sum",
        name_zh="贷款进件数",
        name_en="loan applications",
        aliases_zh=("进件数", "进件量", "贷款申请数", "贷款申请人数"),
        aliases_en=("loan application count",),
        meaning_zh="期内申请贷款的人数",
        meaning_en="people who applied for a loan within the window",
        numerator=People(where=(after(LOAN_APPLIED),)),
        denominator=None,
        movable=False,
        unit="count",
        sources=("events",),
    ),
    Metric(
        id="drawdown_rate",
        kind="share",
        name_zh="提款率",
        name_en="loan drawdown rate",
        aliases_zh=("贷款提款率", "支用率", "动支率", "授信支用率", "用信率"),
        aliases_en=("drawdown rate", "loan drawdown", "credit utilisation rate"),
        meaning_zh="90 天内获批、还没有提款的人里，期内提款的比例",
        meaning_en="of the people approved in the 90 days before who had not drawn, the share that drew the loan "
        "within the window",
        numerator=People(
            where=(before(LOAN_APPROVED, days=QUARTER_DAYS), none_before(LOAN_DRAWN, QUARTER_DAYS), after(LOAN_DRAWN))
        ),
        denominator=People(where=(before(LOAN_APPROVED, days=QUARTER_DAYS), none_before(LOAN_DRAWN, QUARTER_DAYS))),
        movable=False,
        sources=("events",),
    ),
)
