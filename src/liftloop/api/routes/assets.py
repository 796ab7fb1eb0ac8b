"""Assets: the library, a file brought, what is said of it. Retiring goes as of any definition."""

from typing import Annotated

from fastapi import APIRouter, Depends, File, Form, Path, UploadFile

from liftloop.api.access import Caller, OnDesk, may
from liftloop.api.views.assets import AssetFileView, AssetList, AssetUser, AssetView, AssetWords
from liftloop.app.assets.library import Said, Shelved
from liftloop.compose.assets import ASSET_BYTES_MAX

router = APIRouter()

Reads = Annotated[Caller, Depends(may("asset.read"))]
Brings = Annotated[Caller, Depends(may("asset.bring"))]
AssetId = Annotated[str, Path(pattern=r"^[a-z0-9][a-z0-9_-]{0,63}$")]
Spoken = Annotated[str | None, Form(max_length=500)]


@router.get("/assets")
async def listed(desk: OnDesk, caller: Reads) -> AssetList:
    return AssetList(assets=[_view(each) for each in desk.assets.listed()])


@router.get("/assets/{asset_id}")
async def one(asset_id: AssetId, desk: OnDesk, caller: Reads) -> AssetView:
    return _view(desk.assets.one(asset_id))


@router.post("/assets/{asset_id}/file")
async def bring(
    asset_id: AssetId,
    desk: OnDesk,
    caller: Brings,
    file: Annotated[UploadFile, File(description="PNG, JPEG, GIF, WebP or PDF, told by its content; 5 MB at most.")],
    name: Spoken = None,
    folder: Spoken = None,
    alt_zh: Spoken = None,
    alt_en: Spoken = None,
) -> AssetView:
    """Take in a file as the newest of an asset; the same file again changes nothing."""
    content = await file.read(ASSET_BYTES_MAX + 1)
    said = Said(name=name, folder=folder, alt_zh=alt_zh, alt_en=alt_en)
    return _view(await desk.assets.bring(asset_id, content, said, caller.actor))


@router.put("/assets/{asset_id}")
async def say(asset_id: AssetId, request: AssetWords, desk: OnDesk, caller: Brings) -> AssetView:
    """Change name, folder and alt texts; what is left out stays."""
    said = Said(name=request.name, folder=request.folder, alt_zh=request.alt_zh, alt_en=request.alt_en)
    return _view(await desk.assets.say(asset_id, said, caller.actor))


def _view(shelved: Shelved) -> AssetView:
    asset = shelved.asset
    files = [
        AssetFileView(
            place=place,
            sha256=each.sha256,
            type=each.type,
            bytes=each.bytes,
            width=each.width,
            height=each.height,
            path=each.path,
        )
        for place, each in enumerate(asset.files, 1)
    ]
    return AssetView(
        asset_id=shelved.id,
        name=asset.name,
        folder=asset.folder,
        alt_zh=asset.alt_zh,
        alt_en=asset.alt_en,
        files=files,
        users=[AssetUser(kind="content", id=each.id, name=each.name) for each in shelved.users],
    )
