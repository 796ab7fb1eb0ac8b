"""The pages of hosted forms: plain HTML without scripts, in the form's language, and the mark that tells people apart.

The mark says when the page was opened and carries a nonce; it is signed, so that a machine cannot make one up.
"""

import hmac
from collections.abc import Mapping
from hashlib import sha256
from html import escape

from liftloop.app.requests import Answer
from liftloop.collect.forms import Agreement, Field, Filled, Form, consent_name

TRAP = "website"
"""A field that no person sees: whoever fills it in is a machine."""
MARK = "mark"
MARK_AGE_MS_MAX = 86_400_000
"""A page left open for a day is opened anew: its mark would be worth collecting otherwise."""
POLICY = b"default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'"
INPUTS = {"email": "email", "phone": "tel", "number": "text", "date": "date", "text": "text"}
STYLE = """
body{font:16px/1.6 system-ui,"PingFang SC","Noto Sans CJK SC",sans-serif;color:#1f2328;
max-width:36rem;margin:2rem auto;padding:0 1rem}
label{display:block;margin:1rem 0 .25rem}input:not([type=checkbox]),select,textarea{width:100%;box-sizing:border-box;
font:inherit;padding:.5rem;border:1px solid #6e7781;border-radius:6px}button{font:inherit;margin-top:1.5rem;
padding:.6rem 1.5rem;border:0;border-radius:6px;background:#0b5fff;color:#fff}.problem{color:#b42318;margin:.25rem 0}
.trap{position:absolute;left:-10000px}
"""
SAID = {
    "zh-CN": {
        "missing": "请填写这一项",
        "unreadable": "这一项的格式不对",
        "too_long": "这一项太长了",
        "again": "页面打开太久了，请再提交一次",
        "check": "还有几项需要修改",
        "choose": "请选择",
    },
    "en": {
        "missing": "Please fill this in",
        "unreadable": "This cannot be read",
        "too_long": "This is too long",
        "again": "This page was open for too long; please submit again",
        "check": "Some answers need another look",
        "choose": "Please choose",
    },
}


def mark_of(key: bytes, identity: str, nonce: str, now_ms: int) -> str:
    """Return the mark of a page that is opened now."""
    return f"{now_ms}.{nonce}.{_signed(key, identity, nonce, now_ms)}"


def read_mark(key: bytes, identity: str, mark: str) -> tuple[int, str] | None:
    """Return (when the page was opened, its nonce), None where the mark is not ours."""
    at, _, rest = mark.partition(".")
    nonce, _, signed = rest.partition(".")
    if not (at.isascii() and at.isdecimal() and len(at) < 16):
        return None
    good = hmac.compare_digest(signed.encode(), _signed(key, identity, nonce, int(at)).encode())
    return (int(at), nonce) if good else None


def _signed(key: bytes, identity: str, nonce: str, at_ms: int) -> str:
    return hmac.new(key, f"form\n{identity}\n{nonce}\n{at_ms}".encode(), sha256).hexdigest()[:32]


def form_page(form: Form, mark: str, filled: Filled, problems: Mapping[str, str], status: int) -> Answer:
    """Return the form, with what was filled in and what is wrong with it."""
    said = SAID[form.language]
    intro = f"<p>{escape(form.intro)}</p>" if form.intro else ""
    note = said[problems[""]] if "" in problems else said["check"] if problems else ""
    told = f'<p class="problem" role="alert">{note}</p>' if note else ""
    return _page(form, told + intro + _filled_in(form, mark, filled, problems, ""), status)


def form_html(form: Form, mark: str, action: str) -> str:
    """Return an empty form for a page that is more than it, posted to where `action` says."""
    intro = f"<p>{escape(form.intro)}</p>" if form.intro else ""
    return intro + _filled_in(form, mark, {}, {}, f' action="{escape(action)}"')


def _filled_in(form: Form, mark: str, filled: Filled, problems: Mapping[str, str], action: str) -> str:
    said = SAID[form.language]
    parts = [
        f'<form method="post"{action}>',
        f'<input type="hidden" name="{MARK}" value="{escape(mark)}">',
        f'<p class="trap" aria-hidden="true"><input name="{TRAP}" tabindex="-1" autocomplete="off"></p>',
        *(_field(each, filled.get(each.name, ""), _told(said, problems, each.name), said) for each in form.fields),
        *(
            _agreement(each, consent_name(place), _told(said, problems, consent_name(place)))
            for place, each in enumerate(form.consents)
        ),
        f'<button type="submit">{escape(form.submit)}</button></form>',
    ]
    return "".join(parts)


def thanks_page(form: Form) -> Answer:
    return _page(form, f'<p role="status">{escape(form.thanks)}</p>', 200)


def _page(form: Form, inner: str, status: int) -> Answer:
    title = escape(form.title)
    html = (
        f'<!doctype html><html lang="{form.language}"><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width,initial-scale=1"><title>{title}</title>'
        f"<style>{STYLE}</style><main><h1>{title}</h1>{inner}</main></html>"
    )
    headers = (
        (b"content-security-policy", POLICY),
        (b"x-content-type-options", b"nosniff"),
        (b"cache-control", b"no-store"),
    )
    return Answer(status, html.encode("utf-8", "replace"), b"text/html; charset=utf-8", headers)


def _told(said: Mapping[str, str], problems: Mapping[str, str], name: str) -> str:
    return said[problems[name]] if name in problems else ""


def _field(field: Field, value: str, problem: str, said: Mapping[str, str]) -> str:
    name, required = escape(field.name), " required" if field.required else ""
    told = f' aria-invalid="true" aria-describedby="{name}-problem"' if problem else ""
    common = f'id="{name}" name="{name}"{required}{told}'
    match field.type:
        case "long_text":
            control = f'<textarea rows="4" {common}>{escape(value)}</textarea>'
        case "choice":
            options = "".join(
                f"<option{' selected' if each == value else ''}>{escape(each)}</option>" for each in field.choices
            )
            control = f'<select {common}><option value="">{said["choose"]}</option>{options}</select>'
        case kind:
            control = f'<input type="{INPUTS[kind]}" value="{escape(value)}" {common}>'
    label = f'<label for="{name}">{escape(field.label)}{" *" if field.required else ""}</label>'
    return label + control + (f'<p class="problem" id="{name}-problem">{problem}</p>' if problem else "")


def _agreement(agreement: Agreement, name: str, problem: str) -> str:
    required = " required" if agreement.required else ""
    box = f'<label><input type="checkbox" name="{name}" value="yes"{required}> {escape(agreement.text)}</label>'
    return box + (f'<p class="problem">{problem}</p>' if problem else "")
