"""The doctor's look at what the files say: whether they agree, what is unfinished, what cannot be read or opened."""

import asyncio
from collections.abc import Iterator
from typing import Any

import msgspec

from liftloop.app.definitions.secrets import has_clear, with_stand_ins
from liftloop.app.doctor.files import LookAtLake
from liftloop.app.doctor.findings import RESTORE, Finding, problem, warning, well
from liftloop.app.settings import Settings
from liftloop.app.words import Said
from liftloop.deliver.contract import ChannelDefinition
from liftloop.kernel.clock import MINUTE_MS, SECOND_MS, SystemClock
from liftloop.kernel.codec import parse_object
from liftloop.kernel.errors import LiftloopError
from liftloop.plugins.channels import open_channel
from liftloop.plugins.channels.addresses import parse_networks
from liftloop.storage.embedded.examine import look_at_log, look_at_state, looking
from liftloop.storage.embedded.folder import FolderFiles

LAG_RECORDS_MAX = 1_000_000
"""The lake takes in about 60,000 records a second: a quarter of a minute of import."""
BEHIND_MS = SECOND_MS
WRONG_CLOCK_MS = 5 * MINUTE_MS
"""From here on events would be taken for such from the future."""
UNANSWERED_MS = 10 * MINUTE_MS
"""Longer than any channel may take to answer."""

_TOLD = 'SELECT coalesce(max("offset"), 0) FROM batch'
_UNANSWERED = "SELECT count(*) FROM batch WHERE report IS NULL AND started_ms <= ?"
_UNTOLD = 'SELECT count(*) FROM batch WHERE report IS NOT NULL AND "offset" IS NULL'
_UNREADABLE = """
SELECT kind, id, version FROM definition AS old WHERE status = 'unreadable' AND NOT EXISTS (
    SELECT 1 FROM definition AS new WHERE new.kind = old.kind AND new.id = old.id AND new.version > old.version
) ORDER BY kind, id
"""
_CHANNELS = "SELECT id, body FROM definition WHERE kind = 'channel' AND status = 'live' ORDER BY id"
_WITH_SECRETS = "SELECT kind, id, body FROM definition WHERE kind IN ('channel', 'source') AND status = 'live'"


def positions(files: FolderFiles, look: LookAtLake) -> Iterator[Finding]:
    """Yield whether dispatch, lake, state and log stand in this order, each no further than the next."""
    with looking(files.attempts) as connection:  # Read in this order, so that what runs on cannot seem wrong.
        told = connection.execute(_TOLD).fetchone()[0]
    followed = look() if files.lake.exists() else None
    folded = look_at_state(files.state)
    kept = look_at_log(files.log)
    offset, tick = (folded.offset, folded.tick) if folded else (0, 0)
    taken = followed.offset if followed else offset
    numbers = f"dispatch {told:,} · lake {taken:,} · state {offset:,} · log {kept.forgotten:,}–{kept.end:,}"
    ahead = told > kept.end or offset > kept.end or taken > offset or (followed is not None and followed.tick > tick)
    if ahead or kept.forgotten > min(taken, offset):
        said = Said(f"各文件的进度对不上：{numbers}", f"the files do not belong together: {numbers}")
        yield problem("positions", said, RESTORE)
    elif offset - taken > LAG_RECORDS_MAX:
        said = Said(f"数据湖落后 {offset - taken:,} 条", f"the lake is {offset - taken:,} records behind")
        following = Said(
            "让服务运行一会儿再看；一直上涨就看日志", "let the server run and look again; see its log if it grows"
        )
        yield warning("positions", said, following)
    else:
        yield well("positions", Said(f"进度一致：{numbers}", f"the files agree: {numbers}"))


