"""`liftloop link`."""

from io import BytesIO
from pathlib import Path
from urllib.parse import urlencode

import click

from liftloop.cli.connection import data_option, server


@click.group("link", short_help="链接与二维码 / links and QR codes")
def command() -> None:
    """链接：做成二维码。 / Links: as QR codes."""


@command.command("qr")
@click.argument("url")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), required=True, help=".png | .svg")
@click.option("--place", default="", help="挂在哪里，写进 utm_campaign / where it hangs, as utm_campaign")
@data_option
def qr(url: str, out: Path, place: str, data: Path) -> None:
    """把链接做成二维码，用于门店物料。 / A link as a QR code, for the shop.

    \b
    例 / Example:
      liftloop link qr https://shop.example/join --place xihu --out xihu.svg
    """
    if out.suffix.lower() not in (".png", ".svg"):
        raise click.BadParameter("写成 .png 或 .svg / use .png or .svg", param_hint="--out")
    query = urlencode({"url": url, "place": place, "format": out.suffix.lower()[1:]})
    picture = BytesIO()
    with server(data) as desk:
        size = desk.download(f"/links/qr?{query}", picture)
    out.write_bytes(picture.getvalue())
    click.echo(f"{out}  {size:,} B")
