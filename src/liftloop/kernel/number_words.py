"""Numbers in words: Chinese numerals and English number words."""

# fmt: off
WORD_VALUES = {
    "zero": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8,
    "nine": 9, "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15,
    "sixteen": 16, "seventeen": 17, "eighteen": 18, "nineteen": 19, "twenty": 20, "thirty": 30,
    "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90,
}
# fmt: on
SCALES = {"hundred": 100, "thousand": 1_000, "million": 1_000_000, "billion": 1_000_000_000}


_TENS = {"十": 10, "百": 100, "千": 1000}


def han_number(text: str) -> int | None:
    """Return the value of Chinese numerals, or None where they make no number.

    >>> han_number("二十五"), han_number("八万"), han_number("一百零五"), han_number("二〇二六"), han_number("一万五")
    (25, 80000, 105, 2026, 15000)
    """
    digits = {character: value for value, character in enumerate("零一二三四五六七八九")}
    digits.update({"〇": 0, "两": 2})
    if all(character in digits for character in text):
        return int("".join(str(digits[character]) for character in text))
    total, section, digit, last, zero = 0, 0, None, 1, False
    for character in text:
        if character in digits:
            if digit:
                return None
            digit = digits[character]
            zero = zero or digit == 0
        elif character in _TENS:
            last, zero = _TENS[character], False
            section += (1 if digit is None else digit) * last
            digit = None
        else:
            section += digit or 0
            if section == 0 and total == 0:
                return None
            last, zero = (10**4 if character == "万" else 10**8), False
            total = (total + section) * last
            section, digit = 0, None
    # 一万五 is fifteen thousand, 一万零五 is not; 二十五 is what it says.
    return total + section + (digit or 0) * (1 if zero else max(last // 10, 1))


def english_number(text: str) -> int:
    """Return the value of English number words.

    >>> english_number("two hundred five"), english_number("twenty five thousand")
    (205, 25000)
    """
    total, section = 0, 0
    for word in text.split():
        scale = SCALES.get(word)
        if scale is None:
            section += WORD_VALUES[word]
        elif scale == 100:
            section = max(section, 1) * scale
        else:
            total, section = total + max(section, 1) * scale, 0
    return total + section