def clock(files: FolderFiles, now_ms: int) -> Iterator[Finding]:
    """Yield whether the clock stands before what was already recorded."""
    folded = look_at_state(files.state)
    behind_ms = max(folded.now_ms if folded else 0, look_at_log(files.log).received_ms) - now_ms
    if behind_ms <= BEHIND_MS:
        yield well("clock", Said("不早于最后的记录", "not before the last record"))
        return
    seconds = behind_ms // SECOND_MS
    said = Said(f"时钟比最后的记录早 {seconds:,} 秒", f"the clock is {seconds:,} seconds before the last record")
    following = Said(
        "校准系统时钟（NTP）；用手动时钟跑过的目录，要设 LIFTLOOP_CLOCK=manual",
        "set the system clock right (NTP); for a folder that ran on a manual clock set LIFTLOOP_CLOCK=manual",
    )
    yield problem("clock", said, following) if behind_ms > WRONG_CLOCK_MS else warning("clock", said, following)


def attempts(files: FolderFiles, until_ms: int) -> Iterator[Finding]:
    """Yield whether batches that left before `until_ms` have no answer, or one that the tick was not told."""
    with looking(files.attempts) as connection:
        unanswered = connection.execute(_UNANSWERED, (until_ms,)).fetchone()[0]
        untold = connection.execute(_UNTOLD).fetchone()[0]
    if unanswered:
        said = Said(f"{unanswered:,} 批发送没有答复", f"{unanswered:,} batches that left have no answer")
        following = Said(
            "下次启动会记为没有答复，营销消息不会再发一次；要确认就问渠道方",
            "the next start settles them as lost answers, and marketing is not sent again; ask the provider to be sure",
        )
        yield warning("attempts", said, following)
    else:
        said = Said(
            f"没有悬而未决的发送，待上报 {untold:,} 批", f"none is unfinished; {untold:,} batches wait to be told"
        )
        yield well("attempts", said)


def definitions(files: FolderFiles) -> Iterator[Finding]:
    """Yield every definition that this version cannot read."""
    with looking(files.state) as connection:
        unreadable = connection.execute(_UNREADABLE).fetchall()
    for kind, identity, version in unreadable:
        said = Said(
            f"{kind} {identity} 的第 {version} 版读不懂，已搁置",
            f"version {version} of {kind} {identity} cannot be read",
        )
        yield problem("definitions", said, Said("重新发布一版", "publish it anew"))
    if not unreadable:
        yield well("definitions", Said("都读得懂", "all can be read"))


def channels(files: FolderFiles, settings: Settings) -> Iterator[Finding]:
    """Yield every live channel that cannot be opened; nothing is connected to."""
    with looking(files.state) as connection:
        defined = connection.execute(_CHANNELS).fetchall()
    for identity, body in defined:
        reason = asyncio.run(_hindrance(body, settings))
        if reason is not None:
            said = Said(f"渠道 {identity} 打不开：{reason.zh}", f"channel {identity} cannot be opened: {reason.en}")
            yield problem(
                f"channel:{identity}", said, Said("改好设置，重新发布这个渠道", "mend its settings and publish it anew")
            )
        else:
            yield well(f"channel:{identity}", Said("能打开", "can be opened"))


async def _hindrance(body: bytes, settings: Settings) -> Said | None:
    """Return why dispatch could not open a channel."""
    try:
        checked = with_stand_ins("channel", msgspec.json.decode(body, type=dict[str, Any]))
        definition = msgspec.convert(checked, type=ChannelDefinition, strict=False)
        channel = open_channel(definition, allow=parse_networks(settings.webhook_allow), wall=SystemClock())
    except (msgspec.DecodeError, msgspec.ValidationError) as error:
        return Said(str(error), str(error))
    except LiftloopError as error:
        return Said(error.message("zh-CN"), error.message("en"))
    await channel.close()
    return None


def secrets(files: FolderFiles) -> Iterator[Finding]:
    """Yield which live definitions hold a secret that an earlier version wrote in the clear."""
    with looking(files.state) as connection:
        rows = connection.execute(_WITH_SECRETS).fetchall()
    clear = [(kind, identity) for kind, identity, body in rows if has_clear(kind, parse_object(body))]
    for kind, identity in clear:
        said = Said(f"{kind} {identity} 里的密钥还是明文", f"{kind} {identity} holds a secret in the clear")
        following = Said("换一个新的密钥，重新发布", "give it a new secret and publish it anew")
        yield warning(f"secrets:{kind}:{identity}", said, following)
    if not clear:
        yield well("secrets", Said("定义里的密钥都已加密", "all secrets in definitions are sealed"))
