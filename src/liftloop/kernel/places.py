"""Places that a sentence may name: municipalities, provinces, regions and the larger cities, in both languages.

The value of a place is its short Chinese name, which is how order exports write it.
"""

_REGIONS = (
    "华东 east china|华南 south china|华北 north china|华中 central china|西南 southwest china|西北 northwest china"
    "|东北 northeast china|长三角 yangtze delta|珠三角 pearl river delta|京津冀 jing jin ji|大湾区 greater bay area"
)
_PROVINCES = (
    "北京 beijing|上海 shanghai|天津 tianjin|重庆 chongqing|河北 hebei|山西 shanxi|辽宁 liaoning|吉林 jilin"
    "|黑龙江 heilongjiang|江苏 jiangsu|浙江 zhejiang|安徽 anhui|福建 fujian|江西 jiangxi|山东 shandong|河南 henan"
    "|湖北 hubei|湖南 hunan|广东 guangdong|海南 hainan|四川 sichuan|贵州 guizhou|云南 yunnan|陕西 shaanxi"
    "|甘肃 gansu|青海 qinghai|台湾 taiwan|内蒙古 inner mongolia|广西 guangxi|西藏 tibet|宁夏 ningxia"
    "|新疆 xinjiang|香港 hong kong|澳门 macau"
)
_CITIES = (
    "广州 guangzhou|深圳 shenzhen|杭州 hangzhou|南京 nanjing|苏州 suzhou|成都 chengdu|武汉 wuhan|西安 xi'an"
    "|郑州 zhengzhou|长沙 changsha|青岛 qingdao|济南 jinan|大连 dalian|沈阳 shenyang|哈尔滨 harbin|长春 changchun"
    "|宁波 ningbo|温州 wenzhou|嘉兴 jiaxing|绍兴 shaoxing|金华 jinhua|台州 taizhou zhejiang|无锡 wuxi"
    "|常州 changzhou|南通 nantong|徐州 xuzhou|扬州 yangzhou|合肥 hefei|芜湖 wuhu|福州 fuzhou|厦门 xiamen"
    "|泉州 quanzhou|南昌 nanchang|赣州 ganzhou|烟台 yantai|潍坊 weifang|临沂 linyi|洛阳 luoyang|宜昌 yichang"
    "|襄阳 xiangyang|株洲 zhuzhou|东莞 dongguan|佛山 foshan|珠海 zhuhai|中山 zhongshan|惠州 huizhou"
    "|汕头 shantou|南宁 nanning|桂林 guilin|海口 haikou|三亚 sanya|绵阳 mianyang|贵阳 guiyang|昆明 kunming"
    "|兰州 lanzhou|西宁 xining|银川 yinchuan|乌鲁木齐 urumqi|呼和浩特 hohhot|太原 taiyuan|石家庄 shijiazhuang"
    "|唐山 tangshan|保定 baoding"
)


def _pairs(*groups: str) -> tuple[tuple[str, str], ...]:
    entries = [entry.split(" ", 1) for group in groups for entry in group.split("|")]
    return tuple((zh, en) for zh, en in entries)


PLACES: tuple[tuple[str, str], ...] = _pairs(_REGIONS, _PROVINCES, _CITIES)
PLACE_EN: dict[str, str] = {zh: en.title() for zh, en in PLACES}
