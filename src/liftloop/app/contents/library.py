"""The library: every content with who uses it, every version, and who said yes or no to which words.

What people say of words is a definition of its own (`content_review`), which only this module publishes: its versions
are the history, and the gate reads the last.
"""

from collections.abc import Iterator, Mapping, Sequence
from difflib import ndiff
from typing import Any, Literal

import msgspec
from msgspec import Struct

from liftloop.app.contents.checking import Checked, as_content, check_written
from liftloop.app.definitions.lawful import ContentNotAllowed, reviews_of
from liftloop.app.definitions.publishing import Conflict
from liftloop.app.definitions.sending import contents_of
from liftloop.app.desk import Desk
from liftloop.app.facts import published
from liftloop.compose.asset_names import assets_in
from liftloop.compose.contract import Content, ContentReview, Exemption, Status
from liftloop.compose.law.table import RULES
from liftloop.compose.reading import REVIEW, status_of, terms_mark, words_mark
from liftloop.kernel.codec import parse_json
from liftloop.kernel.errors import EXIT_USAGE, LiftloopError

KIND = "content"
REMARK_CHARACTERS_MAX = 2_000
TEXTS = ("subject", "preheader", "body")
"""What is compared line by line; other fields as a whole."""

_VERSIONS = "SELECT version, actor, at_ms, status FROM definition WHERE kind = ? AND id = ? ORDER BY version DESC"
_REVIEWS = "SELECT body FROM definition WHERE kind = ? AND id = ? ORDER BY version DESC"


class NotMendable(LiftloopError):
    """A review step that lacks what it needs: a rejection its reason, an exception its rule, phrase and evidence."""

    def __init__(self, zh: str, en: str, next_zh: str, next_en: str) -> None:
        super().__init__(
            "bad_review",
            zh=zh,
            en=en,
            next_zh=next_zh,
            next_en=next_en,
            status=422,
            exit_code=EXIT_USAGE,
        )


class Use(Struct, frozen=True, kw_only=True):
    """Something live that sends a content."""

    kind: Literal["journey", "campaign"]
    id: str
    name: str
    channel: str


class Line(Struct, frozen=True, kw_only=True):
    """One content in the library."""

    content: Content
    version: int
    at_ms: int
    by: str
    state: Status
    checked: Checked
    uses: Sequence[Use]


class Version(Struct, frozen=True, kw_only=True):
    """One version of a content."""

    version: int
    by: str
    at_ms: int
    status: str


class Shown(Struct, frozen=True, kw_only=True):
    """One content, its versions and all that was said of it, newest first."""

    line: Line
    body: Mapping[str, Any]
    versions: Sequence[Version]
    reviews: Sequence[ContentReview]


class Change(Struct, frozen=True, kw_only=True):
    """One line of a comparison."""

    field: str
    kind: Literal["same", "added", "removed"]
    text: str


