"""Links in messages: found, replaced by short ones of ours, and told apart when they are followed: people, machines.

Pure: what a link leads to is kept by the dispatch process, who follows it is told by the tick.
"""

import html
import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from urllib.parse import quote, urlsplit, urlunsplit

from msgspec import Struct

from liftloop.kernel.clock import SECOND_MS

SETTING = "links"
LINKS_MAX = 50
"""In one message; a newsletter has twenty."""
URL_CHARACTERS_MAX = 2_000
"""As much as browsers and mail readers take for granted."""
AT_ONCE_MS = 2 * SECOND_MS
"""Whoever follows a link sooner after the hand-over is a filter that looks where it leads."""
MARK_LENGTH = 6
DIGITS = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
_IN_TEXT = re.compile(r"https?://[!#-;=?-Z\[\]_a-z~]+[#-&(-+\-/-9=@-Z_a-z~]")
_IN_HTML = re.compile(r"""(<a\b[^>]{0,2000}?\bhref\s*=\s*)(["'])\s*(https?://[^"'\s<>]+)\s*\2""", re.IGNORECASE)
_MACHINE = re.compile(
    r"bot\b|bot/|crawl|spider|slurp|preview|scan|fetch|monitor|headless|python|curl|wget|java/|go-http|okhttp/|libwww|"
    r"httpclient|axios|node-fetch|facebookexternalhit|whatsapp|telegram|skypeuri|slack-img|barracuda|mimecast|"
    r"proofpoint|safelinks|symantec|trendmicro|sophos|fireeye|ironport",
    re.IGNORECASE,
)
_READERS = re.compile(r"GoogleImageProxy|YahooMailProxy", re.IGNORECASE)
"""They fetch a picture when the mail is opened, on behalf of whoever opens it."""

Network = IPv4Network | IPv6Network


class LinkSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How links are followed; the setting `links`. Without a `public_url` in `contents` none is replaced."""

    track: bool = True
    utm: bool = True
    """Add utm_source, utm_medium and utm_campaign where a link has none of its own."""
    pixel: bool = True
    """Mails bear a picture of one point, by which opens are told."""
    machine_networks: tuple[str, ...] = ()
    """Networks in which no customer sits, as CIDRs: of data centres whose filters open everything."""


class Target(Struct, frozen=True, kw_only=True):
    """Where a link leads and for whom that is counted; a picture leads nowhere."""

    url: str
    channel: str
    campaign: str


class Visit(Struct, frozen=True, kw_only=True):
    """Somebody or something that follows a link, or fetches a picture."""

    method: str
    user_agent: str
    purpose: str
    """What browsers say when they only look ahead."""
    address: str
    after_ms: int
    """Since the hand-over."""
    picture: bool


def machine(visit: Visit, networks: Sequence[Network]) -> str:
    """Return why a visit is a machine's, empty where it seems to be a person's."""
    agent = visit.user_agent.strip()
    if visit.method != "GET":
        return "method"
    if "prefetch" in visit.purpose.lower() or "preview" in visit.purpose.lower():
        return "prefetch"
    if visit.picture and _READERS.search(agent):
        return ""
    if not agent or agent == "Mozilla/5.0":  # Apple's protection of mails says no more than this.
        return "no_agent"
    if _MACHINE.search(agent):
        return "agent"
    if visit.after_ms < AT_ONCE_MS:
        return "at_once"
    return "network" if _within(visit.address, networks) else ""


@lru_cache(maxsize=8)
def networks_of(texts: tuple[str, ...]) -> tuple[Network, ...]:
    """Return networks by their CIDRs; raises `ValueError`."""
    return tuple(ip_network(text, strict=False) for text in texts)


def _within(address: str, networks: Sequence[Network]) -> bool:
    if not networks:
        return False
    try:
        ip = ip_address(address)
    except ValueError:
        return False
    return any(ip.version == network.version and ip in network for network in networks)


def replaced(body: str, as_html: bool, own: str, short: Callable[[str], str]) -> str:
    """Return a text with its links replaced by what `short` makes of each; `own` begins links that stay as they are."""
    left = LINKS_MAX

    def shortened(url: str) -> str:
        nonlocal left
        if left <= 0 or url.startswith(own) or len(url) > URL_CHARACTERS_MAX:
            return url
        left -= 1
        return short(url)

    if as_html:
        return _IN_HTML.sub(
            lambda found: f"{found[1]}{found[2]}{html.escape(shortened(html.unescape(found[3])))}{found[2]}", body
        )
    return _IN_TEXT.sub(lambda found: shortened(found[0]), body)


def with_picture(body: str, url: str) -> str:
    """Return an HTML body with a picture of one point at its end."""
    picture = f'<img src="{html.escape(url)}" width="1" height="1" alt="" style="display:none">'
    place = body.lower().rfind("</body>")
    return body + picture if place < 0 else body[:place] + picture + body[place:]


def as_location(url: str) -> bytes:
    """Return an address as a header may hold it: what is not ASCII is written as its bytes, as browsers write it.

    >>> as_location("https://shop.example/商品?q=奶粉&p=1%2C2#a")
    b'https://shop.example/%E5%95%86%E5%93%81?q=%E5%A5%B6%E7%B2%89&p=1%2C2#a'
    """
    return quote(url, safe="!#$%&'()*+,/:;=?@[]~").encode()


def with_utm(url: str, source: str, medium: str, campaign: str) -> str:
    """Return a link that says where its visitors come from, unless it says so itself.

    >>> with_utm("https://shop.example/a?x=1#top", "sms", "sms", "autumn")
    'https://shop.example/a?x=1&utm_source=sms&utm_medium=sms&utm_campaign=autumn#top'
    """
    parts = urlsplit(url)
    if "utm_" in parts.query:
        return url
    said = (("utm_source", source), ("utm_medium", medium), ("utm_campaign", campaign))
    query = "&".join(f"{name}={quote(value, safe='')}" for name, value in said if value)
    return urlunsplit(parts._replace(query=f"{parts.query}&{query}" if parts.query else query))


def token_of(number: int, mark: int) -> str:
    """Return what stands in a link: its number, and the mark that only we can compute.

    >>> token_of(61, 0), token_of(62, 5)
    ('Z000000', '10000005')
    """
    letters = ""
    for _ in range(MARK_LENGTH):
        mark, digit = divmod(mark, len(DIGITS))
        letters = DIGITS[digit] + letters
    while number:
        number, digit = divmod(number, len(DIGITS))
        letters = DIGITS[digit] + letters
    return letters


def number_in(token: str) -> int:
    """Return the number in a token, 0 where it is none of ours.

    >>> number_in("10000005"), number_in("?"), number_in("中" * 9)
    (62, 0, 0)
    """
    number = 0
    for letter in token[:-MARK_LENGTH]:
        digit = DIGITS.find(letter)
        if digit < 0 or number > 2**50:
            return 0
        number = number * len(DIGITS) + digit
    return number


def marked_text(number: int, key: str, target: Target) -> str:
    """Return what a link's mark is computed of: another message or another place has another mark."""
    return f"{number}\n{key}\n{target.channel}\n{target.url}"
