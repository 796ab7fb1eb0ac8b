"""A mail in MJML or plain text: what is said, one button, and how to refuse."""

from collections.abc import Sequence
from html import escape

from liftloop.compose.drafting.brief import Brief

_BACK = "#f4f5f7"
_INK = "#1f2329"
_SOFT = "#646a73"
_FONT = "-apple-system, 'PingFang SC', 'Microsoft YaHei', 'Segoe UI', sans-serif"


def mail_html(brief: Brief, headline: str, paragraphs: Sequence[str]) -> str:
    """Return a mail as MJML; what others named is escaped, Liquid stays as it is."""
    texts = "\n".join(
        f'      <mj-text padding="0 24px 12px">{escape(each, quote=False)}</mj-text>' for each in paragraphs
    )
    look = escape(brief.said("去看看", "Have a look"))
    button = f'      <mj-button href="{escape(brief.url)}" align="left">{look}</mj-button>\n' if brief.url else ""
    brand = (
        f'      <mj-text color="{_SOFT}" padding="24px 24px 0">{escape(brief.brand, quote=False)}</mj-text>\n'
        if brief.brand
        else ""
    )
    end = refusal(brief, linked='<a href="{0}">{1}</a>')
    said = escape(headline, quote=False)
    return f"""<mjml>
  <mj-head>
    <mj-attributes>
      <mj-all font-family="{_FONT}" />
      <mj-text color="{_INK}" font-size="16px" line-height="1.6" />
    </mj-attributes>
  </mj-head>
  <mj-body background-color="{_BACK}">
    <mj-section background-color="#ffffff" padding="0 0 16px"><mj-column>
{brand}      <mj-text font-size="22px" font-weight="600" padding="24px 24px 12px">{said}</mj-text>
{texts}
{button}    </mj-column></mj-section>
    <mj-section><mj-column>
      <mj-text color="{_SOFT}" font-size="12px" align="center">{end}</mj-text>
    </mj-column></mj-section>
  </mj-body>
</mjml>
"""


def mail_text(brief: Brief, paragraphs: Sequence[str]) -> str:
    """Return a mail as plain text."""
    said = [*paragraphs, brief.url, refusal(brief, linked="{1}: {0}")]
    return "\n\n".join(each for each in said if each)


def refusal(brief: Brief, *, linked: str) -> str:
    """Return how readers say no: by their own link where they reach one, else by an answer; `linked` takes both."""
    if brief.purpose != "marketing":
        return brief.said("这是一封服务邮件。", "This is a service message.")
    if brief.linked:
        return linked.format("{{ unsubscribe_url }}", brief.said("退订", "Unsubscribe"))
    return brief.said(
        "不想再收到这类邮件，回复“退订”就好。", 'Reply "unsubscribe" and you will not hear from us again.'
    )
