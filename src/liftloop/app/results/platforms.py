"""What ad platforms and our own channels are called: in reports, in UTM fields, and by people."""

from collections.abc import Mapping

from liftloop.app.words import Said
from liftloop.plan.options import CHANNEL_NAMES

DIRECT = "direct"
OWN = "own:"
"""Begins the names of channels through which we sent something ourselves."""

_PLATFORMS: Mapping[str, tuple[Said, str]] = {
    "baidu": (Said("百度", "Baidu"), "百度 百度推广 百度营销 baidusem baiduads"),
    "douyin": (Said("抖音", "Douyin"), "抖音 巨量引擎 巨量 巨量千川 千川 oceanengine toutiao 头条 今日头条"),
    "tencent": (Said("腾讯广告", "Tencent Ads"), "腾讯 腾讯广告 广点通 gdt 朋友圈 朋友圈广告 wechatads 视频号"),
    "xiaohongshu": (Said("小红书", "Xiaohongshu"), "小红书 xhs red rednote 聚光"),
    "taobao": (Said("淘宝", "Taobao"), "淘宝 天猫 tmall 直通车 万相台 阿里妈妈 alimama"),
    "jd": (Said("京东", "JD"), "京东 京准通 jingdong"),
    "kuaishou": (Said("快手", "Kuaishou"), "快手 磁力引擎 ks"),
    "bilibili": (Said("哔哩哔哩", "Bilibili"), "b站 哔哩哔哩 bili"),
    "zhihu": (Said("知乎", "Zhihu"), "知乎"),
    "google": (Said("Google", "Google"), "谷歌 googleads adwords googleadwords"),
    "meta": (Said("Meta", "Meta"), "facebook fb instagram ig metaads facebookads"),
    "bing": (Said("必应", "Bing"), "必应 bingads microsoftads"),
    "tiktok": (Said("TikTok", "TikTok"), "tiktokads"),
}
_KEY = {alias: key for key, (_, aliases) in _PLATFORMS.items() for alias in (key, *aliases.split())}


UNTOLD = "message"
"""Stands for the channel where an event of one of our messages does not say it."""


def platform_key(name: str) -> str:
    """Return one name for a platform, however it is written; a platform that is not known keeps its own.

    >>> platform_key("巨量 引擎"), platform_key("Google_Ads"), platform_key("店内海报")
    ('douyin', 'google', '店内海报')
    """
    said = name.strip().lower()
    return _KEY.get("".join(each for each in said if each.isalnum()), said)


def channel_said(key: str) -> Said:
    """Return what to call a channel."""
    if key == DIRECT:
        return Said("直接访问", "direct")
    if key.startswith(OWN):
        own = key.removeprefix(OWN)
        if own == UNTOLD:
            return Said("自己的消息", "our messages")
        usual = CHANNEL_NAMES.get(own)
        named = Said(usual.zh, usual.en) if usual else Said(own, own)
        return Said(f"自己的{named.zh}", f"our {named.en}")
    known = _PLATFORMS.get(key)
    return known[0] if known else Said(key, key)
