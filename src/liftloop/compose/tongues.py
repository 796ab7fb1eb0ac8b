"""In which of its languages a content is said to a person."""

from msgspec.structs import replace

from liftloop.compose.contract import Content


def in_language(content: Content, language: str) -> Content:
    """Return a content as it is written in one of its languages; its own words where it has no such translation."""
    translation = content.translations.get(language)
    if translation is None:
        return content
    return replace(
        content,
        language=language,
        subject=translation.subject,
        preheader=translation.preheader,
        body=translation.body,
        blocks=translation.blocks,
        translations={},
    )


def language_for(content: Content, wanted: str) -> str:
    """Return the language of a content for somebody who reads `wanted`: the same, one of its kin, else its own.

    >>> from liftloop.compose.contract import Translation
    >>> spoken = Content(id="c", body="b", translations={"en": Translation(body="e"), "zh-TW": Translation(body="t")})
    >>> [language_for(spoken, each) for each in ("en_GB", "zh-Hant-TW", "zh-TW", "ja", "")]
    ['en', 'zh-CN', 'zh-TW', 'zh-CN', 'zh-CN']
    """
    plain = wanted.replace("_", "-").lower()
    spoken = [content.language, *content.translations]
    same = [each for each in spoken if each.lower() == plain]
    kin = [each for each in spoken if plain and each.lower().partition("-")[0] == plain.partition("-")[0]]
    return next(iter((*same, *kin)), content.language)
