"""The import kinds and their canonical fields, as data: what each field is called, holds, and is known by in files."""

from typing import Literal

from msgspec import Struct

FieldType = Literal[
    "id", "text", "number", "money", "datetime", "date", "phone", "email", "boolean", "list", "json_list", "json_object"
]
About = Literal["row", "customer"]

PERSONAL = frozenset({"phone", "email", "name", "address", "birthday", "unionid", "openid", "wecom_id"})
"""Fields that name or reach a person; they are sealed before anything is kept."""


class Field(Struct, frozen=True, kw_only=True):
    """One canonical field.

    `hints` are header names without case, spaces and punctuation, best first.
    `weight` is how much finding the field speaks for its kind.
    `about` is `customer` where the field describes the person and not what happened.
    """

    name: str
    zh: str
    en: str
    type: FieldType
    hints: tuple[str, ...]
    weight: float
    about: About

    @property
    def personal(self) -> bool:
        return self.about == "customer" and self.name in PERSONAL


class Kind(Struct, frozen=True, kw_only=True):
    """One import kind; each entry of `requires` is a choice of fields, one of which must be there.

    Columns without a field become `extras` where `keeps_extras`, else they are left out.
    Rows of equal `group_by` must be read together. `unique` is the field that names a row.
    """

    name: str
    zh: str
    en: str
    fields: tuple[Field, ...]
    requires: tuple[tuple[str, ...], ...]
    keeps_extras: bool = False
    group_by: str = ""
    unique: str = ""

    @property
    def by_name(self) -> dict[str, Field]:
        return {field.name: field for field in self.fields}


def _row(name: str, words: str, type_: FieldType, hints: str, weight: float = 1.0) -> Field:
    """Return a field about what happened; `words` is "zh|en", `hints` stand between spaces."""
    zh, en = words.split("|")
    return Field(name=name, zh=zh, en=en, type=type_, hints=tuple(hints.split()), weight=weight, about="row")


def _person(name: str, words: str, type_: FieldType, hints: str, weight: float = 1.0) -> Field:
    """Return a field about the customer."""
    zh, en = words.split("|")
    return Field(name=name, zh=zh, en=en, type=type_, hints=tuple(hints.split()), weight=weight, about="customer")


_IDENTITY = (
    _person(
        "customer_id",
        "客户编号|customer id",
        "id",
        "客户编号 会员编号 会员号 会员id 客户id 客户号 用户id 用户编号 顾客编号 会员卡号 买家id 买家会员名"
        " 买家昵称 下单帐号 下单账号 会员卡 customerid customer customerno customernumber userid user memberid"
        " membernumber memberno householdid clientid buyerid shopperid accountid loyaltyid cardno",
    ),
    _person(
        "phone",
        "手机号|phone",
        "phone",
        "买家手机号 会员手机号 客户手机号 手机号 手机号码 手机 联系手机 联系电话 电话 收货人手机号 收货人手机"
        " 收货人电话 phone mobile phonenumber mobilephone mobilenumber telephone tel cellphone",
    ),
    _person("email", "邮箱|e-mail", "email", "邮箱 电子邮箱 电子邮件 邮件地址 email emailaddress mail"),
    _person(
        "name",
        "姓名|name",
        "text",
        "买家姓名 会员姓名 客户姓名 顾客姓名 姓名 客户名称 会员名称 用户名 收货人姓名 收货人 名字 称呼 fullname"
        " customername buyername membername contactname recipient name",
    ),
    _person("unionid", "UnionID|UnionID", "id", "unionid 微信unionid"),
    _person("openid", "OpenID|OpenID", "id", "openid 微信openid"),
    _person("country", "国家|country", "text", "国家 国家地区 country countryregion"),
    _person("province", "省份|province", "text", "省份 省 收货省份 收货人省份 province state region"),
    _person("city", "城市|city", "text", "城市 市 收货城市 收货人城市 city town"),
    _person("address", "地址|address", "text", "地址 详细地址 联系地址 客户地址 收货地址 address streetaddress street"),
)
_WHO = ("customer_id", "phone", "email", "unionid", "openid", "wecom_id")
_CUSTOMER = next(field for field in _IDENTITY if field.name == "customer_id")
_CURRENCY = _row("currency", "币种|currency", "text", "币种 货币 货币单位 currency currencycode")

