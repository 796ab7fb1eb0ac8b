"""What features of people are called where they are codes: categories, attributes and what attributes say."""

from collections.abc import Mapping

from msgspec import Struct

from liftloop.plan.options import Words

Values = Mapping[str, Mapping[str, Words]]


class Called(Struct, frozen=True, kw_only=True):
    """Names by code; what is in none of them says itself."""

    categories: Mapping[str, Words] = {}
    attributes: Mapping[str, Words] = {}
    values: Values = {}
    """What an attribute says, by attribute."""

    def category(self, code: str) -> Words:
        return self.categories.get(code, Words(zh=code, en=code))

    def attribute(self, name: str) -> Words:
        return self.attributes.get(name, Words(zh=name, en=name))

    def value(self, attribute: str, value: str) -> Words:
        return self.values.get(attribute, {}).get(value, Words(zh=value, en=value))

    def group(self, name: str) -> Words:
        """Return a group of `sensitive_groups` in words.

        >>> Called().group("city=上海").zh, Called().group("birthday<25").en
        ('city为“上海”的人', 'people under 25 (birthday)')
        """
        for sign, zh, en in (("<", "以下", "under {}"), (">=", "及以上", "of {} and older")):
            attribute, found, years = name.rpartition(sign)
            if found and years.isdecimal():
                of = self.attribute(attribute)
                return Words(zh=f"{years} 岁{zh}的人（{of.zh}）", en=f"people {en.format(years)} ({of.en})")
        attribute, found, value = name.partition("=")
        if not found:
            return Words(zh=name, en=name)
        of, said = self.attribute(attribute), self.value(attribute, value)
        return Words(zh=f"{of.zh}为“{said.zh}”的人", en=f"people whose {of.en} is “{said.en}”")
