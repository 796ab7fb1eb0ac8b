"""Says in SQL where a visit came from: UTM fields of an event, as properties or in its address, and ad click ids.

Segment's page calls carry the address with its query, and its libraries fill `context.campaign` from it; 神策 names
the fields `$utm_source` and `$url`.
"""

_ADDRESS = (
    "coalesce(json_extract_string(properties, '/url'), json_extract_string(properties, '/$url'),"
    " json_extract_string(properties, '/search'))"
)
CLICK_IDS = {"gclid": "google", "bd_vid": "baidu", "fbclid": "meta", "msclkid": "bing", "ttclid": "tiktok"}
"""Ids that ad platforms hang on to an address; who has one came from there, even without UTM fields."""


_SAID_AS = {"campaign": "name"}
"""Fields that `context.campaign` calls otherwise than the address does."""


def field(name: str) -> str:
    """Return the expression for a UTM field of an event, NULL or empty where there is none."""
    said = f"json_extract_string(nullif(utm, ''), '/{_SAID_AS.get(name, name)}')"
    in_address = f"regexp_extract({_ADDRESS}, '[?&]utm_{name}=([^&#]*)', 1)"
    return (
        f"coalesce(nullif(json_extract_string(properties, '/utm_{name}'), ''),"
        f" nullif(json_extract_string(properties, '/$utm_{name}'), ''),"
        f" nullif(url_decode(replace({in_address}, '+', ' ')), ''), nullif({said}, ''))"
    )


MARKED = "(utm LIKE '{%' OR properties LIKE '%utm_%' OR properties LIKE '%clid=%' OR properties LIKE '%bd_vid=%')"
"""Whether an event may say where it came from: texts are looked at before they are taken apart."""


def _source() -> str:
    ids = " ".join(f"WHEN {_ADDRESS} LIKE '%{word}=%' THEN '{platform}'" for word, platform in CLICK_IDS.items())
    return f"CASE WHEN {MARKED} THEN lower(coalesce({field('source')}, CASE {ids} END)) END"


SOURCE = _source()
"""Where an event came from, NULL for most."""