CUSTOMERS = Kind(
    name="customers",
    zh="客户",
    en="customers",
    fields=(
        *_IDENTITY,
        _person("wecom_id", "企业微信外部联系人|WeCom external id", "id", "外部联系人id externaluserid wecomid", 2.0),
        _person("gender", "性别|gender", "text", "性别 gender sex", 2.0),
        _person(
            "birthday", "生日|birthday", "date", "生日 出生日期 出生年月日 birthday birthdate dateofbirth dob", 2.0
        ),
        _person(
            "registered_at",
            "注册时间|registered at",
            "datetime",
            "注册时间 入会时间 注册日期 入会日期 开卡时间 成为会员时间 registeredat registrationdate signupdate"
            " signedupat createdat joindate joinedat membersince",
            2.0,
        ),
        _row("updated_at", "更新时间|updated at", "datetime", "更新时间 修改时间 updatedat lastupdated modifiedat"),
        _person(
            "level", "等级|level", "text", "会员等级 等级 级别 会员级别 level tier memberlevel membershiplevel", 1.5
        ),
        _person("points", "积分|points", "number", "积分 可用积分 积分余额 points pointsbalance", 1.5),
        _person("tags", "标签|tags", "list", "标签 客户标签 tags labels", 1.5),
        _person("language", "语言|language", "text", "语言 language locale"),
        _person("store_id", "所属门店|home store", "id", "所属门店 归属门店 开卡门店 homestore", 1.5),
    ),
    requires=(_WHO,),
    keeps_extras=True,
    unique="customer_id",
)

ITEMS = Kind(
    name="items",
    zh="商品",
    en="items",
    fields=(
        _row(
            "item_id",
            "商品编号|item id",
            "id",
            "商品编号 商品编码 商品id 货号 skuid sku sku编码 商家编码 商品条码 条码 itemid productid itemno"
            " productcode stockcode itemcode barcode",
            2.0,
        ),
        _row(
            "name",
            "商品名称|name",
            "text",
            "商品名称 商品名 品名 名称 标题 宝贝标题 商品标题 itemname productname title name description producttype",
        ),
        _row(
            "category",
            "品类|category",
            "text",
            "品类 商品分类 分类 类目 商品类目 一级类目 productcategory itemcategory category department",
            1.5,
        ),
        _row("series", "系列|series", "text", "系列 产品系列 商品系列 series productline collection"),
        _row("brand", "品牌|brand", "text", "品牌 商品品牌 brand brandname", 1.5),
        _row(
            "price", "售价|price", "money", "售价 零售价 销售价 单价 价格 吊牌价 price unitprice listprice retailprice"
        ),
        _row("cost", "成本|cost", "money", "成本 成本价 进价 采购价 cost unitcost costprice cogs", 2.0),
        _row("margin", "毛利|margin", "money", "毛利 毛利额 单件毛利 margin grossmargin unitmargin", 2.0),
        _row("stock", "库存|stock", "number", "库存 库存数量 可售库存 现货 stock inventory stockquantity onhand", 2.0),
        _row(
            "successor",
            "后继商品|successor",
            "id",
            "后继商品 下一阶段商品 替代商品 successor successorid nextitem",
            2.0,
        ),
        _CURRENCY,
    ),
    # A list of ids beside ids tells nothing of an item, and would blank what is known of it.
    requires=(("item_id",), ("name", "category", "series", "brand", "price", "cost", "margin", "stock", "successor")),
    keeps_extras=True,
    unique="item_id",
)

