"""Make the small data folder of the present layout that a test opens for ever after, and pack it.

.venv/bin/python scripts/golden_folder.py      writes tests/golden/folders/LAYOUT.tar.xz

Run it once, when a layout is new; never again for a layout that was released: the folder is then a promise.
"""

import sys
import tarfile
import tempfile
from pathlib import Path

from liftloop.app.dispatch.attempts import AttemptFile
from liftloop.app.facts import fact
from liftloop.deliver.contract import AttemptsSettled
from liftloop.kernel.codec import canonical_json
from liftloop.storage.embedded.folder import LAYOUT
from liftloop.testing.installation import Installation

NOW_MS = 1_790_000_000_000
HOUR_S = 3_600
PEOPLE = 40
HOLDOUT = 0.2
FOLDERS = Path(__file__).parents[1] / "tests" / "golden" / "folders"
NOT_PACKED = ("lock", "spill", "tick.sock", "server.sock")


def main() -> None:
    target = FOLDERS / f"{LAYOUT}.tar.xz"
    if target.exists() and "--again" not in sys.argv:
        sys.exit(f"{target} is there; --again writes it anew, which only an unreleased layout may")
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "data"
        make(folder)
        target.parent.mkdir(parents=True, exist_ok=True)
        with tarfile.open(target, "w:xz") as tar:
            for file in sorted(folder.iterdir()):
                if file.name not in NOT_PACKED:
                    tar.add(file, arcname=file.name)
    print(f"{target}: {target.stat().st_size} bytes")


def make(path: Path) -> None:
    """Fill a folder: people with consents and orders, an audience, a journey as campaign, messages and outcomes."""
    installation = Installation(path, NOW_MS)
    installation.folder.admin_token()
    installation.folder.write_key()
    AttemptFile(installation.folder.attempts).close()
    define(installation)
    installation.receive(*[message for number in range(PEOPLE) for message in person(number)])
    installation.fold_all()
    installation.advance(HOUR_S)
    settle(installation)
    installation.follow()
    installation.checkpoint()
    installation.receive(*person(PEOPLE))  # After the checkpoint: a delta to replay.
    installation.fold_all()
    installation.receive(*person(PEOPLE + 1))  # Not folded: a tail of the log to fold.
    installation.close()


def define(installation: Installation) -> None:
    webhook = {"url": "http://127.0.0.1:1/messages", "secret": "whsec_YSBzZWNyZXQgb2YgYXQgbGVhc3QgMjQgYnl0ZXM="}
    bought_twice = {"event": "Order Completed", "within_days": 30, "count": {"gte": 2}}
    installation.publish("channel", "sms", {"id": "sms", "kind": "webhook", "settings": webhook})
    installation.publish("content", "welcome", {"id": "welcome", "body": "欢迎{{ customer.city }}"})
    installation.publish("setting", "delivery", {"caps": [{"count": 1, "days": 7}], "quiet_hours": None})
    installation.publish("audience", "loyal", {"name": "常客", "where": bought_twice})
    nodes = [
        {"kind": "wait", "id": "hour", "duration_s": HOUR_S, "next": "send"},
        {"kind": "send", "id": "send", "channel": "sms", "content": "welcome", "next": "out"},
        {"kind": "exit", "id": "out"},
    ]
    journey = {
        "name": "感谢常客",
        "trigger": {"on": "audience", "audience": "loyal"},
        "holdout": {"share": HOLDOUT, "salt": "thanks"},
        "nodes": nodes,
    }
    installation.publish("journey", "thanks", journey)


def person(number: int) -> list[dict[str, object]]:
    user = f"u{number}"
    consents = [{"channel": "sms", "purpose": "marketing"}] if number % 4 else []
    traits = {"city": "杭州", "phone": f"138{number:08d}"}
    known = {"type": "identify", "userId": user, "messageId": f"i{number}", "traits": traits}
    orders = [
        {
            "type": "track",
            "event": "Order Completed",
            "userId": user,
            "messageId": f"o{number}-{order}",
            "properties": {"order_id": f"{number}-{order}", "revenue": 60},
        }
        for order in range(1 + number % 3)
    ]
    return [known | {"context": {"consents": consents}}, *orders]


def settle(installation: Installation) -> None:
    """Say what became of every message: two of three were taken, the others have no answer."""
    keys = [key for (key,) in installation.state.rows("SELECT message_key FROM outbox ORDER BY message_key")]
    count = len(keys)
    outcomes = ["uncertain" if number % 3 == 2 else "accepted" for number in range(count)]
    settled = AttemptsSettled(
        channel="sms",
        keys=keys,
        attempts=[f"{key}.1" for key in keys],
        outcomes=outcomes,
        reasons=[""] * count,
        provider_ids=[""] * count,
        decided_ms=[installation.now_ms()] * count,
        costs_fen=[0] * count,
    )
    now_ms = installation.now_ms()
    installation.append([fact("attempts.settled", "sms", canonical_json(settled), "system:dispatch", now_ms)])
    installation.fold_all()


if __name__ == "__main__":
    main()
