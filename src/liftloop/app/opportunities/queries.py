"""The statements of `opportunities.sql` by name."""

from collections.abc import Mapping
from importlib.resources import files

_FILE = (files("liftloop.app.opportunities") / "opportunities.sql").read_text(encoding="utf-8")
SQL: Mapping[str, str] = {
    name.strip(): statement.strip().rstrip(";")
    for name, _, statement in (part.partition("\n") for part in _FILE.split("-- name: ")[1:])
}
