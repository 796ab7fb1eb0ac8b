"""The set-up checklists of SMS, WeCom and WeChat. Checked in November 2026."""

from collections.abc import Mapping

from liftloop.plugins.channels.setup_rows import AT_ONCE, DAYS_1, DAYS_7, Kind, Row

_WECOM_APP = Row(
    (
        *("企业 ID、自建应用的 Secret", "the corp id and the secret of an app of your own"),
        *("企业微信管理后台 → 我的企业；应用管理 → 自建", "WeCom console: My company; Apps, self-built"),
        *AT_ONCE,
    ),
    ("corp_id", "secret"),
)
_WECOM_IP = Row(
    (
        *("把服务器出口 IP 加进“企业可信 IP”", "the server's outgoing IP among the app's trusted IPs"),
        *("企业微信管理后台 → 应用详情 → 企业可信 IP", "WeCom console: the app, trusted IPs"),
        *AT_ONCE,
    )
)
_WECOM_CUSTOMERS = Row(
    (
        *(
            "把应用加入“可调用接口的应用”，成员加入“客户联系”使用范围",
            "the app among those that may call, staff in scope",
        ),
        *("企业微信管理后台 → 客户与上下游 → 客户联系 → 权限配置", "WeCom console: Customers, Contact, permissions"),
        *AT_ONCE,
    )
)
_WECOM_EVENTS = Row(
    (
        *("接收事件：URL、Token、EncodingAESKey", "events: URL, Token and EncodingAESKey"),
        *("企业微信管理后台 → 应用详情 → 接收消息 → 设置 API 接收", "WeCom console: the app, receive messages, API"),
        *AT_ONCE,
    ),
    ("callback_token", "encoding_aes_key"),
    True,
)
_MP_SECRET = Row(
    (
        *("AppID 和 AppSecret", "the AppID and AppSecret"),
        *("mp.weixin.qq.com → 设置与开发 → 开发接口管理", "mp.weixin.qq.com: settings and development"),
        *AT_ONCE,
    ),
    ("app_id", "app_secret"),
)
_MP_VERIFIED = Row(
    (
        *("已认证的服务号", "a verified service account"),
        *("mp.weixin.qq.com → 账号认证，每年 300 元", "mp.weixin.qq.com: verification, ¥300 a year"),
        *DAYS_7,
    )
)
_WECOM_VERIFIED = Row(
    (
        *("已认证的企业微信；未认证的企业能加的客户很少", "a verified corp; others may have few customers"),
        *(
            "企业微信管理后台 → 我的企业 → 企业认证，每年 300 元",
            "WeCom console: My company, verification, ¥300 a year",
        ),
        *DAYS_7,
    )
)
_MP_IP = Row(
    (
        *("把服务器出口 IP 加进 IP 白名单", "the server's outgoing IP on the IP list"),
        *("mp.weixin.qq.com → 开发接口管理 → IP 白名单", "mp.weixin.qq.com: development, IP list"),
        *AT_ONCE,
    )
)
_MP_EVENTS = Row(
    (
        *(
            "服务器配置（安全模式）：URL、Token、EncodingAESKey",
            "server settings (secure mode): URL, Token, EncodingAESKey",
        ),
        *("mp.weixin.qq.com → 开发接口管理 → 服务器配置", "mp.weixin.qq.com: development, server settings"),
        *AT_ONCE,
    ),
    ("callback_token", "encoding_aes_key"),
    True,
)
_SMS_LAW = Row(
    (
        *(
            "营销模板结尾写“拒收请回复R”，变量里不放链接",
            "marketing templates end in 拒收请回复R; no links in variables",
        ),
        *("短信控制台 → 模板管理", "the SMS console, templates"),
        *AT_ONCE,
    )
)

_SMS_LINK = Row(
    (
        *(
            "正文里的链接用已备案的自有域名，写死在模板里一起送审",
            "a link of a domain of your own, ICP-filed, fixed in the template",
        ),
        *("域名服务商的 ICP 备案入口；短信控制台 → 模板管理", "ICP filing of the domain; the SMS console, templates"),
        *("备案 1–20 个工作日", "one to twenty working days"),
    )
)