ORDERS = Kind(
    name="orders",
    zh="订单（每行一件商品）",
    en="orders (one line an item)",
    fields=(
        *_IDENTITY,
        _row(
            "order_id",
            "订单号|order id",
            "id",
            "订单号 订单编号 主订单编号 订单id 小票号 小票编号 单据号 单号 交易号 交易编号 流水号 销售单号 orderid"
            " orderno ordernumber order invoiceno invoice invoicenumber invoiceid basketid transactionid receiptno"
            " receiptid saleid",
            3.0,
        ),
        _row(
            "ordered_at",
            "下单时间|ordered at",
            "datetime",
            "下单时间 订单创建时间 创建时间 订单时间 交易时间 销售时间 成交时间 下单日期 订单日期 付款时间"
            " 买家付款时间 订单付款时间 支付时间 销售日期 交易日期 orderedat orderdate ordertime ordercreatedat"
            " invoicedate transactiontimestamp transactiondate transactiontime purchasedate purchasedat saledate"
            " createdat datetime timestamp date time",
            2.0,
        ),
        _row(
            "product_id",
            "商品编号|product id",
            "id",
            "商品编号 商品编码 商品id 货号 skuid sku sku编码 商品条码 条码 商家编码 外部系统编号 productid itemid"
            " stockcode productcode itemcode itemno upc barcode",
            2.0,
        ),
        _row(
            "product_name",
            "商品名称|product name",
            "text",
            "商品名称 商品名 品名 宝贝标题 商品标题 标题 商品 productname itemname producttitle description"
            " itemdescription lineitemname producttype product item",
            1.5,
        ),
        _row(
            "category",
            "品类|category",
            "text",
            "品类 商品分类 商品类目 类目 分类 productcategory itemcategory category",
        ),
        _row("brand", "品牌|brand", "text", "品牌 商品品牌 brand brandname"),
        _row(
            "quantity",
            "数量|quantity",
            "number",
            "数量 购买数量 商品数量 订购数量 销售数量 件数 quantity qty units count",
            2.0,
        ),
        _row(
            "price",
            "单价|unit price",
            "money",
            "单价 商品单价 成交单价 销售单价 售价 价格 京东价 unitprice price itemprice sellingprice",
            1.5,
        ),
        _row(
            "amount",
            "行金额|line amount",
            "money",
            "商品实际成交金额 商品实付金额 商品金额 行金额 小计 实付金额 实收金额 成交金额 销售金额 金额 amount"
            " lineamount linetotal lineprice subtotal salesvalue salesamount extendedprice totalprice paidamount"
            " sales",
            1.5,
        ),
        _row(
            "order_amount",
            "订单金额|order amount",
            "money",
            "订单实付金额 订单实收金额 买家实际支付金额 实际支付金额 应付金额 结算金额 订单金额 总金额 ordertotal"
            " orderamount ordervalue revenue total totalamount grandtotal",
            1.5,
        ),
        _row("discount", "优惠金额|discount", "money", "优惠金额 折扣金额 优惠 折扣 discount discountamount disc"),
        _row("coupon_discount", "券抵扣|coupon discount", "money", "优惠券抵扣 券抵扣 coupondisc coupondiscount"),
        _row(
            "coupon",
            "优惠券|coupon",
            "text",
            "优惠券 优惠券码 券码 优惠码 coupon couponcode promocode vouchercode discountcode",
        ),
        _CURRENCY,
        _row(
            "store_id",
            "门店|store",
            "id",
            "门店编号 门店编码 门店id 店铺编号 门店 门店名称 店铺名称 归属店铺 storeid storeno store shopid",
        ),
        _row("channel", "渠道|channel", "text", "渠道 销售渠道 订单来源 来源渠道 channel saleschannel ordersource"),
        _row("status", "订单状态|status", "text", "订单状态 交易状态 状态 orderstatus status"),
        _row("refund", "是否退货|is a refund", "boolean", "是否退货 是否退款 isrefund isreturn"),
    ),
    requires=(_WHO[:5], ("order_id",), ("ordered_at",), ("amount", "price", "order_amount")),
    group_by="order_id",
)

EVENTS = Kind(
    name="events",
    zh="行为事件",
    en="events",
    fields=(
        *_IDENTITY,
        _row(
            "event",
            "事件|event",
            "text",
            "事件 事件名 事件名称 行为 行为类型 event eventname eventtype action activity",
            3.0,
        ),
        _row(
            "at",
            "时间|at",
            "datetime",
            "事件时间 发生时间 行为时间 时间 日期 eventtime eventtimestamp eventat occurredat timestamp at time"
            " datetime date redemptiondate redeemedat createdat visitdate visitedat",
            1.5,
        ),
        _row("event_id", "事件编号|event id", "id", "事件编号 事件id eventid messageid"),
        _row(
            "anonymous_id",
            "匿名编号|anonymous id",
            "id",
            "匿名id 设备id anonymousid deviceid cookieid visitorid sessionid",
        ),
        _row("coupon", "优惠券|coupon", "id", "优惠券 券码 优惠券编号 coupon couponid couponcode couponupc"),
        _row("campaign", "活动|campaign", "id", "活动 活动编号 活动id campaign campaignid"),
    ),
    requires=((*_WHO[:5], "anonymous_id"), ("event",), ("at",)),
    keeps_extras=True,
)

