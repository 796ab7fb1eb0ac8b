"""The set-up checklists of push, calls, e-mail, robots and webhooks. Checked in November 2026."""

from collections.abc import Mapping

from liftloop.plugins.channels.setup_rows import AT_ONCE, DAYS_1, DAYS_7, Kind, Row

DEVICES: Mapping[str, Kind] = {
    "jpush": Kind(
        "极光推送",
        "JPush",
        (
            Row(
                (
                    *("AppKey 和 Master Secret", "the AppKey and Master Secret"),
                    *("极光控制台 → 应用设置 → 应用信息", "JPush console: application settings"),
                    *AT_ONCE,
                ),
                ("app_key", "master_secret"),
            ),
            Row(
                (
                    *(
                        "华为、小米、OPPO、vivo、荣耀通道资质和消息分类",
                        "credentials and categories of the phone makers' channels",
                    ),
                    *("各厂商开放平台，再填到极光控制台 → 集成设置", "each maker's platform, then the JPush console"),
                    *DAYS_7,
                )
            ),
            Row(
                (
                    *(
                        "App 把 RegistrationID 传回来（特征 registration_id）",
                        "the app sends its RegistrationID as trait registration_id",
                    ),
                    *("App 代码：identify 里带 registration_id", "the app's code: in identify"),
                    *("随 App 发版", "with a release of the app"),
                )
            ),
        ),
    ),
    "fcm": Kind(
        "FCM（海外安卓）",
        "Firebase Cloud Messaging",
        (
            Row(
                (
                    *("服务账号的 JSON 文件", "the JSON file of a service account"),
                    *(
                        "Firebase 控制台 → 项目设置 → 服务账号 → 生成新的私钥",
                        "Firebase console: project, service accounts",
                    ),
                    *AT_ONCE,
                ),
                ("service_account",),
            ),
            Row(
                (
                    *(
                        "服务器能访问 fcm.googleapis.com；大陆手机多数收不到",
                        "a server that reaches Google; most mainland phones do not",
                    ),
                    *("服务器所在地，或境外出口", "where the server stands, or a way out"),
                    *DAYS_1,
                )
            ),
            Row(
                (
                    *("App 把设备令牌传回来（特征 fcm_token）", "the app sends its token as trait fcm_token"),
                    *("App 代码：identify 里带 fcm_token", "the app's code: in identify"),
                    *("随 App 发版", "with a release of the app"),
                )
            ),
        ),
    ),
    "apns": Kind(
        "APNs（苹果设备）",
        "Apple Push Notification service",
        (
            Row(
                (
                    *("推送密钥 .p8 文件和它的 Key ID", "a push key, the .p8 file, and its key id"),
                    *(
                        "developer.apple.com → Certificates → Keys，只能下载一次",
                        "developer.apple.com: keys; it downloads once",
                    ),
                    *AT_ONCE,
                ),
                ("private_key", "key_id"),
            ),
            Row(
                (
                    *("Team ID 和 App 的 Bundle ID", "the team id and the app's bundle id"),
                    *(
                        "developer.apple.com → Membership；App 工程设置",
                        "developer.apple.com: membership; the app's project",
                    ),
                    *AT_ONCE,
                ),
                ("team_id", "topic"),
            ),
            Row(
                (
                    *(
                        "App 把设备令牌传回来（特征 apns_token，十六进制）",
                        "the app sends its token as trait apns_token, in hex",
                    ),
                    *("App 代码：identify 里带 apns_token", "the app's code: in identify"),
                    *("随 App 审核发版", "with a release of the app"),
                )
            ),
        ),
    ),
    "call": Kind(
        "外呼任务",
        "Call task",
        (
            Row(
                (
                    *("呼叫中心接收任务的地址", "the call centre's address for tasks"),
                    *("呼叫中心或外呼机器人服务商", "the call centre, or the maker of the robot"),
                    *DAYS_7,
                ),
                ("url",),
            ),
            Row(
                (
                    *("外呼线路和号码实名报备，写明营销用途", "the line and its number, filed for marketing calls"),
                    *("运营商或线路服务商，要营业执照和话术", "the carrier: licence and script"),
                    *DAYS_7,
                )
            ),
            Row(
                (
                    *("双方共用的签名密钥（whsec_…）", "a secret that both sides sign with (whsec_…)"),
                    *("自己生成：whsec_ 加上 openssl rand -base64 32", "make one: whsec_ and openssl rand -base64 32"),
                    *AT_ONCE,
                ),
                ("secret",),
            ),
            Row(
                (
                    *("通话结果推到回调地址，同一密钥签名", "results come to the callback address, signed likewise"),
                    *("呼叫中心的回调设置", "the call centre's callback settings"),
                    *DAYS_1,
                ),
                (),
                True,
            ),
        ),
    ),
    "smtp": Kind(
        "邮件",
        "E-mail",
        (
            Row(
                (
                    *("发信服务器、账号和密码", "the mail server, user and password"),
                    *("企业邮箱或邮件推送服务商", "your mail provider"),
                    *AT_ONCE,
                ),
                ("host", "username", "password"),
            ),
            Row(
                (
                    *("发件人地址", "the sender's address"),
                    *("用自己的域名，营销与通知分开", "in a domain of your own, marketing apart from notices"),
                    *AT_ONCE,
                ),
                ("sender",),
            ),
            Row(
                (
                    *("域名的 SPF、DKIM、DMARC 记录", "SPF, DKIM and DMARC records of the domain"),
                    *("域名服务商的 DNS 设置", "the DNS settings of the domain"),
                    *DAYS_1,
                )
            ),
            Row(
                (
                    *("一键退订地址", "the address of one-click unsubscribe"),
                    *("渠道设置 unsubscribe_url", "the channel's setting unsubscribe_url"),
                    *AT_ONCE,
                ),
                ("unsubscribe_url",),
            ),
        ),
    ),
    "robot": Kind(
        "群机器人（钉钉、飞书、企业微信）",
        "Robot of a group chat (DingTalk, Feishu, WeCom)",
        (
            Row(
                (
                    *("机器人地址里的 token", "the token in the robot's address"),
                    *("群设置 → 机器人 → 添加自定义机器人", "the group's settings, robots, custom robot"),
                    *AT_ONCE,
                ),
                ("provider", "token"),
            ),
            Row(
                (
                    *(
                        "安全设置选“加签”，把密钥填进 secret（企业微信没有这一项）",
                        "security by signature, its key as secret (WeCom has none)",
                    ),
                    *(
                        "钉钉、飞书：机器人的安全设置 → 加签 / 签名校验",
                        "DingTalk, Feishu: the robot's security settings, signature",
                    ),
                    *AT_ONCE,
                )
            ),
        ),
    ),
    "webhook": Kind(
        "签名 Webhook",
        "Signed webhook",
        (
            Row(
                (
                    *("接收方地址和签名密钥（whsec_…）", "the receiver's address and a signing secret (whsec_…)"),
                    *("接收系统的开发者", "whoever builds the receiver"),
                    *DAYS_1,
                ),
                ("url", "secret"),
            ),
        ),
    ),
}
