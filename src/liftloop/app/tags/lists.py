"""Fixed lists: an audience as it is at this instant, or the people whom a file names, under a name of their own.

A list is a tag without a rule, put on its people once, and an audience that asks for nothing but this tag: so whatever
takes an audience takes a list.
"""

import asyncio
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from msgspec import Struct

from liftloop.app.audiences.directory import Audiences, Numbers
from liftloop.app.audiences.missing import refuse_missing
from liftloop.app.desk import Desk
from liftloop.app.tags.directory import Tags
from liftloop.app.tags.naming import known_people, named_in
from liftloop.kernel.dice import hash_text
from liftloop.kernel.errors import EXIT_USAGE, LiftloopError
from liftloop.kernel.sets import distinct
from liftloop.profile.tags import LIST

CATEGORY = "名单 list"
"""Of the tags behind lists, in the directory."""
NAME_CHARACTERS_MAX = 80
UNKNOWN_SHOWN = 20
NAMED_AT_ONCE = 50_000


class BadList(LiftloopError):
    """There is nobody to make a list of, or no name."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(
            "bad_list",
            zh=f"名单没有建成：{zh}",
            en=f"the list was not made: {en}",
            next_zh="检查名称，以及文件第一列是不是会员号、手机号、邮箱或档案号",
            next_en="check the name; the file's first column has to name customers, phones, mails or profile ids",
            status=422,
            exit_code=EXIT_USAGE,
        )


class ListMade(Struct, frozen=True, kw_only=True):
    """A list as it was made."""

    audience: str
    people: int
    repeated: int
    """Lines that name somebody who is in it already."""
    unknown: int
    unknown_shown: Sequence[str]


class Lists:
    """The use cases of fixed lists."""

    def __init__(self, desk: Desk, audiences: Audiences, tags: Tags) -> None:
        self._desk = desk
        self._audiences = audiences
        self._tags = tags

    async def freeze(self, audience: str, name: str, actor: str) -> ListMade:
        """Make a list of who is in an audience now; raises `NotFound`, `BadList`, `MissingCondition`."""
        refuse_missing(self._desk.definitions.newest("audience", audience)[1]["where"], self._desk.definitions)
        numbers = await self._audiences.members(audience)
        said, _ = await self._audiences.described(audience)
        chosen = await self._made(name, numbers, f"「{said}」此刻的成员 / members of “{said}” at this instant", actor)
        return ListMade(audience=chosen, people=len(numbers), repeated=0, unknown=0, unknown_shown=())

    async def from_file(self, path: Path, name: str, actor: str) -> ListMade:
        """Make a list of whom a file names in its first column; raises what is wrong with the file, and `BadList`.

        A heading may be there; whom nobody knows is counted and left out.
        """
        texts = await asyncio.to_thread(named_in, path)
        found: list[Numbers] = []
        unknown: list[str] = []
        for start in range(0, len(texts), NAMED_AT_ONCE):
            part = texts[start : start + NAMED_AT_ONCE]
            numbers = await asyncio.to_thread(known_people, self._desk.state, self._desk.vault, part)
            found.append(numbers[numbers >= 0])
            strangers = np.flatnonzero(numbers < 0).tolist()
            unknown += [part[row] for row in strangers if start + row > 0]  # The first may be a heading.
        named = np.concatenate(found) if found else np.zeros(0, dtype=np.int64)
        numbers = distinct(named)
        chosen = await self._made(name, numbers, f"来自文件 {path.name} / from the file {path.name}", actor)
        return ListMade(
            audience=chosen,
            people=len(numbers),
            repeated=len(named) - len(numbers),
            unknown=len(unknown),
            unknown_shown=unknown[:UNKNOWN_SHOWN],
        )

    async def _made(self, name: str, numbers: Numbers, meaning: str, actor: str) -> str:
        name = name.strip()
        if not 0 < len(name) <= NAME_CHARACTERS_MAX:
            raise BadList(f"名称要有 1 到 {NAME_CHARACTERS_MAX} 个字", f"a name has 1 to {NAME_CHARACTERS_MAX} letters")
        if not len(numbers):
            raise BadList("里面没有我们认识的人", "nobody in it is known")
        tag = f"{LIST}{hash_text('list', name, str(self._desk.clock.now_ms())) % 16**10:010x}"
        body = {"name": name, "category": CATEGORY, "meaning": meaning}
        await self._desk.definitions.publish("tag", tag, body, actor)
        await self._tags.put_on(tag, numbers.tolist(), actor)
        return await self._audiences.publish(None, name, {"tag": tag}, actor)
