"""The built-in metrics of members and subscribers of any trade, as data: renewal, referral, points, worth over time."""

from liftloop.plan.metric.events import CART, FORM, ORDER, SIGN_UP, after, before, never_before
from liftloop.profile.metric import Condition, Metric, People, Total

SUBSCRIBED = "Subscription Started"
RENEWED = "Subscription Renewed"
CANCELLED = "Subscription Cancelled"
REFERRED = "Referral Made"
POINTS_REDEEMED = "Points Redeemed"
CONTACT_ADDED = "Contact Added"
REVIEWED = "Product Reviewed"

# Three months are time enough for a second order of most goods.
SECOND_DAYS = 90
# What lies in a cart for more than a week is bought elsewhere or not at all.
CART_DAYS = 7

MEMBERSHIP: tuple[Metric, ...] = (
    Metric(
        id="renewal_rate",
        kind="share",
        name_zh="续费率",
        name_en="renewal rate",
        aliases_zh=("续约率", "续订率", "会员续费率", "订阅续费率", "续费"),
        aliases_en=("subscription renewal rate", "membership renewal rate", "renewal", "contract renewal rate"),
        meaning_zh="过去 400 天开通或续过费的人里，期内续费的比例",
        meaning_en="of the people whose subscription started or was renewed in the 400 days before, the share that "
        "renewed within the window",
        numerator=People(where=(before(SUBSCRIBED, RENEWED, days=400), after(RENEWED))),
        denominator=People(where=(before(SUBSCRIBED, RENEWED, days=400),)),
        movable=False,
        sources=("events",),
    ),
    Metric(
        id="cancellation_rate",
        kind="share",
        name_zh="退订会员率",
        name_en="cancellation rate",
        aliases_zh=("会员取消率", "取消订阅率", "断约率", "断费率"),
        aliases_en=("subscription cancellation rate", "subscriber churn", "unsubscription rate of members"),
        meaning_zh="过去 400 天开通或续过费的人里，期内取消的比例",
        meaning_en="of the people whose subscription started or was renewed in the 400 days before, the share that "
        "cancelled within the window",
        numerator=People(where=(before(SUBSCRIBED, RENEWED, days=400), after(CANCELLED))),
        denominator=People(where=(before(SUBSCRIBED, RENEWED, days=400),)),
        movable=False,
        good="down",
        sources=("events",),
    ),
    Metric(
        id="referral_rate",
        kind="share",
        name_zh="转介绍率",
        name_en="referral rate",
        aliases_zh=("老带新率", "推荐率", "转介率", "裂变率"),
        aliases_en=("referrals", "customer referral rate", "refer a friend rate"),
        meaning_zh="目标人群里，期内介绍过新人的比例",
        meaning_en="of the people the goal is about, the share that referred somebody within the window",
        numerator=People(where=(after(REFERRED),)),
        denominator=People(),
        movable=False,
        sources=("events",),
    ),
    Metric(
        id="second_order_rate",
        kind="share",
        name_zh="二购率",
        name_en="second order rate",
        aliases_zh=("次购率", "二单率", "首购后复购率", "新客复购率"),
        aliases_en=("second purchase rate", "new customer repeat rate"),
        meaning_zh="90 天内刚好下过一单的人里，期内下第二单的比例",
        meaning_en="of the people with exactly one order in the 90 days before, the share with a second one within "
        "the window",
        numerator=People(
            where=(Condition(events=(ORDER,), side="before", days=SECOND_DAYS, times_max=1), after(ORDER))
        ),
        denominator=People(where=(Condition(events=(ORDER,), side="before", days=SECOND_DAYS, times_max=1),)),
        movable=False,
    ),
    Metric(
        id="cart_recovery_rate",
        kind="share",
        name_zh="加购下单率",
        name_en="cart recovery rate",
        aliases_zh=("购物车转化率", "弃购挽回率", "购物车挽回率"),
        aliases_en=("cart conversion", "cart conversion rate", "abandoned cart recovery"),
        meaning_zh="7 天内加过购物车的人里，期内下单的比例",
        meaning_en="of the people who put something into the cart in the 7 days before, the share that ordered "
        "within the window",
        numerator=People(where=(before(CART, days=CART_DAYS), after(ORDER))),
        denominator=People(where=(before(CART, days=CART_DAYS),)),
        movable=False,
        sources=("events",),
    ),
    Metric(
        id="lifetime_value",
        kind="mean",
        name_zh="客户价值",
        name_en="customer lifetime value",
        aliases_zh=("LTV", "客户终身价值", "生命周期价值", "年均客户价值"),
        aliases_en=("LTV", "CLV", "lifetime value"),
        meaning_zh="下过单的人里，期内平均每人带来的销售额；期外的不算在内",
        meaning_en="revenue per customer who ever ordered within the window; nothing beyond the window is claimed",
        numerator=Total(event=ORDER, property="revenue"),
        denominator=People(where=(Condition(events=(ORDER,), side="before"),)),
        movable=False,
        unit="fen",
        window_days=365,
    ),
    Metric(
        id="items_sold",
        kind="sum",
        name_zh="销售件数",
        name_en="items sold",
        aliases_zh=("件数", "销售数量", "卖出件数"),
        aliases_en=("units sold", "number of items sold"),
        meaning_zh="期内卖出的件数",
        meaning_en="items ordered within the window",
        numerator=Total(event=ORDER, property="products[].quantity"),
        denominator=None,
        movable=False,
        unit="count",
    ),
    Metric(
        id="points_redemption_rate",
        kind="share",
        name_zh="积分兑换率",
        name_en="points redemption rate",
        aliases_zh=("积分使用率", "积分核销率", "积分兑换"),
        aliases_en=("point redemption rate", "points redemption", "points usage rate"),
        meaning_zh="目标人群里，期内兑换过积分的比例",
        meaning_en="of the people the goal is about, the share that redeemed points within the window",
        numerator=People(where=(after(POINTS_REDEEMED),)),
        denominator=People(),
        movable=False,
        sources=("events",),
    ),
    Metric(
        id="contact_add_rate",
        kind="share",
        name_zh="加粉率",
        name_en="contact add rate",
        aliases_zh=("加企微率", "加好友率", "加微率", "企微添加率"),
        aliases_en=("WeCom add rate", "friend add rate", "contact rate"),
        meaning_zh="目标人群里，期内加上企业微信或关注公众号的比例",
        meaning_en="of the people the goal is about, the share that added a contact or followed the account within "
        "the window",
        numerator=People(where=(after(CONTACT_ADDED),)),
        denominator=People(),
        movable=False,
        sources=("events",),
    ),
    Metric(
        id="review_rate",
        kind="share",
        name_zh="评价率",
        name_en="review rate",
        aliases_zh=("好评率", "晒单率"),
        aliases_en=("product review rate",),
        meaning_zh="过去 90 天下过单的人里，期内写过评价的比例",
        meaning_en="of the people who ordered in the 90 days before, the share that wrote a review within the window",
        numerator=People(where=(before(ORDER, days=SECOND_DAYS), after(REVIEWED))),
        denominator=People(where=(before(ORDER, days=SECOND_DAYS),)),
        movable=False,
        sources=("events",),
    ),
    Metric(
        id="lead_rate",
        kind="share",
        name_zh="留资率",
        name_en="lead rate",
        aliases_zh=("留资转化率", "表单提交率", "线索率"),
        aliases_en=("form submission rate", "lead capture rate", "lead conversion"),
        meaning_zh="还没有留过资料的人里，期内提交表单的比例",
        meaning_en="of the people who never submitted a form, the share that did within the window",
        numerator=People(where=(never_before(FORM), after(FORM))),
        denominator=People(where=(never_before(FORM),)),
        movable=False,
        sources=("events",),
    ),
    Metric(
        id="member_first_order_rate",
        kind="share",
        name_zh="入会首购率",
        name_en="first order rate of members",
        aliases_zh=("开卡首购率", "入会转化率"),
        aliases_en=("member activation rate", "sign-up to order rate"),
        meaning_zh="90 天内注册、还没有下过单的人里，期内下第一单的比例",
        meaning_en="of the people who registered in the 90 days before and never ordered, the share that ordered "
        "within the window",
        numerator=People(where=(before(SIGN_UP, days=SECOND_DAYS), never_before(ORDER), after(ORDER))),
        denominator=People(where=(before(SIGN_UP, days=SECOND_DAYS), never_before(ORDER))),
        movable=False,
        sources=("events",),
    ),
)
