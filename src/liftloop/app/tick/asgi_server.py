"""An HTTP server that ends when it is told to and then returns to its caller, so that everything can be closed."""

import asyncio
import signal
from collections.abc import Generator
from contextlib import contextmanager

import uvicorn


class SignalledServer(uvicorn.Server):
    """Ends at one of `signals`; uvicorn's own would raise the signal again at its end, and so end the process."""

    def __init__(self, config: uvicorn.Config, signals: tuple[signal.Signals, ...]) -> None:
        super().__init__(config)
        self._signals = signals

    @contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        loop = asyncio.get_running_loop()
        for each in self._signals:
            loop.add_signal_handler(each, self._stop)
        try:
            yield
        finally:
            for each in self._signals:
                loop.remove_signal_handler(each)

    def _stop(self) -> None:
        self.force_exit = self.should_exit  # Told twice, it does not wait for answers under way.
        self.should_exit = True