CONSENTS = Kind(
    name="consents",
    zh="同意记录",
    en="consents",
    fields=(
        *_IDENTITY[:3],
        _row("channel", "渠道|channel", "text", "渠道 触达渠道 channel", 1.5),
        _row("purpose", "用途|purpose", "text", "用途 目的 purpose", 2.0),
        _row("topic", "主题|topic", "text", "主题 订阅主题 topic"),
        _row(
            "status",
            "状态|status",
            "text",
            "同意状态 是否同意 授权状态 订阅状态 状态 consentstatus consent status optin optedin subscribed granted",
            2.0,
        ),
        _row("source", "来源|source", "text", "来源 同意来源 授权来源 source consentsource"),
        _row(
            "text_version",
            "文案版本|text version",
            "text",
            "文案版本 协议版本 条款版本 textversion version policyversion",
            2.0,
        ),
        _row(
            "at",
            "时间|at",
            "datetime",
            "同意时间 授权时间 签署时间 时间 日期 at consentedat consentat consenttime consentdate optinat"
            " optindate grantedat timestamp date time",
        ),
    ),
    requires=(_WHO[:3], ("channel",), ("status",)),
)

EXPOSURES = Kind(
    name="exposures",
    zh="历史触达（活动曝光）",
    en="exposures (past contacts)",
    fields=(
        _CUSTOMER,
        _row("decision_id", "决策编号|decision id", "id", "决策编号 决策id decisionid", 3.0),
        _row("campaign", "活动|campaign", "id", "活动编号 活动id 活动 活动名称 campaignid campaign campaignname", 2.0),
        _row(
            "decided_at",
            "触达时间|decided at",
            "datetime",
            "决策时间 触达时间 发送时间 推送时间 分配时间 decidedat decisiontime exposedat exposuredate"
            " exposuretime sentat senddate assignedat assignmentdate startdate starttime contactdate",
            2.0,
        ),
        _row("eligible", "可选动作|eligible actions", "json_list", "可选动作 eligible eligibleactions", 3.0),
        _row("action", "动作|action", "id", "动作 触达动作 实验组 分组 action actionid arm variant treatment", 1.5),
        _row(
            "propensities",
            "倾向概率|propensities",
            "json_object",
            "倾向概率 分配概率 propensities propensity probabilities",
            4.0,
        ),
        _row(
            "holdout", "是否对照|held out", "boolean", "是否对照 对照组 是否留白 holdout control iscontrol heldout", 2.0
        ),
        _row("features", "特征|features", "json_object", "特征 features context", 2.0),
    ),
    requires=(("customer_id",), ("campaign",), ("decided_at",)),
)

SPEND = Kind(
    name="spend",
    zh="广告花费",
    en="ad spend",
    fields=(
        _row("date", "日期|date", "date", "日期 时间 统计日期 date day reportdate", 0.5),
        _row("channel", "渠道|channel", "text", "渠道 媒体 平台 投放平台 channel platform media network source"),
        _row(
            "campaign", "计划|campaign", "text", "推广计划 广告计划 计划 计划名称 活动 campaign campaignname campaignid"
        ),
        _row("ad_group", "广告组|ad group", "text", "广告组 推广单元 单元 单元名称 adgroup adset adgroupname", 3.0),
        _row("keyword", "关键词|keyword", "text", "关键词 keyword searchterm", 2.0),
        _row("cost", "花费|cost", "money", "花费 消费 消耗 费用 投放花费 cost spend adspend amountspent", 3.0),
        _row("impressions", "曝光|impressions", "number", "曝光 展现 展现量 曝光量 展示数 impressions views", 3.0),
        _row("clicks", "点击|clicks", "number", "点击 点击量 点击数 clicks", 3.0),
        _CURRENCY,
    ),
    requires=(("date",), ("cost",)),
)

KINDS: dict[str, Kind] = {kind.name: kind for kind in (CUSTOMERS, ITEMS, ORDERS, EVENTS, CONSENTS, EXPOSURES, SPEND)}
"""Every import kind by its name, in the order in which a person is offered them."""
