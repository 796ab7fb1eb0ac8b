"""Assets: pictures and documents of contents."""

from typing import Annotated, Literal

from pydantic import Field

from liftloop.api.views.values import Count, View

Folder = Annotated[str, Field(max_length=200)]
Alt = Annotated[str, Field(max_length=500)]


class AssetUser(View):
    kind: Literal["content"]
    id: str
    name: str


class AssetFileView(View):
    place: Count = Field(description="Which of the asset's files, from 1: `hero@1`.")
    sha256: str
    type: str
    bytes: Count
    width: Count = Field(description="In pixels; 0 of what has none.")
    height: Count
    path: str = Field(description="Where it is served, below the public address and on this port.")


class AssetView(View):
    asset_id: str
    name: str
    folder: str
    alt_zh: str
    alt_en: str
    files: list[AssetFileView] = Field(description="Oldest first; words show the last unless they name another.")
    users: list[AssetUser] = Field(description="Live contents that show it: while there are any it cannot be retired.")


class AssetList(View):
    assets: list[AssetView] = Field(description="By folder and name.")


class AssetWords(View):
    name: Folder | None = None
    folder: Folder | None = None
    alt_zh: Alt | None = None
    alt_en: Alt | None = None
