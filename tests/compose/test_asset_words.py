"""Pictures and documents: told by their content, and named by words."""

import pytest

from liftloop.compose.assets import sniffed
from liftloop.compose.check import check
from liftloop.compose.contract import Content, RenderFailed
from liftloop.compose.template import render, variables_used

PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes((0, 0, 2, 88, 0, 0, 1, 44, 8, 6, 0, 0, 0))
JPEG = b"\xff\xd8\xff\xe0\x00\x04ab\xff\xff\xc2\x00\x0b\x08\x01\x2c\x02\x58\x03\x01\x22\x00"
LOSSY = b"RIFF\x00\x00\x00\x00WEBPVP8 \x00\x00\x00\x00\x10\x00\x00\x9d\x01\x2a\x58\x02\x2c\x01"
LOSSLESS = b"RIFF\x00\x00\x00\x00WEBPVP8L\x00\x00\x00\x00\x2f" + (599 | 299 << 14).to_bytes(4, "little")
EXTENDED = b"RIFF\x00\x00\x00\x00WEBPVP8X" + bytes(8) + (599).to_bytes(3, "little") + (299).to_bytes(3, "little")
GIF = b"GIF89a\x58\x02\x2c\x01\x00\x00\x00"


def test_a_file_is_what_its_content_says() -> None:
    """Type and size come from the bytes; what is cut off, has no size, or is text with a name is refused."""
    found = [sniffed(each) for each in (PNG, JPEG, LOSSY, LOSSLESS, EXTENDED, GIF)]
    assert {(each[1:]) for each in found if each} == {(600, 300)}
    kinds = [each[0] for each in found if each]
    assert kinds == ["image/png", "image/jpeg", *["image/webp"] * 3, "image/gif"]
    assert sniffed(b"%PDF-1.7\n1 0 obj\n%%EOF\n") == ("application/pdf", 0, 0)
    wide = PNG[:16] + (10_001).to_bytes(4) + PNG[20:]
    for bad in (b"", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"<html>", b"%PDF-1.7", PNG[:18], wide, GIF[:6]):
        assert sniffed(bad) is None
    for whole in (PNG, JPEG, LOSSY, LOSSLESS, EXTENDED, GIF):
        for end in range(len(whole)):
            sniffed(whole[:end])  # Never raises.


def test_words_name_an_asset_by_a_name_in_quotes() -> None:
    """The address comes from outside; a computed name cannot be checked, so it is refused."""
    content = Content(
        id="c", body="<img src=\"{{ 'hero@2' | asset }}\">{% if customer.a %}{{ 'x' | asset | upcase }}{% endif %}"
    )
    assert variables_used(content) == {"assets.hero@2", "assets.x", "customer.a"}
    shown = render(content, {"assets": {"hero@2": "https://t/m.png"}, "customer": {}}, "html").body
    assert shown == '<img src="https://t/m.png">'
    for bad in (
        "{{ customer.a | asset }}",
        "{{ 'a.b' | asset }}",
        "{{ 'a' | upcase | asset }}",
        "{{ '../x' | asset }}",
    ):
        with pytest.raises(RenderFailed, match="asset takes a name"):
            variables_used(Content(id="c", body=bad))
    problems = check(content, {"customer", "assets.hero", "assets.hero@1", "assets.x"})
    assert [(each.code, each.variable) for each in problems] == [("unknown_asset", "hero@2")]
    shadowed = Content(id="c", body="{% assign assets = customer %}{{ 'x' | asset }}")
    assert render(shadowed, {"assets": {"x": "https://t"}, "customer": {"x": "https://bad"}}).body == "https://t"
