"""The desk: the management side of one installation, wired. It reads state, owns the lake and runs studies."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

from liftloop.app.accounts.accounts import Accounts
from liftloop.app.assets.library import Assets
from liftloop.app.children import Children
from liftloop.app.clockwork import Clockwork, Timed, Together
from liftloop.app.definitions.publishing import Definitions
from liftloop.app.following import Follower
from liftloop.app.intake import Intake
from liftloop.app.kept_answers import KeptAnswers
from liftloop.app.language_model.model import LanguageModel
from liftloop.app.last_seen import LastSeen
from liftloop.app.opening import Newer
from liftloop.app.opportunities.directory import Opportunities
from liftloop.app.pending import PendingMessages
from liftloop.app.plans import Plans
from liftloop.app.quarantine.replay import Quarantine
from liftloop.app.seen_words import SeenWords
from liftloop.app.settings import Settings, clock_of
from liftloop.app.standing_goals import StandingGoals
from liftloop.app.steering.bandits import BanditStudy
from liftloop.app.steering.study import SteeringStudy
from liftloop.app.studies.predictions import Predictions
from liftloop.app.studies.rfm import Buyers
from liftloop.app.studies.traits import TraitStudies
from liftloop.app.tick_client import TickClient
from liftloop.app.upkeep.retention import Upkeep
from liftloop.kernel.clock import Clock, SystemClock
from liftloop.plugins.channels.addresses import parse_networks
from liftloop.storage.contract import NewerFolder, Vault
from liftloop.storage.embedded.folder import DataFolder
from liftloop.storage.embedded.lake import DuckLake
from liftloop.storage.embedded.log import SqliteLog
from liftloop.storage.embedded.state import SqliteStateReader
from liftloop.storage.embedded.vault import SqliteVault

LAKE_MEMORY = "4GB"
LAKE_THREADS = 2


class WaitingDesk:
    """What of the desk can be opened before the tick answers; either `open` or `close` ends it."""

    def __init__(self, settings: Settings, folder: DataFolder) -> None:
        """Open the lake, after a crash with what it had not yet put into its tables; raises `Newer`."""
        self._settings = settings
        self._folder = folder
        try:
            self._lake = DuckLake(folder.lake, memory_limit=LAKE_MEMORY, threads=LAKE_THREADS)
        except NewerFolder as error:  # Only the lake's own engine can read the lake's layout.
            raise Newer(str(error)) from error

    def open(self) -> "Desk":
        """Open the rest, which the tick has made."""
        return Desk(self._settings, self._folder, self._lake)

    def close(self) -> None:
        self._lake.close()


class Desk:
    """Everything the use cases need, opened; `close` ends it, the lake included."""

    def __init__(self, settings: Settings, folder: DataFolder, lake: DuckLake) -> None:
        self.settings = settings
        self.folder = folder
        self.clock: Clock = clock_of(settings, folder.clock)
        self.tick = TickClient(folder.tick_socket)
        self.state = SqliteStateReader(folder.state)
        self.vault: Vault = SqliteVault(folder.vault, folder.master_key())
        allow = parse_networks(settings.webhook_allow)
        self.definitions = Definitions(self.tick, self.state, self.clock, allow, self.vault)
        self.accounts = Accounts(
            folder.accounts, self.definitions, self.tick, self.vault, self.clock, wall=SystemClock()
        )
        self.language_model = LanguageModel(
            self.definitions, self.accounts.file, self.vault, self.clock, parse_networks(settings.model_allow)
        )
        self._log = SqliteLog(folder.log)
        self._lake = lake
        self.follower = Follower(self._lake, self._log, self.state, self.tick, self.clock)
        self.answers = KeptAnswers(self.follower, self.clock)
        """What pages count in the lake again and again."""
        self.last_seen = LastSeen(self.follower)
        self.buyers = Buyers(self.follower)
        self.seen = SeenWords(self.follower, self.state)
        self.plans = Plans(folder.path / "plans", self.definitions, self.follower, self.tick, self.state, self.clock)
        self.definitions.more_users.append(self.plans.users_of)
        self.assets = Assets(folder.media, self.definitions)
        self.pending = PendingMessages(self.state, folder.attempts)
        self.quarantine = Quarantine(self.tick, self.state, self.vault, self.clock)
        self.intake = Intake(self.follower, self.state, self.definitions, self.clock)
        self.steering = SteeringStudy(self.follower, self.definitions, self.state, self.tick, self.clock)
        self.bandits = BanditStudy(self.follower, self.definitions, self.tick, self.state, self.clock)
        self.timed: list[Timed] = [self.steering, self.bandits]
        """What has instants of its own on a manual clock; use cases beside the desk add theirs."""
        timed = Together(self.timed)
        self.clockwork = Clockwork(
            self.tick, self.state, self.clock, self.pending.due, self._fill, self._caught_up, timed
        )
        self.upkeep = Upkeep(settings, folder, self.follower, self._lake, self.quarantine)
        self.trait_studies = TraitStudies(self.follower, self.tick, self.clock, settings.study_days)
        self.opportunities = Opportunities(
            folder.path / "opportunities.json", self.plans, self.trait_studies, self.follower, self.clock
        )
        self.predictions = Predictions(self.follower, self.tick, self.definitions, self.clock)
        self.standing_goals = StandingGoals(self.definitions, self.plans, self.follower, self.tick, self.clock)
        self.children: Children | None = None
        """The other processes, where this one started them."""
        self.at_rest: list[Callable[[], Awaitable[None]]] = []
        """What use cases beside the desk do when a manual clock has come to its end and the lake is up to date."""
        self._working: list[asyncio.Task[None]] = []

    @property
    def data(self) -> Path:
        return self.folder.path

    def start(self) -> None:
        """Begin to follow the tick; call from the event loop."""
        self._working = [
            asyncio.create_task(work)
            for work in (
                self.follower.follow_forever(),
                self.upkeep.retain_daily(),
                self.trait_studies.run_daily(),
                self.predictions.run_daily(),
                self.standing_goals.run_weekly(),
                self.steering.run_forever(),
                self.bandits.run_forever(),
                *((self.opportunities.scan_when_old(),) if self.settings.study_days else ()),
            )
        ]

    async def close(self) -> None:
        for working in self._working:
            working.cancel()
        await asyncio.gather(*self._working, return_exceptions=True)
        await self.answers.close()
        await self.plans.close()
        await self.opportunities.close()
        await self.last_seen.close()
        await self.seen.close()
        await self.tick.close()
        self._lake.close()
        self._log.close()
        self.accounts.close()
        self.state.close()
        self.vault.close()

    async def _fill(self) -> None:
        await self.follower.catch_up()
        while await self.follower.fill():
            await self.follower.catch_up()

    async def _caught_up(self) -> None:
        """Bring the lake up to date and finish the fillings that are due: then a new instant may begin."""
        await self._fill()
        await self.upkeep.retain_if_due()
        await self.trait_studies.run_if_due()
        await self.predictions.run_if_due()
        await self.standing_goals.run_if_due()
        for work in self.at_rest:
            await work()
