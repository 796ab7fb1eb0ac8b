"""Under which names words reach assets, and which they name."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from liftloop.compose.assets import ASSETS, asset_of, named_file
from liftloop.compose.contract import Content, RenderFailed
from liftloop.compose.template import variables_used


def names_of(identity: str, body: Mapping[str, Any]) -> Iterator[str]:
    """Yield every name of an asset: its id for the newest file, and with the place of each."""
    yield identity
    for place in range(1, len(asset_of(body).files) + 1):
        yield f"{identity}@{place}"


def assets_in(content: Content) -> frozenset[str]:
    """Return the names of assets that a content shows, in any language; of one that cannot be read none."""
    try:
        used = variables_used(content)
    except RenderFailed:
        return frozenset()
    return frozenset(each.removeprefix(f"{ASSETS}.") for each in used if each.startswith(f"{ASSETS}."))


def paths_of(live: Mapping[str, Mapping[str, Any]], named: Collection[str]) -> dict[str, str]:
    """Return where files are served, by the names that words have for them; without what is not there."""
    bodies = {name: live.get(name.partition("@")[0]) for name in named}
    files = {name: named_file(asset_of(body) if body else None, name) for name, body in bodies.items()}
    return {name: file.path for name, file in files.items() if file is not None}