class Library:
    """The use cases around contents."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._definitions = desk.definitions

    def listed(self) -> list[Line]:
        """Return every live content, by folder and name."""
        live = self._definitions.live
        uses, reviews = uses_of(live("journey"), live("campaign")), reviews_of(live)
        lines = [self._line(identity, reviews.get(identity), uses) for identity in live(KIND)]
        return sorted(lines, key=lambda line: (line.content.folder, line.content.name or line.content.id))

    def shown(self, identity: str) -> Shown:
        """Return one content with its past; raises `NotFound`."""
        live = self._definitions.live
        line = self._line(identity, reviews_of(live).get(identity), uses_of(live("journey"), live("campaign")))
        rows = self._desk.state.rows(_VERSIONS, (KIND, identity))
        said = self._desk.state.rows(_REVIEWS, (REVIEW, identity))
        return Shown(
            line=line,
            body=self._definitions.newest(KIND, identity)[1],
            versions=[Version(version=row[0], by=row[1], at_ms=row[2], status=row[3]) for row in rows],
            reviews=[msgspec.convert(parse_json(row[0]), type=ContentReview, strict=False) for row in said],
        )

    def compared(self, identity: str, before: int, after: int) -> list[Change]:
        """Return what two versions say, line by line where they differ; raises `NotFound`."""
        old = self._definitions.version(KIND, identity, before)[0]
        new = self._definitions.version(KIND, identity, after)[0]
        return list(changes(old, new))

    async def revert(self, identity: str, version: int, actor: str) -> int:
        """Publish an earlier version once more, as the newest; raises `NotFound`."""
        body, _ = self._definitions.version(KIND, identity, version)
        return await self._definitions.publish(KIND, identity, body, actor)

    async def say(self, identity: str, status: Status, remark: str, actor: str) -> ContentReview:
        """Submit, approve or reject the words as they are now; a rejection says why.

        Raises `NotMendable`, and `ContentNotAllowed` where words that break a blocking rule are to go on.
        """
        version, body, _, _ = self._definitions.newest(KIND, identity)
        if status == "rejected" and not remark.strip():
            raise NotMendable("驳回要写明原因", "a rejection says why", "写上 remark 再提交", "give a remark")
        content = as_content({**body, "id": identity})
        blocking = [hit for hit in self._checked(content).hits if hit.blocks]
        if status in ("submitted", "approved") and blocking:
            raise ContentNotAllowed({identity: f"law:{blocking[0].rule.id}"})
        changing = sorted(named for named in assets_in(content) if "@" not in named)
        if status in ("submitted", "approved") and changing:
            raise NotMendable(
                f"素材「{changing[0]}」没有写明是哪个文件，换图之后批准过的内容就变了",
                f"the asset {changing[0]} may get another file, which would show in what was approved",
                f"写明文件，例如 {{{{ '{changing[0]}@1' | asset }}}}，再提交",
                f"name the file, as {{{{ '{changing[0]}@1' | asset }}}}, then submit",
            )
        review = ContentReview(
            status=status,
            words=words_mark(body),
            terms=terms_mark(body),
            version=version,
            remark=remark.strip()[:REMARK_CHARACTERS_MAX],
            by=actor,
            at_ms=self._desk.clock.now_ms(),
            exemptions=self._exemptions(identity),
        )
        return await self._publish(identity, review)

    async def exempt(self, identity: str, rule: str, quote: str, evidence: str, actor: str) -> ContentReview:
        """Record an exception for one phrase; of rules that know none, or without evidence, `NotMendable`."""
        version, body, _, _ = self._definitions.newest(KIND, identity)
        known = RULES.get(rule)
        if known is None or not known.excusable or not quote.strip() or not evidence.strip():
            raise NotMendable(
                f"规则 {rule} 没有例外，或没有写词和证据",
                f"rule {rule} knows no exception, or the phrase or the evidence is missing",
                "写明 quote 和 evidence；不能登记例外的规则请改内容",
                "give quote and evidence; for rules without exceptions change the words",
            )
        now_ms = self._desk.clock.now_ms()
        added = Exemption(rule=rule, quote=quote.strip(), evidence=evidence.strip(), by=actor, at_ms=now_ms)
        last = reviews_of(self._definitions.live).get(identity)
        kept = [each for each in self._exemptions(identity) if (each.rule, each.quote) != (rule, added.quote)]
        status = status_of(body, last)
        review = ContentReview(
            status=status,
            words=words_mark(body),
            terms=terms_mark(body),
            version=version,
            remark=last.remark if last is not None and status != "draft" else "",
            by=actor,
            at_ms=now_ms,
            exemptions=(*kept, added),
        )
        return await self._publish(identity, review)

    def _exemptions(self, identity: str) -> tuple[Exemption, ...]:
        last = reviews_of(self._definitions.live).get(identity)
        return last.exemptions if last else ()

    async def _publish(self, identity: str, review: ContentReview) -> ContentReview:
        current = (await self._desk.tick.ask("definition", kind=REVIEW, id=identity))["version"]
        body = msgspec.to_builtins(review)
        record = published(REVIEW, identity, current + 1, body, review.by, review.at_ms)
        await self._desk.tick.facts([record])
        if reviews_of(self._definitions.live).get(identity) != review:
            raise Conflict(REVIEW, identity)
        return review

    def _line(self, identity: str, review: ContentReview | None, uses: Mapping[str, Sequence[Use]]) -> Line:
        version, body, at_ms, _ = self._definitions.newest(KIND, identity)
        by = self._desk.state.rows(_VERSIONS, (KIND, identity))[0][1]
        content = as_content({**body, "id": identity})
        used = uses.get(identity, ())
        channel = content.channel or next((use.channel for use in used if use.channel), "")
        return Line(
            content=content,
            version=version,
            at_ms=at_ms,
            by=by,
            state=status_of(body, review),
            checked=self._checked(content, channel),
            uses=used,
        )

    def _checked(self, content: Content, channel: str = "") -> Checked:
        return check_written(self._definitions.live, content, channel)


def uses_of(
    journeys: Mapping[str, Mapping[str, Any]], campaigns: Mapping[str, Mapping[str, Any]]
) -> dict[str, list[Use]]:
    """Return what sends each content: nodes of journeys, actions of campaigns, their variants and other ways."""
    found: dict[str, list[Use]] = {}
    sending: tuple[tuple[Literal["journey", "campaign"], Mapping[str, Mapping[str, Any]], str], ...] = (
        ("journey", journeys, "nodes"),
        ("campaign", campaigns, "actions"),
    )
    for kind, bodies, part in sending:
        for identity, body in bodies.items():
            for way in body.get(part) or ():
                for content, channel in contents_of(way):
                    use = Use(kind=kind, id=identity, name=str(body.get("name")), channel=channel)
                    found.setdefault(content, []).append(use)
    return {content: list(dict.fromkeys(uses)) for content, uses in found.items()}


def changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
    """Yield what two bodies say by field; of fields that are the same nothing."""
    for field in dict.fromkeys((*TEXTS, *old, *new)):
        before, after = old.get(field), new.get(field)
        if before == after:
            continue
        for line in ndiff(_lines(before), _lines(after)):
            match line[:2]:
                case "  ":
                    yield Change(field=field, kind="same", text=line[2:])
                case "+ ":
                    yield Change(field=field, kind="added", text=line[2:])
                case "- ":
                    yield Change(field=field, kind="removed", text=line[2:])
                case _:
                    continue


def _lines(value: Any) -> list[str]:
    if value in (None, ""):
        return []
    text = value if isinstance(value, str) else msgspec.json.format(msgspec.json.encode(value)).decode()
    return text.splitlines()
