"""`liftloop serve`."""

import asyncio
import logging
import os
import sys
from pathlib import Path

import click

from liftloop.api.serve import serve
from liftloop.app.settings import settings_from


@click.command("serve", short_help="启动服务 / run the server")
@click.option("--data", type=click.Path(path_type=Path), help="数据目录 / data folder (LIFTLOOP_DATA)")
@click.option("--port", type=int, help="管理端口，0 为任意 / management port, 0 for any; tracking is the next one")
def command(data: Path | None, port: int | None) -> None:
    """启动一个数据目录的服务，就绪后打印一行 JSON。 / Serve one data folder; print one JSON line when ready.

    \b
    例 / Examples:
      liftloop serve
      liftloop serve --data ./shop --port 9000
    """
    logging.basicConfig(level=logging.INFO, stream=sys.stderr, format="%(asctime)s %(name)s %(levelname)s %(message)s")
    asyncio.run(serve(settings_from(os.environ, data, port)))