MAINLAND: Mapping[str, Kind] = {
    "aliyun_sms": Kind(
        "阿里云短信",
        "SMS by Alibaba Cloud",
        (
            Row(
                (
                    *("企业实名认证的阿里云账号，短信余额或套餐包", "a verified company account with balance"),
                    *("阿里云控制台 → 账号中心；短信服务 → 套餐包", "Alibaba Cloud console: account; SMS, packages"),
                    *DAYS_1,
                )
            ),
            Row(
                (
                    *("只有短信权限的 RAM 用户 AccessKey", "the AccessKey of a RAM user that may only send SMS"),
                    *(
                        "RAM 控制台 → 用户 → 新建，授权 AliyunDysmsFullAccess",
                        "RAM console: users, AliyunDysmsFullAccess",
                    ),
                    *AT_ONCE,
                ),
                ("access_key_id", "access_key_secret"),
            ),
            Row(
                (
                    *("审核通过并完成运营商实名报备的签名", "an approved 签名 that is filed with the carriers"),
                    *(
                        "短信服务 → 国内消息 → 签名管理；要营业执照和授权书",
                        "SMS, domestic, signatures; licence and letter",
                    ),
                    *DAYS_7,
                ),
                ("sign_name",),
            ),
            Row(
                (
                    *("审核通过的模板（推广类与通知类分开）", "approved templates, promotion apart from notices"),
                    *("短信服务 → 国内消息 → 模板管理", "SMS, domestic, templates"),
                    *("约 2 小时，工作时间内", "about two working hours"),
                ),
                ("template",),
            ),
            _SMS_LAW,
            _SMS_LINK,
            Row(
                (
                    *("状态报告和上行回复的接收地址", "the address for receipts and replies"),
                    *("短信服务 → 通用设置 → 国内消息设置，HTTP 批量推送", "SMS, settings, domestic, HTTP push"),
                    *AT_ONCE,
                ),
                ("callback_token",),
                True,
            ),
        ),
    ),
    "tencent_sms": Kind(
        "腾讯云短信",
        "SMS by Tencent Cloud",
        (
            Row(
                (
                    *("企业实名认证的腾讯云账号，短信套餐包", "a verified company account with a package"),
                    *("腾讯云控制台 → 账号信息；短信 → 国内套餐包", "Tencent Cloud console: account; SMS, packages"),
                    *DAYS_1,
                )
            ),
            Row(
                (
                    *("只有短信权限的子用户 SecretId / SecretKey", "SecretId and SecretKey of a sub-user for SMS only"),
                    *(
                        "访问管理 → 用户 → API 密钥，授权 QcloudSMSFullAccess",
                        "CAM: users, API keys, QcloudSMSFullAccess",
                    ),
                    *AT_ONCE,
                ),
                ("secret_id", "secret_key"),
            ),
            Row(
                (
                    *("短信应用的 SDK AppID", "the SDK AppID of an SMS application"),
                    *("短信 → 应用管理 → 应用列表", "SMS, applications"),
                    *AT_ONCE,
                ),
                ("app_id",),
            ),
            Row(
                (
                    *("审核通过并完成实名报备的签名", "an approved 签名 that is filed with the carriers"),
                    *("短信 → 国内短信 → 签名管理", "SMS, domestic, signatures"),
                    *DAYS_7,
                ),
                ("sign_name",),
            ),
            Row(
                (
                    *(
                        "审核通过的模板；优惠券、召回、抽奖等内容多半不过审",
                        "approved templates; coupons and win-back often fail",
                    ),
                    *("短信 → 国内短信 → 正文模板管理", "SMS, domestic, templates"),
                    *("约 2 小时，工作时间内", "about two working hours"),
                ),
                ("template",),
            ),
            _SMS_LAW,
            _SMS_LINK,
            Row(
                (
                    *("下发状态和回复的回调地址", "the address for receipts and replies"),
                    *("短信 → 应用管理 → 事件回调配置", "SMS, application, event callbacks"),
                    *AT_ONCE,
                ),
                ("callback_token",),
                True,
            ),
        ),
    ),
    "wecom_app": Kind(
        "企业微信应用消息（发给同事）",
        "WeCom app message (to colleagues)",
        (
            _WECOM_APP,
            Row(
                (
                    *("应用的 AgentId", "the app's AgentId"),
                    *("企业微信管理后台 → 应用详情", "WeCom console: the app"),
                    *AT_ONCE,
                ),
                ("agent_id",),
            ),
            Row(
                (
                    *(
                        "接收人的账号（userid），在应用可见范围内",
                        "the userids of those who get it, within the app's scope",
                    ),
                    *("企业微信管理后台 → 通讯录", "WeCom console: contacts"),
                    *AT_ONCE,
                ),
                ("to",),
            ),
            _WECOM_IP,
        ),
    ),
    "wecom_task": Kind(
        "企业微信客户群发（员工确认后发出）",
        "WeCom customer messages (staff confirm)",
        (
            _WECOM_VERIFIED,
            _WECOM_APP,
            _WECOM_CUSTOMERS,
            _WECOM_IP,
            Row(
                (
                    *(
                        "任意一段 24 位以上的随机文字，用来对上群发结果",
                        "any random text of 24 characters, to match results",
                    ),
                    *("自己生成，例如 openssl rand -hex 16", "make one, such as openssl rand -hex 16"),
                    *AT_ONCE,
                ),
                ("mark_secret",),
            ),
            _WECOM_EVENTS,
            Row(
                (
                    *(
                        "告诉员工：收到群发任务要点“发送”，每位客户每天最多收一条",
                        "tell staff to tap send; one a customer and day",
                    ),
                    *("店长群、早会", "wherever you reach them"),
                    *DAYS_1,
                )
            ),
        ),
    ),
    "wecom_welcome": Kind(
        "企业微信欢迎语",
        "WeCom welcome message",
        (
            _WECOM_VERIFIED,
            _WECOM_APP,
            _WECOM_CUSTOMERS,
            _WECOM_IP,
            _WECOM_EVENTS,
            Row(
                (
                    *(
                        "关掉后台自带的欢迎语，否则拿不到 WelcomeCode",
                        "switch the console's own welcome off, or no code comes",
                    ),
                    *("企业微信管理后台 → 客户联系 → 欢迎语", "WeCom console: customer contact, welcome"),
                    *AT_ONCE,
                )
            ),
        ),
    ),
    "wechat_template": Kind(
        "公众号模板消息（只能发服务通知）",
        "WeChat template message (service notices only)",
        (
            _MP_VERIFIED,
            _MP_SECRET,
            _MP_IP,
            Row(
                (
                    *("模板 ID（最多 25 个，行业类目要相符）", "a template id, of your trade; 25 at most"),
                    *("mp.weixin.qq.com → 广告与服务 → 模板消息", "mp.weixin.qq.com: services, template messages"),
                    *DAYS_1,
                ),
                ("template",),
            ),
            _MP_EVENTS,
        ),
    ),
    "wechat_subscribe": Kind(
        "公众号订阅通知",
        "WeChat subscribe message",
        (
            _MP_VERIFIED,
            _MP_SECRET,
            _MP_IP,
            Row(
                (
                    *("订阅通知模板 ID", "the id of a subscribe template"),
                    *("mp.weixin.qq.com → 广告与服务 → 订阅通知", "mp.weixin.qq.com: services, subscribe messages"),
                    *DAYS_1,
                ),
                ("template",),
            ),
            _MP_EVENTS,
            Row(
                (
                    *(
                        "在网页或图文里放订阅按钮：同意一次，发一条",
                        "a subscribe button on your pages: one consent, one message",
                    ),
                    *("网页开放标签 wx-open-subscribe", "the page tag wx-open-subscribe"),
                    *DAYS_1,
                )
            ),
        ),
    ),
    "mini_program": Kind(
        "小程序订阅消息",
        "Mini-program subscribe message",
        (
            Row(
                (
                    *(
                        "已备案、已认证并选好服务类目的小程序",
                        "a filed and verified mini-program of the right category",
                    ),
                    *(
                        "mp.weixin.qq.com（小程序）→ 设置 → 备案、认证、服务类目",
                        "mp.weixin.qq.com (mini-program): settings, filing, verification, category",
                    ),
                    *("备案 1–20 个工作日", "one to twenty working days"),
                )
            ),
            Row(
                (
                    *("AppID 和 AppSecret", "the AppID and AppSecret"),
                    *(
                        "mp.weixin.qq.com（小程序）→ 开发管理 → 开发设置",
                        "mp.weixin.qq.com (mini-program): development",
                    ),
                    *AT_ONCE,
                ),
                ("app_id", "app_secret"),
            ),
            Row(
                (
                    *("订阅消息模板 ID", "the id of a subscribe template"),
                    *(
                        "mp.weixin.qq.com（小程序）→ 订阅消息 → 公共模板库",
                        "mp.weixin.qq.com (mini-program): subscribe messages",
                    ),
                    *DAYS_1,
                ),
                ("template",),
            ),
            Row(
                (
                    *(
                        "消息推送（安全模式）：URL、Token、EncodingAESKey",
                        "message push (secure mode): URL, Token, EncodingAESKey",
                    ),
                    *(
                        "mp.weixin.qq.com（小程序）→ 开发管理 → 消息推送",
                        "mp.weixin.qq.com (mini-program): message push",
                    ),
                    *AT_ONCE,
                ),
                ("callback_token", "encoding_aes_key"),
                True,
            ),
            Row(
                (
                    *(
                        "在下单、领券等按钮里调用 wx.requestSubscribeMessage",
                        "wx.requestSubscribeMessage behind order and coupon buttons",
                    ),
                    *("小程序代码，发一个版本", "the mini-program's code, one release"),
                    *("随小程序审核，1–3 天", "with its review, one to three days"),
                )
            ),
        ),
    ),
}
