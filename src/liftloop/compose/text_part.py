"""What an HTML body says to readers without pictures: its text, with the addresses of its links."""

import html
import re

_UNREAD = re.compile(
    r"<(style|script|head)\b.*?</\1\s*>|<!--.*?-->|<div style=\"display:none[^<>]*>[^<>]*</div>",
    re.IGNORECASE | re.DOTALL,
)
_LINK = re.compile(
    r"""<a\b[^<>]*?\bhref\s*=\s*["'](https?://[^"'<>]{1,2000})["'][^<>]*>(.*?)</a\s*>""", re.IGNORECASE | re.DOTALL
)
_BREAK = re.compile(r"<br\s*/?>\n?|</(?:p|div|tr|li|h[1-6])\s*>", re.IGNORECASE)
_TAG = re.compile(r"<[^<>]*>")
_EMPTY = re.compile(r"[ \t\xa0\u200b-\u200d\u034f\ufeff]*\n\s*\n\s*")


def text_part(body: str) -> str:
    """Return the text of an HTML body.

    >>> text_part("<style>p{}</style><p>你好 &amp; 再见</p><a href='x'>看看</a>")
    '你好 & 再见\\n看看'
    >>> text_part('<a href="https://a.cn">去看看</a>')
    '去看看 (https://a.cn)'
    """
    text = _LINK.sub(_with_address, _UNREAD.sub("", body))
    said = html.unescape(_TAG.sub("", _BREAK.sub("\n", text)))
    return _EMPTY.sub("\n\n", "\n".join(line.strip() for line in said.splitlines())).strip()


def _with_address(link: re.Match[str]) -> str:
    words = _TAG.sub("", link[2]).strip()
    return f"{words} ({link[1]})" if words and words != link[1] else link[1]
