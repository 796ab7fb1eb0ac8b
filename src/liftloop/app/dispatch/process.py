"""The dispatch process, wired: it reads outbox and vault, sends, and tells the tick what became of it."""

import asyncio
import logging
import os
import signal
import sys
from collections.abc import Sequence

import msgspec
from msgspec.structs import replace

from liftloop.app.definitions.secrets import open_secret
from liftloop.app.dispatch.attempts import AttemptFile
from liftloop.app.dispatch.carrying import cancelled
from liftloop.app.dispatch.personal import Asked, Told
from liftloop.app.dispatch.polling import Polling, PollTools
from liftloop.app.dispatch.reconciling import ReconcileTools, Reconciling
from liftloop.app.dispatch.rounds import Dispatcher, DispatchTools
from liftloop.app.dispatch.telling import LINE_BYTES_MAX, Answers, answering
from liftloop.app.settings import Settings, clock_of, path_from_text
from liftloop.app.sockets import listen_unix
from liftloop.app.tick.restored import read_restored
from liftloop.app.tick_client import TickAway, TickClient
from liftloop.deliver.contract import Channel, ChannelDefinition, Envelope
from liftloop.deliver.second_look import Stopped
from liftloop.kernel.clock import SystemClock
from liftloop.kernel.ids import Offset
from liftloop.plugins.channels import open_channel
from liftloop.plugins.channels.addresses import parse_networks
from liftloop.storage.contract import Record
from liftloop.storage.embedded.folder import DataFolder
from liftloop.storage.embedded.state import SqliteStateReader
from liftloop.storage.embedded.vault import SqliteVault

TICK_AWAY_S = 0.2
"""Between tries to tell a tick that is being restarted."""
STARTING_LOOK_S = 0.05
"""Between looks at a tick that both are started with: it is in the way of the server's first answer."""


async def serve(settings: Settings) -> None:
    """Run the dispatch process until it is told to stop or its parent is gone."""
    folder = DataFolder(settings.data, version=settings.version)
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    watching = asyncio.create_task(_watch_parent(stop, settings.desk))
    tick = TickClient(folder.tick_socket)
    if await _answers(tick, stop):
        await dispatch(settings, folder, tick, stop)
    watching.cancel()
    await tick.close()


async def _answers(tick: TickClient, stop: asyncio.Event) -> bool:
    """Wait for the tick, which makes the files that are read here; False where `stop` came first."""
    while not stop.is_set() and not await tick.healthy():
        await asyncio.sleep(STARTING_LOOK_S)
    return not stop.is_set()


async def dispatch(settings: Settings, folder: DataFolder, tick: TickClient, stop: asyncio.Event) -> None:
    """Send what the outbox holds until `stop`."""
    state = SqliteStateReader(folder.state)
    vault = SqliteVault(folder.vault, folder.master_key())
    attempts = AttemptFile(folder.attempts)
    clock = clock_of(settings, folder.clock)
    allow = parse_networks(settings.webhook_allow)

    def opened(definition: ChannelDefinition) -> Channel:
        settings = {
            name: open_secret(value, vault) if isinstance(value, str) else value
            for name, value in definition.settings.items()
        }
        return open_channel(replace(definition, settings=settings), allow=allow, wall=SystemClock())

    async def send_facts(records: Sequence[Record]) -> Offset:
        while True:
            try:
                return await tick.facts(records, folded=False)
            except TickAway:
                await asyncio.sleep(TICK_AWAY_S)

    async def second_look(channel: str, envelopes: Sequence[Envelope]) -> Sequence[Stopped]:
        while True:
            try:
                answered = await tick.ask(
                    "second_look",
                    channel=channel,
                    now_ms=clock.now_ms(),
                    keys=[envelope.key for envelope in envelopes],
                    profiles=[envelope.profile for envelope in envelopes],
                    campaigns=[envelope.campaign for envelope in envelopes],
                    purposes=[envelope.purpose for envelope in envelopes],
                )
                return msgspec.convert(answered["stopped"], type=list[Stopped])
            except TickAway:
                await asyncio.sleep(TICK_AWAY_S)

    async def ask_people(asked: Asked) -> Told:
        given = msgspec.to_builtins(asked)
        while True:
            try:
                return msgspec.convert(await tick.ask("known", now_ms=clock.now_ms(), **given), type=Told)
            except TickAway:
                await asyncio.sleep(TICK_AWAY_S)

    tools = DispatchTools(
        state=state,
        vault=vault,
        clock=clock,
        attempts=attempts,
        send_facts=send_facts,
        second_look=second_look,
        ask_people=ask_people,
        open_channel=opened,
        paced=settings.clock == "system",
        wall=SystemClock(),
        restored=read_restored(folder.restored),
    )
    dispatcher = Dispatcher(tools)
    listening, asking = await _beside(tools, dispatcher, folder)
    await dispatcher.run(stop)
    await cancelled(asking)
    listening.close()
    for part in (attempts, vault, state):
        part.close()


async def _beside(
    tools: DispatchTools, dispatcher: Dispatcher, folder: DataFolder
) -> tuple[asyncio.Server, list[asyncio.Task[None]]]:
    """Start what goes on beside the sending: answers to callers, and questions to providers."""
    state, clock, send_facts, channels = tools.state, tools.clock, tools.send_facts, dispatcher.open_channels
    polling = Polling(PollTools(state=state, clock=clock, channels=channels, send_facts=send_facts))
    reconciling = Reconciling(
        ReconcileTools(
            state=state,
            vault=tools.vault,
            clock=clock,
            attempts=tools.attempts,
            channels=channels,
            send_facts=send_facts,
        )
    )
    answer = answering(Answers(dispatcher, tools.attempts, reconciling, clock))
    listening = await asyncio.start_unix_server(answer, sock=listen_unix(folder.dispatch_socket), limit=LINE_BYTES_MAX)
    return listening, [asyncio.create_task(each.run()) for each in (polling, reconciling)]


async def _watch_parent(stop: asyncio.Event, desk: int) -> None:
    """Stop when the desk is gone, also where it went before this process had a chance to look."""
    while os.getppid() == desk:
        await asyncio.sleep(TICK_AWAY_S)
    stop.set()


def main(settings: Settings) -> None:
    """Enter the process; SIGTERM ends it when what is in the air has landed."""
    logging.basicConfig(level=logging.INFO, stream=sys.stderr, format="%(asctime)s %(name)s %(levelname)s %(message)s")
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    asyncio.run(serve(settings))


if __name__ == "__main__":
    main(msgspec.json.decode(sys.argv[1], type=Settings, dec_hook=path_from_text))
