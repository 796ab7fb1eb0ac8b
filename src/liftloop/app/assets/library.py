"""The library of assets: files taken in by their content, and what shows them."""

import asyncio
import os
from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from liftloop.app.definitions.publishing import Definitions, NotFound
from liftloop.app.definitions.uses import User
from liftloop.compose.asset_names import assets_in
from liftloop.compose.assets import ASSET_BYTES_MAX, FILES_MAX, SIDE_MAX, Asset, AssetFile, asset_of, sniffed
from liftloop.compose.contract import Content
from liftloop.kernel.errors import EXIT_REFUSED, LiftloopError
from liftloop.storage.contract import DiskFull

KIND = "asset"


class BadAsset(LiftloopError):
    """A file that cannot be an asset: too large, or neither picture nor PDF by its content."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(
            "bad_asset",
            zh=zh,
            en=en,
            next_zh="用不超过 5 MB 的 PNG、JPEG、GIF、WebP 或 PDF；SVG 请先转成 PNG",
            next_en="take a PNG, JPEG, GIF, WebP or PDF up to 5 MB; make a PNG of an SVG",
            status=422,
            exit_code=EXIT_REFUSED,
        )


class Said(Struct, frozen=True, kw_only=True):
    """What people say of an asset; None leaves it as it is."""

    name: str | None = None
    folder: str | None = None
    alt_zh: str | None = None
    alt_en: str | None = None


class Shelved(Struct, frozen=True, kw_only=True):
    """One asset in the library."""

    id: str
    asset: Asset
    users: Sequence[User]


class Assets:
    """The use cases around assets."""

    def __init__(self, folder: Path, definitions: Definitions) -> None:
        self._folder = folder
        self._definitions = definitions
        definitions.permits.append(self._permit)
        definitions.more_users.append(self.users)

    def listed(self) -> list[Shelved]:
        """Return every asset with the contents that show it, by folder and name."""
        shown = self._shown()
        found = [
            Shelved(id=identity, asset=asset_of(body), users=shown.get(identity, ()))
            for identity, body in self._definitions.live(KIND).items()
        ]
        return sorted(found, key=lambda each: (each.asset.folder, each.asset.name or each.id))

    def one(self, identity: str) -> Shelved:
        """Return one asset; raises `NotFound`."""
        asset = asset_of(self._definitions.newest(KIND, identity)[1])
        return Shelved(id=identity, asset=asset, users=self.users(KIND, identity))

    async def bring(self, identity: str, content: bytes, said: Said, actor: str) -> Shelved:
        """Take in a file as the newest of an asset, a new one where there is none; the same file twice is one.

        Raises `BadAsset` where it is too large or nothing that contents may show.
        """
        file = described(content)
        try:
            before = self.one(identity).asset
        except NotFound:
            before = Asset(files=())
        files = before.files if before.files[-1:] == (file,) else (*before.files, file)
        if len(files) > FILES_MAX:
            raise BadAsset(f"一个素材最多 {FILES_MAX} 个版本", f"an asset has {FILES_MAX} files at most")
        body = _said(replace(before, files=files), said)
        self._definitions.check(KIND, identity, body)  # Before anything is written.
        await asyncio.to_thread(_keep, self._place(file), content)
        await self._definitions.publish(KIND, identity, body, actor)
        return self.one(identity)

    async def say(self, identity: str, said: Said, actor: str) -> Shelved:
        """Change what is said of an asset; raises `NotFound`."""
        await self._definitions.publish(KIND, identity, _said(self.one(identity).asset, said), actor)
        return self.one(identity)

    def users(self, kind: str, identity: str) -> list[User]:
        """Return the live contents that show an asset, whichever of its files."""
        return self._shown().get(identity, []) if kind == KIND else []

    def _shown(self) -> dict[str, list[User]]:
        found: dict[str, list[User]] = {}
        for identity, body in self._definitions.live("content").items():
            content = msgspec.convert({"id": identity, **body}, type=Content, strict=False)
            user = User(kind="content", id=identity, name=content.name or identity)
            for asset in {named.partition("@")[0] for named in assets_in(content)}:
                found.setdefault(asset, []).append(user)
        return found

    def _place(self, file: AssetFile) -> Path:
        return self._folder / Path(file.path).name

    async def _permit(self, kind: str, identity: str, body: Mapping[str, Any], actor: str) -> None:
        """Refuse an asset that names a file that was never brought."""
        missing = [each for each in asset_of(body).files if not self._place(each).is_file()] if kind == KIND else []
        if missing:
            raise BadAsset(
                f"文件 {missing[0].sha256[:12]}… 没有上传过", f"no file {missing[0].sha256[:12]}… was brought"
            )


def described(content: bytes) -> AssetFile:
    """Return what a file is; raises `BadAsset`."""
    if len(content) > ASSET_BYTES_MAX:
        raise BadAsset("文件太大", "the file is too large")
    found = sniffed(content)
    if found is None:
        raise BadAsset(
            f"按内容看，这不是能用的图片或 PDF，或宽高超过 {SIDE_MAX} 像素",
            f"by its content this is no picture or PDF that can be used, or a side has more than {SIDE_MAX} pixels",
        )
    kind, width, height = found
    return AssetFile(sha256=sha256(content).hexdigest(), type=kind, bytes=len(content), width=width, height=height)


def _said(asset: Asset, said: Said) -> dict[str, Any]:
    given = {name: value.strip() for name, value in msgspec.structs.asdict(said).items() if value is not None}
    return msgspec.to_builtins(replace(asset, **given))


def _keep(path: Path, content: bytes) -> None:
    """Write a file whole or not at all; one that is there is the same."""
    if path.exists():
        return
    beside = path.with_suffix(f".{os.getpid()}.new")
    try:
        path.parent.mkdir(mode=0o700, exist_ok=True)
        with beside.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise DiskFull(str(error)) from error
