"""The library of assets: brought, described, served, shown by contents, kept while they are shown, and in backups."""

from pathlib import Path

from served import Served, play

from liftloop.testing.asgi import Caller

PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes((0, 0, 2, 88, 0, 0, 1, 44, 8, 6, 0, 0, 0))
GIF = b"GIF89a\x58\x02\x2c\x01\x00\x00\x00"


def test_a_picture_is_brought_served_and_kept_while_it_is_shown(tmp_path: Path) -> None:
    async def story(world: Served) -> None:
        admin, outside = world.admin, Caller(app=world.installation.app, token="")
        said = {"folder": "秋季", "alt_zh": "新品"}
        made = (await admin.upload("/api/assets/hero/file", ("hero.exe", PNG), said)).json()
        first = made["files"][0]
        assert (first["type"], first["width"], first["height"]) == ("image/png", 600, 300)
        again = (await admin.upload("/api/assets/hero/file", ("x", PNG), {})).json()
        assert again == made, "the same file again changes nothing"
        second = (await admin.upload("/api/assets/hero/file", ("x", GIF), {})).json()
        assert ([each["type"] for each in second["files"]], second["alt_zh"]) == (["image/png", "image/gif"], "新品")

        answer = await outside.get(first["path"])
        assert (answer.status, answer.body, answer.headers["content-type"]) == (200, PNG, "image/png")
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "immutable" in answer.headers["cache-control"]
        for path in ("/media/", "/media/../master.key", f"/media/{'0' * 64}.png", first["path"] + "x"):
            assert (await outside.get(path)).status == 404

        content = {
            "id": "mail",
            "name": "秋季邮件",
            "body": "<img src=\"{{ 'hero' | asset }}\"> {{ 'hero@1' | asset }}",
        }
        refused = (await admin.post("/api/contents", content)).json()
        assert "public_url" in refused["message_en"], "nobody could see it"
        rules = {"kind": "setting", "id": "contents", "body": {"public_url": "https://t.example.com/"}}
        assert (await admin.post("/api/definitions", rules)).status == 200
        unknown = (await admin.post("/api/contents", {**content, "body": "{{ 'hero@3' | asset }}"})).json()
        assert unknown["code"] == "bad_definition"
        assert "hero@3" in unknown["message_zh"]
        assert (await admin.post("/api/contents", content)).status == 200
        mend = await admin.post("/api/contents/library/mail/approve", {})
        assert "hero@1" in mend.json()["next"], "another file would show in what was approved"
        pinned = {**content, "body": "<img src=\"{{ 'hero@2' | asset }}\">"}
        assert (await admin.post("/api/contents", pinned)).status == 200
        assert (await admin.post("/api/contents/library/mail/approve", {})).status == 200
        look = (await admin.get("/api/assets")).json()["assets"][0]
        assert [(each["kind"], each["name"]) for each in look["users"]] == [("content", "秋季邮件")]
        used = await admin.call("DELETE", "/api/definitions/asset/hero")
        assert (used.status, used.json()["code"]) == (409, "in_use")
        assert "秋季邮件" in used.json()["message_zh"]
        assert (await admin.call("DELETE", "/api/definitions/content/mail")).status == 200
        assert (await admin.call("DELETE", "/api/definitions/asset/hero")).status == 200
        assert (await outside.get(first["path"])).status == 200, "messages that were sent still show it"

    play(tmp_path, story)


def test_what_may_not_be_an_asset_is_refused(tmp_path: Path) -> None:
    """Neither name nor declared type is believed; nothing of what is refused is kept."""

    async def story(world: Served) -> None:
        for content in (
            b"<svg/>",
            b"",
            PNG + bytes(5_000_000),
        ):
            answer = await world.admin.upload("/api/assets/a/file", ("a.png", content), {})
            assert (answer.status, answer.json()["code"]) == (422, "bad_asset")
        assert (await world.admin.upload("/api/assets/A.b/file", ("a.png", PNG), {})).status == 422
        assert (await world.stranger.upload("/api/assets/a/file", ("a.png", PNG), {})).status == 401
        assert (await world.admin.put("/api/assets/a", {"name": "x"})).status == 404
        invented = {"sha256": "0" * 64, "type": "image/png", "bytes": 1}
        body = {"kind": "asset", "id": "a", "body": {"files": [invented]}}
        assert (await world.admin.post("/api/definitions", body)).json()["code"] == "bad_asset"
        assert not world.installation.folder.media.exists()

    play(tmp_path, story)
