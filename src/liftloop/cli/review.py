"""`liftloop review`."""

from pathlib import Path
from typing import Any

import click

from liftloop.cli.connection import data_option, json_option, server, show, spoken


@click.command("review", short_help="复盘文件 / the review of a campaign")
@click.argument("campaign")
@click.option("--pdf", type=click.Path(path_type=Path, dir_okay=False), help="写成 PDF / write a PDF")
@click.option("--pptx", type=click.Path(path_type=Path, dir_okay=False), help="写成 PPTX / write slides")
@data_option
@json_option
def command(campaign: str, pdf: Path | None, pptx: Path | None, data: Path, as_json: bool) -> None:
    """改变了什么、对谁、花了多少、可不可信、下一步。 / What it changed, for whom, at what cost, what next.

    \b
    例 / Example:
      liftloop review campaign-1f0c… --pdf review.pdf --pptx review.pptx
    """
    with server(data) as desk:
        review = desk.get(f"/campaigns/{campaign}/review")
        files: dict[str, str] = {}
        for form, path in (("pdf", pdf), ("pptx", pptx)):
            if path is not None:
                with path.open("wb") as out:
                    desk.download(f"/campaigns/{campaign}/review/{form}", out)
                files[form] = str(path)
    show({"review": review, "files": files}, as_json, [*_lines(review), *files.values()])


def _lines(review: dict[str, Any]) -> list[str]:
    lines = [review["title"], spoken(review["headline"]), ""]
    for section in review["sections"]:
        lines += [f"{spoken(section['title'])}：{spoken(section['lead'])}"]
        lines += [f"  {spoken(fact['label'])} {spoken(fact['value'])}" for fact in section["facts"]]
        lines += [f"  ! {spoken(note['text'])}" for note in section["notes"]]
        lines += [f"  • {spoken(point)}" for point in section["points"]]
    return lines
